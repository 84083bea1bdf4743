// Decodes chunks octet by octet; only their data is copied in pieces.
#include "common/http/chunked.hpp"

#include <algorithm>

namespace frontrow::http {
namespace {

constexpr std::size_t size_digits_max = 8;

int hex_digit(char c) {
    if ('0' <= c && c <= '9') {
        return c - '0';
    }
    if ('a' <= c && c <= 'f') {
        return c - 'a' + 10;
    }
    return 'A' <= c && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::size_t ChunkedDecoder::feed(std::string_view input) {
    std::size_t taken = 0;
    while (taken < input.size() && state_ == State::need_more) {
        if (expects_ != Expects::data) {
            take(input[taken]);
            ++taken;
            continue;
        }
        auto const piece = input.substr(taken, std::min<std::uint64_t>(left_, input.size()));
        body_ += piece;
        taken += piece.size();
        left_ -= piece.size();
        if (left_ == 0) {
            expects_ = Expects::data_return;
        }
    }
    return taken;
}

void ChunkedDecoder::take(char c) {
    switch (expects_) {
        case Expects::size_digit:
            return take_size_digit(c);
        case Expects::size_line_feed:
            expect(c, '\n', left_ == 0 ? Expects::last_return : Expects::data);
            if (state_ == State::need_more && body_.size() + left_ > octets_max_) {
                state_ = State::too_large;
            }
            return;
        case Expects::data_return:
            return expect(c, '\r', Expects::data_line_feed);
        case Expects::data_line_feed:
            digits_ = 0;
            return expect(c, '\n', Expects::size_digit);
        case Expects::last_return:
            return expect(c, '\r', Expects::last_line_feed);
        case Expects::last_line_feed:
            expect(c, '\n', Expects::last_line_feed);
            if (state_ == State::need_more) {
                state_ = State::done;
            }
            return;
        case Expects::data:
            return;
    }
}

void ChunkedDecoder::take_size_digit(char c) {
    if (digits_ > 0 && c == '\r') {
        expects_ = Expects::size_line_feed;
        return;
    }
    auto const digit = hex_digit(c);
    if (digit < 0 || digits_ == size_digits_max) {
        state_ = State::malformed;
        return;
    }
    left_ = (digits_ == 0 ? 0 : left_ * 16) + static_cast<std::uint64_t>(digit);
    ++digits_;
}

void ChunkedDecoder::expect(char c, char wanted, Expects next) {
    if (c == wanted) {
        expects_ = next;
    } else {
        state_ = State::malformed;
    }
}

}  // namespace frontrow::http
