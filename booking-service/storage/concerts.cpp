// Inserts and reads concerts in sets.
#include "booking-service/storage/concerts.hpp"

#include <array>

#include "common/core/ensure.hpp"

namespace frontrow::booking::storage::concerts {
namespace {

using domain::Concert;

constexpr auto insert_concerts = pg::Statement{"insert_concerts", R"sql(
    INSERT INTO concerts (id, title, artist, venue, currency)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
)sql"};

}  // namespace

void insert(pg::Transaction& tx, std::span<Concert const> concerts) {
    auto const column = [&](auto projection) {
        return pg::column(concerts, projection);
    };
    tx.query(insert_concerts, column(&Concert::id), column(&Concert::title),
             column(&Concert::artist), column(&Concert::venue),
             column([](Concert const& concert) { return concert.currency.to_string(); }));
}

namespace {

constexpr auto load_concerts = pg::Statement{"load_concerts", R"sql(
    SELECT id, title, artist, venue, currency FROM concerts WHERE id = ANY ($1::uuid[])
)sql"};

constexpr auto page_concerts = pg::Statement{"page_concerts", R"sql(
    SELECT c.id, c.title, c.artist, c.venue, c.currency, page.position
    FROM unnest($1::uuid[]) WITH ORDINALITY AS page (after, position)
    CROSS JOIN LATERAL (
        SELECT * FROM concerts WHERE id > page.after ORDER BY id LIMIT 101
    ) AS c
    ORDER BY page.position, c.id
)sql"};

Concert decode(pg::Row const& row) {
    auto const currency = Currency::parse(row.text(4));
    ENSURE(currency.has_value());
    return {.id = row.id<ConcertId>(0),
            .title = row.string(1),
            .artist = row.string(2),
            .venue = row.string(3),
            .currency = *currency};
}

}  // namespace

std::unordered_map<ConcertId, Concert> load(pg::Transaction& tx, std::span<ConcertId const> ids) {
    auto found = std::unordered_map<ConcertId, Concert>{};
    for (auto& concert : tx.query(load_concerts, pg::column(ids)).map(decode)) {
        found.emplace(concert.id, concert);
    }
    return found;
}

std::vector<std::vector<Concert>> pages(pg::Transaction& tx,
                                        std::span<std::optional<ConcertId> const> after) {
    auto const from_the_start = ConcertId{};
    auto const rows =
        tx.query(page_concerts, pg::column(after, [&](std::optional<ConcertId> const& id) {
                     return id.value_or(from_the_start);
                 }));
    auto found = std::vector<std::vector<Concert>>(after.size());
    for (auto row = 0; row < rows.size(); ++row) {
        found.at(static_cast<std::size_t>(rows[row].int64(5) - 1)).push_back(decode(rows[row]));
    }
    return found;
}

std::span<pg::Statement const* const> statements() {
    static constexpr auto all =
        std::to_array<pg::Statement const*>({&insert_concerts, &load_concerts, &page_concerts});
    return all;
}

}  // namespace frontrow::booking::storage::concerts
