// `frontrowctl local ...`: frontrow on this machine.
#pragma once

#include <CLI/CLI.hpp>

namespace frontrow::local {

/// Adds `local up|down|status|logs|env` to the program. A command that fails prints why on stderr
/// and throws CLI::RuntimeError with the exit status.
void add_local(CLI::App& program);

}  // namespace frontrow::local
