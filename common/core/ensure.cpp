// Prints a broken expectation and aborts.
#include "common/core/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace frontrow {

void broken_expectation(std::string_view expectation, std::source_location where) {
    std::fprintf(stderr, "BUG: expected %.*s in %s at %s:%u\n",
                 static_cast<int>(expectation.size()), expectation.data(), where.function_name(),
                 where.file_name(), where.line());
    std::abort();
}

}  // namespace frontrow
