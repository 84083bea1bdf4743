// Inserts and reads shows in sets.
#include "booking-service/storage/shows.hpp"

#include <algorithm>
#include <array>

namespace frontrow::booking::storage::shows {
namespace {

using domain::Show;

constexpr auto insert_shows = pg::Statement{"insert_shows", R"sql(
    INSERT INTO shows (id, concert_id, starts_at, sale_opens_at, sale_closes_at, admission_capacity)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[],
                         $5::timestamptz[], $6::int[])
)sql"};

}  // namespace

void insert(pg::Transaction& tx, std::span<Show const> shows) {
    auto const column = [&](auto projection) {
        return pg::column(shows, projection);
    };
    tx.query(insert_shows, column(&Show::id), column(&Show::concert), column(&Show::starts_at),
             column(&Show::sale_opens_at), column(&Show::sale_closes_at),
             column(&Show::admission_capacity));
    Layouts::insert(tx, shows);
}

namespace {

constexpr auto load_shows = pg::Statement{"load_shows", R"sql(
    SELECT id, concert_id, starts_at, sale_opens_at, sale_closes_at, closed, admission_capacity
    FROM shows
    WHERE id = ANY ($1::uuid[])
)sql"};

constexpr auto page_shows = pg::Statement{"page_shows", R"sql(
    SELECT s.id, s.concert_id, s.starts_at, s.sale_opens_at, s.sale_closes_at, s.closed,
           s.admission_capacity, page.position
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS page (concert_id, after, position)
    CROSS JOIN LATERAL (
        SELECT * FROM shows
        WHERE concert_id = page.concert_id AND id > page.after
        ORDER BY id
        LIMIT 101
    ) AS s
    ORDER BY page.position, s.id
)sql"};

Show decode(pg::Row const& row) {
    return {.id = row.id<ShowId>(0),
            .concert = row.id<ConcertId>(1),
            .starts_at = row.instant(2),
            .sale_opens_at = row.instant(3),
            .sale_closes_at = row.instant(4),
            .closed = row.boolean(5),
            .admission_capacity = row.int32(6),
            .layout = nullptr};
}

}  // namespace

pg::Later<ById> load(pg::Transaction& tx, std::vector<ShowId> ids, Layouts& layouts) {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) {
        return {};
    }
    auto asked = tx.ask(load_shows, pg::column(ids));
    return {std::move(asked), [&tx, &layouts, ids = std::move(ids)](pg::Rows const& rows) {
                // Later than the shows: who sees a show sees its layout, for they were committed
                // together.
                auto const known = layouts.load(tx, ids);
                auto found = ById{};
                for (auto& show : rows.map(decode)) {
                    show.layout = known.at(show.id);
                    found.emplace(show.id, std::move(show));
                }
                return found;
            }};
}

std::vector<std::vector<Show>> pages(pg::Transaction& tx, std::span<Page const> pages,
                                     Layouts& layouts) {
    auto const rows =
        tx.query(page_shows, pg::column(pages, &Page::concert),
                 pg::column(pages, [](Page const& page) { return page.after.value_or(ShowId{}); }));
    auto ids = rows.map([](pg::Row const& row) { return row.id<ShowId>(0); });
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    auto const known = layouts.load(tx, ids);
    auto found = std::vector<std::vector<Show>>(pages.size());
    for (auto row = 0; row < rows.size(); ++row) {
        auto show = decode(rows[row]);
        show.layout = known.at(show.id);
        found.at(static_cast<std::size_t>(rows[row].int64(7) - 1)).push_back(std::move(show));
    }
    return found;
}

std::span<pg::Statement const* const> statements() {
    static constexpr auto all =
        std::to_array<pg::Statement const*>({&insert_shows, &load_shows, &page_shows});
    return all;
}

}  // namespace frontrow::booking::storage::shows
