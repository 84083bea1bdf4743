// Asking a server over HTTP whether it is ready.
#pragma once

#include <string>

namespace frontrow::local {

/// The status of the answer to GET `url`; 0 if there was none within a second.
[[nodiscard]] int http_status(std::string const& url);

}  // namespace frontrow::local
