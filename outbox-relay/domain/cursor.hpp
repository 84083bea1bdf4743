// How far the relay is, and what of it still holds after a restart or a change of the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::relay::domain {

/// PostgreSQL's text form "xmin:xmax:xip,xip", which is also how two are compared: pg_snapshot has
/// no `=`.
struct Snapshot {
    std::string text;
    bool operator==(Snapshot const&) const = default;

    /// Sees nothing: transaction ids of users begin at 3.
    [[nodiscard]] static Snapshot before_all() { return {"1:1:"}; }
    /// The first transaction id that was not given out yet. Aborts on what is no snapshot.
    [[nodiscard]] std::uint64_t xmax() const;
    /// Would a committed transaction of this id be seen?
    [[nodiscard]] bool sees(std::uint64_t transaction) const;
};

/// Whose transaction ids they are: ids of another cluster or timeline mean nothing here.
struct Server {
    std::int64_t system_identifier{0};
    std::int32_t timeline{0};
    bool operator==(Server const&) const = default;
};

/// The row of relay_cursor. What `published` sees is published; what `window` sees beyond it is
/// being published, in the order of ids, and done up to `last_id`.
struct Cursor {
    std::optional<Snapshot> published;
    std::optional<Snapshot> window;
    std::int64_t last_id{0};
    std::optional<Server> server;
    bool operator==(Cursor const&) const = default;
};

enum class StartOver { first_start = 1, other_server, other_timeline, ids_went_back };

/// Where to go on, on this server whose next transaction id is `next_transaction`; `why` tells if
/// everything that is retained must be published again.
struct Start {
    Cursor cursor;
    std::optional<StartOver> why;
};
[[nodiscard]] Start start_from(Cursor const& stored, Server const& server,
                               std::uint64_t next_transaction);
[[nodiscard]] char const* to_text(StartOver why);

/// `cursor` with this window opened behind what it has published. An open window must be over.
[[nodiscard]] Cursor with_window(Cursor const& cursor, Snapshot const& window);
/// `cursor` with its window published to the end.
[[nodiscard]] Cursor closed(Cursor const& cursor);

}  // namespace frontrow::relay::domain
