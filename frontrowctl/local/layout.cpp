// Where everything of one clone lives. Nothing is written anywhere else.
#include "frontrowctl/local/layout.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace frontrow::local {
namespace fs = std::filesystem;

Layout Layout::of_this_build() {
    return {fs::path{FRONTROW_SOURCE_ROOT}, fs::read_symlink("/proc/self/exe").parent_path()};
}

fs::path Layout::postgres() const {
    auto const path = fs::weakly_canonical(root).string();
    auto digest = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
    EVP_Digest(path.data(), path.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    auto name = std::string{"frontrow-"};
    for (auto index = std::size_t{0}; index < 8; ++index) {
        name += fmt::format("{:02x}", digest[index]);
    }
    return fs::path{"/var/tmp"} / name;
}

}  // namespace frontrow::local
