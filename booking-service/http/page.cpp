// Reads the parameters of a list.
#include "booking-service/http/page.hpp"

#include <algorithm>
#include <charconv>

#include "common/core/bytes.hpp"

namespace frontrow::booking::http {
namespace {

std::optional<std::size_t> limit_of(std::string_view text) {
    auto limit = std::size_t{0};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    auto const is_whole = error == std::errc{} && end == text.data() + text.size();
    return is_whole && limit >= 1 && limit <= 100 ? std::optional{limit} : std::nullopt;
}

std::optional<Uuid> last_of(std::string_view cursor) {
    auto const octets = from_base64url(cursor);
    auto last = Uuid{};
    if (!octets || octets->size() != last.octets.size()) {
        return std::nullopt;
    }
    std::ranges::transform(*octets, last.octets.begin(),
                           [](char octet) { return static_cast<std::uint8_t>(octet); });
    return last;
}

}  // namespace

Result<Page, frontrow::http::Problem> page_of(frontrow::http::Request const& request) {
    auto page = Page{};
    for (auto const& [name, value] : request.query) {
        if (name == "limit") {
            auto const limit = limit_of(value);
            if (!limit) {
                return frontrow::http::bad_request("\"limit\" must be a number from 1 to 100.");
            }
            page.limit = *limit;
        } else if (name == "cursor") {
            page.cursor = last_of(value);
            if (!page.cursor) {
                return frontrow::http::bad_request(
                    "\"cursor\" must be the \"nextCursor\" of the page before, as it came.");
            }
        } else {
            return frontrow::http::bad_request(
                "Only \"limit\" and \"cursor\" can be asked for here; remove the others.");
        }
    }
    return page;
}

std::optional<frontrow::http::Problem> refuse_query(frontrow::http::Request const& request) {
    if (request.query.empty()) {
        return std::nullopt;
    }
    return frontrow::http::bad_request(
        "This resource takes no parameters; remove what is behind the \"?\".");
}

std::string cursor_of(Uuid const& last) {
    return to_base64url({reinterpret_cast<char const*>(last.octets.data()), last.octets.size()});
}

}  // namespace frontrow::booking::http
