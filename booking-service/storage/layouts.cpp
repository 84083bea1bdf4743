// Reads each layout once.
#include "booking-service/storage/layouts.hpp"

#include <array>
#include <vector>

#include "common/core/ensure.hpp"

namespace frontrow::booking::storage {
namespace {

using domain::Layout;
using domain::Section;

constexpr std::size_t layouts_max = 10'000;  // some megabytes; beyond it, all are read anew

constexpr auto load_sections = pg::Statement{"load_sections", R"sql(
    SELECT s.show_id, s.first_seat, s.name, s.rows, s.seats_per_row, s.price, c.currency
    FROM sections AS s
    JOIN shows ON shows.id = s.show_id
    JOIN concerts AS c ON c.id = shows.concert_id
    WHERE s.show_id = ANY ($1::uuid[])
    ORDER BY s.show_id, s.first_seat
)sql"};

Layouts::ByShow read(pg::Transaction& tx, std::vector<ShowId> const& shows) {
    auto sections = std::unordered_map<ShowId, Layout>{};
    auto const rows = tx.query(load_sections, pg::column(shows));
    for (auto row = 0; row < rows.size(); ++row) {
        auto const cells = rows[row];
        auto const currency = Currency::parse(cells.text(6));
        ENSURE(currency.has_value());
        auto& layout = sections[cells.id<ShowId>(0)];
        layout.currency = *currency;
        layout.sections.push_back(Section{.name = cells.string(2),
                                          .rows = cells.int32(3),
                                          .seats_per_row = cells.int32(4),
                                          .price = cells.int64(5),
                                          .first_seat = cells.int32(1)});
    }
    auto layouts = Layouts::ByShow{};
    for (auto& [show, layout] : sections) {
        layouts.emplace(show, std::make_shared<Layout const>(std::move(layout)));
    }
    return layouts;
}

}  // namespace

Layouts::ByShow Layouts::load(pg::Transaction& tx, std::span<ShowId const> shows) {
    auto found = ByShow{};
    auto missing = std::vector<ShowId>{};
    {
        auto const lock = std::lock_guard{mutex_};
        for (auto const& show : shows) {
            auto const known = known_.find(show);
            if (known == known_.end()) {
                missing.push_back(show);
            } else {
                found.emplace(*known);
            }
        }
    }
    if (missing.empty()) {
        return found;
    }
    auto const fresh = read(tx, missing);
    auto const lock = std::lock_guard{mutex_};
    if (known_.size() + fresh.size() > layouts_max) {
        known_.clear();
    }
    known_.insert(fresh.begin(), fresh.end());
    found.insert(fresh.begin(), fresh.end());
    return found;
}

namespace {

constexpr auto insert_sections = pg::Statement{"insert_sections", R"sql(
    INSERT INTO sections (show_id, first_seat, name, rows, seats_per_row, price)
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::int[], $6::bigint[])
)sql"};

}  // namespace

void Layouts::insert(pg::Transaction& tx, std::span<domain::Show const> shows) {
    struct Row {
        ShowId show;
        Section const* section;
    };
    auto rows = std::vector<Row>{};
    for (auto const& show : shows) {
        for (auto const& section : show.layout->sections) {
            rows.push_back({show.id, &section});
        }
    }
    auto const column = [&](auto projection) {
        return pg::column(rows, projection);
    };
    tx.query(insert_sections, column(&Row::show),
             column([](Row const& row) { return row.section->first_seat; }),
             column([](Row const& row) { return row.section->name; }),
             column([](Row const& row) { return row.section->rows; }),
             column([](Row const& row) { return row.section->seats_per_row; }),
             column([](Row const& row) { return row.section->price; }));
}

std::span<pg::Statement const* const> Layouts::statements() {
    static constexpr auto all =
        std::to_array<pg::Statement const*>({&load_sections, &insert_sections});
    return all;
}

}  // namespace frontrow::booking::storage
