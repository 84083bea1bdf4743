// Where everything of one clone lives. Nothing is written anywhere else.
#include "frontrowctl/local/layout.hpp"

#include "common/core/bytes.hpp"
#include "common/core/sha256.hpp"

namespace frontrow::local {
namespace fs = std::filesystem;

Layout Layout::of_this_build() {
    return {fs::path{FRONTROW_SOURCE_ROOT}, fs::read_symlink("/proc/self/exe").parent_path()};
}

fs::path Layout::postgres() const {
    auto const path = fs::weakly_canonical(root).string();
    return fs::path{"/var/tmp"} / ("frontrow-" + to_hex(sha256(path).substr(0, 8)));
}

}  // namespace frontrow::local
