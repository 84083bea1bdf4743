// GET /v1/wallet/entries: the caller's side of the ledger, newest first, by the page.
#include <charconv>
#include <limits>

#include "common/core/bytes.hpp"
#include "common/http/submit.hpp"
#include "payment-service/http/answers.hpp"
#include "payment-service/http/routes.hpp"

namespace frontrow::payment::http {
namespace {

constexpr auto entries_default = std::int64_t{20};
constexpr auto most_entries = static_cast<std::int64_t>(storage::ledger::page_entries_max);

/// A decimal number without sign or leading zero, from `least` to `greatest`; else nothing.
std::optional<std::int64_t> number_from(std::string_view text, std::int64_t least,
                                        std::int64_t greatest) {
    auto number = std::int64_t{0};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    auto const whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || number < least || number > greatest || std::to_string(number) != text) {
        return std::nullopt;
    }
    return number;
}

struct Page {
    std::int64_t limit{entries_default};
    std::int64_t before{std::numeric_limits<std::int64_t>::max()};
};

Result<Page, frontrow::http::Problem> parse_page(Request const& request) {
    auto page = Page{};
    for (auto const& [name, value] : request.query) {
        if (name == "limit") {
            auto const limit = number_from(value, 1, most_entries);
            if (!limit) {
                return frontrow::http::bad_request("\"limit\" must be a number from 1 to 100.");
            }
            page.limit = *limit;
        } else if (name == "cursor") {
            auto const octets = from_base64url(value);
            auto const before = octets ? number_from(*octets, 1, page.before) : std::nullopt;
            if (!before) {
                return frontrow::http::bad_request(
                    "\"cursor\" must be the \"nextCursor\" of the page before, as it came.");
            }
            page.before = *before;
        } else {
            return frontrow::http::bad_request(
                "Only \"limit\" and \"cursor\" can be asked for here; remove the others.");
        }
    }
    return page;
}

}  // namespace

void get_entries(Request const& request, Responder respond, ReadLane& lane) {
    auto const page = parse_page(request);
    if (!page) {
        return respond(frontrow::http::problem_response(request, page.error()));
    }
    auto const query = use_cases::ReadEntries{{request.principal->user, page->before}};
    frontrow::http::submit(
        request, std::move(respond), use_cases::ReadQuery{query}, lane,
        [limit = page->limit](use_cases::ReadAnswer const& answer, std::string const&) {
            auto const& entries = std::get<use_cases::Entries>(answer);
            return frontrow::http::Response{
                .body = entries_json(entries, static_cast<std::size_t>(limit))};
        });
}

}  // namespace frontrow::payment::http
