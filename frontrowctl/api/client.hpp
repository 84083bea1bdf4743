// A client of frontrow's public API, over libcurl.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/json/value.hpp"

namespace frontrow::api {

struct Answer {
    int status{0};
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;

    /// The body as JSON; a null Value if there is none. Throws CommandFailed if it is not JSON.
    [[nodiscard]] json::Value json() const;
    /// What a problem document says: "409 seat-unavailable: Choose other seats."
    [[nodiscard]] std::string problem() const;
    [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }
};

/// Keeps its connection. For one thread.
class Client {
  public:
    using Headers = std::map<std::string, std::string>;
    /// `url` is the gateway's, without a slash at its end.
    Client(std::string url, std::string token, std::chrono::milliseconds timeout);
    ~Client();
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    /// Throws CommandFailed if no answer came.
    Answer get(std::string const& path);
    Answer post(std::string const& path, std::string const& body, Headers const& headers = {});

  private:
    struct State;
    Answer send(char const* method, std::string const& path, std::string const* body,
                Headers const& headers);
    std::unique_ptr<State> state_;
};

/// A new key for the header Idempotency-Key.
[[nodiscard]] Client::Headers with_new_key();

/// The text of a member, or "" if it is not there or no text.
[[nodiscard]] std::string text_of(json::Value const& object, std::string_view name);
/// The integer of a member, or `fallback`.
[[nodiscard]] std::int64_t integer_of(json::Value const& object, std::string_view name,
                                      std::int64_t fallback = 0);
/// Percent-encodes for a path segment or a query value.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace frontrow::api
