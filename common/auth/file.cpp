// Reads a key file whole.
#include "common/auth/file.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace frontrow::auth {

std::string content_of(std::string const& path) {
    auto file = std::ifstream{path, std::ios::binary};
    auto content = std::string{std::istreambuf_iterator<char>{file}, {}};
    if (!file || content.empty()) {
        throw std::runtime_error{"The key file " + path + " cannot be read or is empty."};
    }
    return content;
}

}  // namespace frontrow::auth
