// Makes the demo's concert.
#include "frontrowctl/commands/demo_concert.hpp"

#include <array>

#include "common/json/writer.hpp"

namespace frontrow::commands {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct Section {
    char const* name;
    std::int64_t rows;
    std::int64_t seats_per_row;
    std::int64_t price;
};
constexpr auto sections =
    std::array{Section{"Stalls", 10, 20, 9000}, Section{"Circle", 10, 20, 6500},
               Section{"Gallery", 5, 20, 3500}};
constexpr auto admission_capacity = std::int64_t{100};

void write_show(json::Writer& writer, Instant starts_at, Instant sale_opens_at) {
    writer.object()
        .member("startsAt", starts_at)
        .member("saleOpensAt", sale_opens_at)
        .member("saleClosesAt", starts_at - minutes{30})
        .member("admissionCapacity", admission_capacity)
        .key("sections")
        .array();
    for (auto const& section : sections) {
        writer.object()
            .member("name", std::string{section.name})
            .member("rows", section.rows)
            .member("seatsPerRow", section.seats_per_row)
            .member("price", section.price)
            .end();
    }
    writer.end().end();
}

}  // namespace

DemoConcert demo_concert(std::string const& title, Instant now) {
    auto const today = std::chrono::floor<days>(now);
    auto const first = Instant{today} + days{100} + hours{19} + minutes{30};
    auto writer = json::Writer{};
    writer.object()
        .member("title", title)
        .member("artist", std::string{"The Open Strings"})
        .member("venue", std::string{"Harbour Hall"})
        .member("currency", std::string{"EUR"})
        .key("shows")
        .array();
    write_show(writer, first, Instant{today} - days{1});
    write_show(writer, first + days{1}, Instant{today} - days{1});
    writer.end().end();
    return {.json = writer.text(), .idempotency_key = "demo-" + to_rfc3339(Instant{today})};
}

}  // namespace frontrow::commands
