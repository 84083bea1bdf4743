// Parts of the stack that somebody else runs, named in the environment.
#include <cstdlib>

#include "frontrowctl/local/stack.hpp"

namespace frontrow::local {

External External::from_environment() {
    auto const value = [](char const* name) {
        auto const* const given = std::getenv(name);
        return std::string{given == nullptr ? "" : given};
    };
    return {value("FRONTROW_EXTERNAL_KAFKA"), value("FRONTROW_EXTERNAL_POSTGRES")};
}

}  // namespace frontrow::local
