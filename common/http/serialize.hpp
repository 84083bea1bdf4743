// Responses as octets.
#pragma once

#include <string>
#include <string_view>

#include "common/http/message.hpp"

namespace frontrow::http {

[[nodiscard]] std::string_view reason_of(int status);

struct Sending {
    bool is_head_request{false};  ///< the head says how long the body would be, and ends there
    bool close{false};            ///< the connection ends after this response
    bool is_stream{false};        ///< the body goes on until the connection ends
    std::string_view correlation_id{};
};

/// The whole response. Throws std::invalid_argument if a header field would break the head: that is
/// a handler's bug, and the client must not see what it could do.
[[nodiscard]] std::string serialized(Response const& response, Sending const& sending);

/// One server-sent event; a text of several lines becomes several `data` fields.
[[nodiscard]] std::string serialized_event(std::string_view id, std::string_view event,
                                           std::string_view data);

}  // namespace frontrow::http
