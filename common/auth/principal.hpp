// Who calls: what is left of a token once it was verified.
#pragma once

#include "common/core/id.hpp"

namespace frontrow::auth {

struct Principal {
    UserId user;
    bool is_ops{false};
};

}  // namespace frontrow::auth
