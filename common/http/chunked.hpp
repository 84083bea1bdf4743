// The strict decoder of chunked bodies (RFC 9112, 7.1): no extensions, no trailers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::http {

/// Fed in any slices, it gives the same body. Trailers are refused because fields that came after
/// authorisation must not count; extensions, because nobody needs them and they have no bound.
class ChunkedDecoder {
  public:
    enum class State { need_more = 1, done, malformed, too_large };

    explicit ChunkedDecoder(std::size_t octets_max) : octets_max_{octets_max} {}
    /// Takes what it can of `input` and says how much that was.
    std::size_t feed(std::string_view input);
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::string& body() { return body_; }

  private:
    enum class Expects {
        size_digit = 1,
        size_line_feed,
        data,
        data_return,
        data_line_feed,
        last_return,
        last_line_feed
    };
    void take(char c);
    void take_size_digit(char c);
    void expect(char c, char wanted, Expects next);

    std::size_t octets_max_;
    std::string body_;
    State state_{State::need_more};
    Expects expects_{Expects::size_digit};
    std::size_t digits_{0};
    std::uint64_t left_{0};  ///< of this chunk
};

}  // namespace frontrow::http
