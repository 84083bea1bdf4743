// ENSURE: a bug stops the program at once, in release builds as well.
#pragma once

#include <source_location>
#include <string_view>

namespace frontrow {

/// Prints the place and the broken expectation on stderr and aborts.
[[noreturn]] void broken_expectation(std::string_view expectation, std::source_location where);

}  // namespace frontrow

/// For what only a bug can break. What a user or the world can break is a refusal or a fault.
#define ENSURE(condition)         \
    (static_cast<bool>(condition) \
         ? static_cast<void>(0)   \
         : ::frontrow::broken_expectation(#condition, ::std::source_location::current()))
