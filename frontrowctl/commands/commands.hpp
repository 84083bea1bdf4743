// Every command of frontrowctl, but for `local`.
#pragma once

#include <CLI/CLI.hpp>

namespace frontrow::commands {

void add_token(CLI::App& program);
void add_migrate(CLI::App& program);
void add_topics(CLI::App& program);
void add_events(CLI::App& program);
void add_dlq(CLI::App& program);
void add_demo(CLI::App& program);
void add_audit(CLI::App& program);

}  // namespace frontrow::commands
