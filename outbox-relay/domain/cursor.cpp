// Decisions on snapshots and the cursor, on values.
#include "outbox-relay/domain/cursor.hpp"

#include <charconv>
#include <string_view>

#include "common/core/ensure.hpp"

namespace frontrow::relay::domain {
namespace {

std::uint64_t number_of(std::string_view text) {
    auto value = std::uint64_t{0};
    auto const* const end = text.data() + text.size();
    auto const parsed = std::from_chars(text.data(), end, value);
    ENSURE(parsed.ec == std::errc{} && parsed.ptr == end);
    return value;
}

struct Parts {
    std::string_view xmax;
    std::string_view in_progress;
};

Parts parts_of(std::string_view snapshot) {
    auto const first = snapshot.find(':');
    auto const second = snapshot.find(':', first == std::string_view::npos ? first : first + 1);
    ENSURE(first != std::string_view::npos && second != std::string_view::npos);
    return {snapshot.substr(first + 1, second - first - 1), snapshot.substr(second + 1)};
}

}  // namespace

std::uint64_t Snapshot::xmax() const {
    return number_of(parts_of(text).xmax);
}

bool Snapshot::sees(std::uint64_t transaction) const {
    auto const parts = parts_of(text);
    if (transaction >= number_of(parts.xmax)) {
        return false;
    }
    for (auto rest = parts.in_progress; !rest.empty();) {
        auto const comma = rest.find(',');
        if (number_of(rest.substr(0, comma)) == transaction) {
            return false;
        }
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return true;
}

Start start_from(Cursor const& stored, Server const& server, std::uint64_t next_transaction) {
    auto why = std::optional<StartOver>{};
    if (!stored.server || !stored.published) {
        why = StartOver::first_start;
    } else if (stored.server->system_identifier != server.system_identifier) {
        why = StartOver::other_server;
    } else if (stored.server->timeline != server.timeline) {
        why = StartOver::other_timeline;
    } else if (stored.published->xmax() > next_transaction ||
               (stored.window && stored.window->xmax() > next_transaction)) {
        why = StartOver::ids_went_back;
    }
    if (!why) {
        return {stored, std::nullopt};
    }
    return {Cursor{.published = Snapshot::before_all(), .window = {}, .server = server}, why};
}

char const* to_text(StartOver why) {
    switch (why) {
        case StartOver::first_start:
            return "this is the first start";
        case StartOver::other_server:
            return "the database is another cluster than before";
        case StartOver::other_timeline:
            return "the database was recovered or failed over";
        case StartOver::ids_went_back:
            return "the database's transaction ids went back";
    }
    ENSURE(false);
}

Cursor with_window(Cursor const& cursor, Snapshot const& window) {
    auto next = closed(cursor);
    next.window = window;
    return next;
}

Cursor closed(Cursor const& cursor) {
    auto next = cursor;
    if (cursor.window) {
        next.published = cursor.window;
        next.window.reset();
        next.last_id = 0;
    }
    return next;
}

}  // namespace frontrow::relay::domain
