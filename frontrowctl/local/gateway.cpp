// The gateway: nginx on one loopback port in front of the services.
#include "frontrowctl/local/gateway.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/http_probe.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;

void replace_all(std::string& text, std::string const& what, std::string const& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

/// nginx splits at blanks, so a folder whose name has one must be quoted.
std::string quoted(std::filesystem::path const& path) {
    return path.string().find(' ') == std::string::npos ? path.string() : '"' + path.string() + '"';
}

}  // namespace

std::string Gateway::url() const {
    return fmt::format("http://127.0.0.1:{}", options_.port);
}

std::string Gateway::configuration() const {
    auto text = read_file(options_.configuration).value_or("");
    // As root, workers would become another user, who may not reach a folder of mode 0700.
    replace_all(text, "@user@", ::geteuid() == 0 ? "user root;" : "");
    for (auto const* name : {"nginx.pid", "client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        replace_all(text, fmt::format("@folder@/{}", name), quoted(options_.folder / name));
    }
    replace_all(text, "@listen@", fmt::format("127.0.0.1:{}", options_.port));
    for (auto const& [name, port] : options_.services) {
        replace_all(text, fmt::format("@{}@", name), fmt::format("127.0.0.1:{}", port));
    }
    return text;
}

bool Gateway::start() {
    std::filesystem::create_directories(options_.folder);
    auto const file = options_.folder / "nginx.conf";
    auto const text = configuration();
    auto const program = Program{
        .name = "gateway",
        .arguments = {"/usr/sbin/nginx", "-e", "stderr", "-p", options_.folder.string(), "-c",
                      file.string(), "-g", "daemon off;"},
        .log_file = options_.log_file,
        .pid_file = options_.pid_file,
        .death_signal = options_.death_signal,
    };
    auto running = Process::find(options_.pid_file);
    if (running && running->runs(program) && read_file(file) == text && http_status(url()) != 0) {
        return false;
    }
    stop();
    write_file(file, text);
    auto server = Process::start(program);
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    while (http_status(url()) == 0) {
        check_interrupted();
        if (!server.is_running() || std::chrono::steady_clock::now() >= deadline) {
            server.stop(SIGTERM, 5s);
            throw StepFailed{"gateway", "nginx did not become ready", options_.log_file,
                             "mend what the log names, then run it again"};
        }
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

void Gateway::stop() {
    if (auto running = Process::find(options_.pid_file)) {
        running->stop(SIGTERM, 5s);
    }
    std::filesystem::remove(options_.pid_file);
}

bool Gateway::is_running() const {
    return Process::find(options_.pid_file).has_value();
}

}  // namespace frontrow::local
