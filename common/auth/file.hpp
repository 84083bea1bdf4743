// Reads a key file whole.
#pragma once

#include <string>

namespace frontrow::auth {

/// Throws std::runtime_error that names the path.
[[nodiscard]] std::string content_of(std::string const& path);

}  // namespace frontrow::auth
