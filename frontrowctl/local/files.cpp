// Files that are either absent or whole: everything is written under another name first.
#include "frontrowctl/local/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace frontrow::local {
namespace fs = std::filesystem;

namespace {
constexpr auto unfinished_mark = std::string_view{".unfinished-"};

[[noreturn]] void fail(std::string const& what) {
    throw std::system_error{errno, std::generic_category(), what};
}
}  // namespace

std::optional<std::string> read_file(fs::path const& path) {
    auto stream = std::ifstream{path, std::ios::binary};
    if (!stream) {
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

void write_file(fs::path const& path, std::string_view content, mode_t mode) {
    auto const temporary = unfinished(path);
    auto const descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) {
        fail("cannot write " + temporary.string());
    }
    auto rest = content;
    while (!rest.empty()) {
        auto const written = ::write(descriptor, rest.data(), rest.size());
        if (written < 0) {
            ::close(descriptor);
            fail("cannot write " + temporary.string());
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    // The umask may have taken permissions away that were asked for.
    ::fchmod(descriptor, mode);
    ::close(descriptor);
    fs::rename(temporary, path);
}

std::vector<std::string> last_lines(fs::path const& path, std::size_t count) {
    auto lines = std::vector<std::string>{};
    auto stream = std::ifstream{path};
    auto line = std::string{};
    while (std::getline(stream, line)) {
        lines.push_back(line);
        if (lines.size() > 2 * count) {
            lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
        }
    }
    if (lines.size() > count) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
}

fs::path unfinished(fs::path const& path) {
    return fs::path{path.string() + std::string{unfinished_mark} + std::to_string(::getpid())};
}

void remove_unfinished(fs::path const& path) {
    auto const prefix = path.filename().string() + std::string{unfinished_mark};
    auto ignored = std::error_code{};
    for (auto const& entry : fs::directory_iterator{path.parent_path(), ignored}) {
        if (entry.path().filename().string().starts_with(prefix)) {
            fs::remove_all(entry.path(), ignored);
        }
    }
}

}  // namespace frontrow::local
