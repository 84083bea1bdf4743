// One `up` or `down` of a clone at a time.
#include "frontrowctl/local/state_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

#include "frontrowctl/local/files.hpp"

namespace frontrow::local {

StateLock::StateLock(std::filesystem::path const& file, std::string const& purpose,
                     std::optional<int> descriptor) {
    if (descriptor) {
        descriptor_ = *descriptor;
        return;
    }
    std::filesystem::create_directories(file.parent_path());
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        throw std::runtime_error{fmt::format("{} is locked by {}", file.string(),
                                             read_file(file).value_or("another process"))};
    }
    auto const holder = fmt::format("{} (pid {})\n", purpose, ::getpid());
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, holder.data(), holder.size(), 0) < 0) {
        throw std::runtime_error{"cannot write " + file.string()};
    }
}

StateLock::~StateLock() {
    ::close(descriptor_);
}

}  // namespace frontrow::local
