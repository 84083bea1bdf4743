// frontrowctl: the operators' command line.
#include <CLI/CLI.hpp>

#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/local/command.hpp"
#include "frontrowctl/terminal/exit_code.hpp"

int main(int argc, char** argv) {
    auto program = CLI::App{
        "frontrowctl: runs, looks after and repairs frontrow\n\n"
        "Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 error, 2 wrong usage, 3 "
        "nothing matches, 4 done in part, 5 refused, 6 looked at nothing."};
    program.name("frontrowctl");
    program.require_subcommand(1);
    program.set_help_all_flag("--help-all", "the help of all commands");
    frontrow::commands::add_demo(program);
    frontrow::commands::add_events(program);
    frontrow::commands::add_dlq(program);
    frontrow::commands::add_audit(program);
    frontrow::commands::add_topics(program);
    frontrow::commands::add_migrate(program);
    frontrow::commands::add_token(program);
    frontrow::local::add_local(program);
    try {
        program.parse(argc, argv);
    } catch (CLI::RuntimeError const& ended) {  // a command failed and has said why
        return ended.get_exit_code();
    } catch (CLI::ParseError const& error) {
        return program.exit(error) == 0 ? 0 : static_cast<int>(frontrow::terminal::ExitCode::usage);
    }
    return 0;
}
