// Who sends a request: the Authorization header against the keys of the configuration.
#pragma once

#include "common/core/clock.hpp"
#include "common/http/server.hpp"
#include "common/service/config.hpp"

namespace frontrow::service {

/// Reads the keys once; throws std::runtime_error if the file is missing or has no usable key.
/// `clock` must outlive what is returned.
[[nodiscard]] http::Authenticate authenticator(AuthConfig const& config, Clock const& clock);

}  // namespace frontrow::service
