// A client of HTTP interfaces that keeps its connections, for tests.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace frontrow::support {

/// The answer to a request.
struct Answer {
    long status{0};                              ///< 0: none came
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
    bool cut_off{false};  ///< the server took the connection and gave no whole answer

    [[nodiscard]] std::string header(std::string const& name) const;
    /// The text, number or literal of the member whose name comes first in the body: enough for
    /// documents that a test knows.
    [[nodiscard]] std::string member(std::string const& name) const;
};

using Headers = std::map<std::string, std::string>;

/// Headers together.
[[nodiscard]] inline Headers operator+(Headers left, Headers const& right) {
    left.insert(right.begin(), right.end());
    return left;
}
[[nodiscard]] inline Headers key(std::string const& value) {
    return {{"Idempotency-Key", value}};
}

/// One request at a time.
class HttpClient {
  public:
    /// `patience`: how long it waits for an answer.
    explicit HttpClient(std::chrono::milliseconds patience = std::chrono::seconds{30});
    ~HttpClient();
    HttpClient(HttpClient const&) = delete;
    HttpClient& operator=(HttpClient const&) = delete;

    Answer request(std::string const& method, std::string const& url, Headers const& headers = {},
                   std::string const& body = {});

  private:
    void* curl_;
    std::chrono::milliseconds patience_;
};

}  // namespace frontrow::support
