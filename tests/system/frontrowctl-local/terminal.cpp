// A terminal with a person at it who may close its window.
#include "tests/system/frontrowctl-local/terminal.hpp"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace frontrow::local {

Terminal::Terminal(std::filesystem::path const& folder, std::vector<std::string> arguments) {
    auto pointers = std::vector<char*>{};
    for (auto& argument : arguments) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    command_ = ::forkpty(&descriptor_, nullptr, nullptr, nullptr);
    if (command_ == 0) {
        // Only system calls: other threads' locks may be held for ever here.
        if (::chdir(folder.c_str()) == 0) {
            ::execv(pointers.front(), pointers.data());
        }
        ::_exit(127);
    }
    if (command_ < 0) {
        throw std::runtime_error{"cannot open a terminal"};
    }
}

Terminal::~Terminal() {
    close();
}

bool Terminal::shows(std::string const& text) {
    auto buffer = std::array<char, 4096>{};
    while (screen_.find(text) == std::string::npos) {
        auto const got = ::read(descriptor_, buffer.data(), buffer.size());
        if (got <= 0) {
            return false;
        }
        screen_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
}

void Terminal::type(std::string const& keys) const {
    if (::write(descriptor_, keys.data(), keys.size()) < 0) {
        throw std::runtime_error{"cannot type"};
    }
}

void Terminal::close() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        descriptor_ = -1;
        ::waitpid(command_, nullptr, 0);
    }
}

}  // namespace frontrow::local
