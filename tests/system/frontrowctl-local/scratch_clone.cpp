// A second clone for tests of `up`: its own state, the programs and jars that are built already.
#include "tests/system/frontrowctl-local/scratch_clone.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/layout.hpp"

namespace frontrow::local {
namespace {
namespace fs = std::filesystem;

void give_to(fs::path const& folder, Account const& account) {
    for (auto const& entry : fs::recursive_directory_iterator{folder}) {
        if (::lchown(entry.path().c_str(), account.user, account.group) != 0) {
            throw std::runtime_error{"cannot give " + entry.path().string() + " away"};
        }
    }
    if (::lchown(folder.c_str(), account.user, account.group) != 0) {
        throw std::runtime_error{"cannot give " + folder.string() + " away"};
    }
}

}  // namespace

ScratchClone::ScratchClone(std::size_t path_length, std::optional<Account> account)
    : account_{::geteuid() == 0 ? std::move(account) : std::nullopt} {
    auto name = std::string{"/var/tmp/frontrow-clone-XXXXXX"};
    top_ = ::mkdtemp(name.data());
    root_ = top_ / "clone";
    while (root_.string().size() < path_length) {
        root_ /= "deep in a folder";
    }
    auto const here = Layout::of_this_build();
    fs::create_directories(root_ / "build/kafka");
    fs::copy(here.root / "docker", root_ / "docker", fs::copy_options::recursive);
    fs::copy(here.root / "dev", root_ / "dev");
    fs::copy(here.root / "packages.txt", root_ / "packages.txt");
    fs::create_directories(root_ / "bin");
    if (account_) {
        // Another user may not reach our folders.
        fs::copy(here.kafka_jars(), root_ / "build/kafka/jars", fs::copy_options::recursive);
    } else {
        fs::create_symlink(here.kafka_jars(), root_ / "build/kafka/jars");
    }
    for (auto const& entry : fs::directory_iterator{here.binaries}) {
        auto const file = entry.path().filename().string();
        if (file.find("test") != std::string::npos) {
            continue;
        }
        if (account_) {
            fs::copy(entry.path(), root_ / "bin" / file);
        } else {
            fs::create_symlink(entry.path(), root_ / "bin" / file);
        }
    }
    if (account_) {
        give_to(top_, *account_);
    }
    fs::permissions(root_, fs::perms::owner_all);
}

ScratchClone::~ScratchClone() {
    run_local({"down", "--wipe"});
    fs::remove_all(top_);
}

void ScratchClone::make_buildable(std::string const& more) const {
    auto const here = Layout::of_this_build().root;
    fs::copy(here / "CMakePresets.json", root_ / "CMakePresets.json");
    auto const options = fs::copy_options::recursive;
    fs::copy(here / ".ci", root_ / ".ci", options);
    fs::copy(here / ".clang-format", root_ / ".clang-format");
    fs::create_directories(root_ / "tests");
    fs::copy(here / "tests/run", root_ / "tests/run");
    write_file(root_ / "CMakeLists.txt",
               "cmake_minimum_required(VERSION 3.20)\nproject(scratch NONE)\n"
               "foreach(program frontrowctl outbox-relay booking-service payment-service "
               "queue-service dataplatform-consumer)\n"
               "    add_custom_target(${program} ALL)\nendforeach()\n" +
                   more);
    fs::create_directories(root_ / "build/release");
    fs::create_directory_symlink(root_ / "bin", root_ / "build/release/bin");
    if (account_) {
        give_to(root_, *account_);
    }
}

void ScratchClone::add_binary(std::string const& name, std::string const& built) const {
    fs::create_symlink(Layout::of_this_build().binaries / built, root_ / "bin" / name);
}

fs::path ScratchClone::postgres() const {
    return Layout{root_, {}}.postgres();
}

Program ScratchClone::program(Arguments arguments) const {
    return {.name = arguments.front(),
            .arguments = std::move(arguments),
            .working_folder = root_,
            .log_file = top_ / "output",
            .account = account_};
}

CommandOutcome ScratchClone::finish(Program const& program) const {
    fs::remove(program.log_file);
    auto process = Process::start(program);
    process.wait(std::chrono::minutes{5});
    process.stop(SIGKILL, std::chrono::seconds{5});
    auto const status = process.exit_status().value_or(0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), output()};
}

CommandOutcome ScratchClone::run_local(Arguments const& arguments) const {
    auto all = Arguments{(root_ / "bin/frontrowctl").string(), "local", "--root", root_.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return finish(program(std::move(all)));
}

Process ScratchClone::start_local(Arguments const& arguments) const {
    auto all = Arguments{(root_ / "bin/frontrowctl").string(), "local", "--root", root_.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto const wanted = program(std::move(all));
    fs::remove(wanted.log_file);
    return Process::start(wanted);
}

std::string ScratchClone::output() const {
    return read_file(top_ / "output").value_or("");
}

CommandOutcome ScratchClone::run_dev(Arguments const& arguments, Variables const& variables) const {
    return finish(dev(arguments, variables));
}

Process ScratchClone::start_dev(Arguments const& arguments, Variables const& variables) const {
    auto const wanted = dev(arguments, variables);
    fs::remove(wanted.log_file);
    return Process::start(wanted);
}

CommandOutcome ScratchClone::run_shell(std::string const& script,
                                       Variables const& variables) const {
    auto wanted = program({"/bin/bash", "-c", script});
    wanted.environment = variables;
    return finish(wanted);
}

Program ScratchClone::dev(Arguments const& arguments, Variables const& variables) const {
    auto all = Arguments{(root_ / "dev").string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto wanted = program(std::move(all));
    wanted.environment = variables;
    return wanted;
}

std::vector<std::string> ScratchClone::servers() const {
    auto found = std::vector<std::string>{};
    for (auto const& entry : fs::directory_iterator{"/proc"}) {
        auto const name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        auto line = read_file(entry.path() / "cmdline").value_or("");
        auto failed = std::error_code{};
        auto const log = fs::read_symlink(entry.path() / "fd/1", failed).string();
        if (line.find(root_.string()) != std::string::npos ||
            line.find(postgres().string()) != std::string::npos ||
            (log.starts_with((root_ / ".dev").string()) && !line.starts_with("postgres: "))) {
            found.push_back(line);
        }
    }
    return found;
}

}  // namespace frontrow::local
