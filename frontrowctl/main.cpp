// frontrowctl: the operators' command line.
#include <CLI/CLI.hpp>

#include "frontrowctl/local/command.hpp"

int main(int argc, char** argv) {
    auto program = CLI::App{"frontrowctl: runs, looks after and repairs frontrow"};
    program.require_subcommand(1);
    frontrow::local::add_local(program);
    CLI11_PARSE(program, argc, argv);
    return 0;
}
