// POST /v1/admin/booking/concerts: a concert with all of its shows from one document.
#include "booking-service/http/routes.hpp"
#include "common/json/value.hpp"
#include "common/json/writer.hpp"

namespace frontrow::booking::http {
namespace {

constexpr std::size_t text_octets_max = 200;
constexpr std::size_t shows_max = 100;
constexpr std::size_t sections_max = 200;
constexpr std::int64_t seats_max = 100'000;  // in all shows of the document: one transaction

/// The first thing that was wrong, anywhere in the document.
using Wrong = std::optional<json::Refusal>;

void keep_first(Wrong& wrong, json::ObjectReader const& reader) {
    if (auto const* refusal = reader.refusal(); refusal != nullptr && !wrong) {
        wrong = *refusal;
    }
}

domain::Section parse_section(json::Value const& value, std::string const& path, Wrong& wrong) {
    auto reader = json::ObjectReader{value, path};
    auto section = domain::Section{};
    section.name = reader.text("name", 1, text_octets_max);
    section.rows = static_cast<std::int32_t>(reader.integer("rows", 1, 1000));
    section.seats_per_row = static_cast<std::int32_t>(reader.integer("seatsPerRow", 1, 1000));
    section.price = reader.integer("price", 1, minor_units_max);
    reader.no_other_members();
    keep_first(wrong, reader);
    return section;
}

domain::Show parse_show(json::Value const& value, std::string const& path, Currency currency,
                        Wrong& wrong) {
    auto reader = json::ObjectReader{value, path};
    auto const instant = [&](std::string_view name) {
        return reader.parsed(name, "must be a time as in 2027-03-01T19:30:00Z", parse_rfc3339);
    };
    auto show = domain::Show{};
    show.id = ShowId::draw();
    show.starts_at = instant("startsAt");
    show.sale_opens_at = instant("saleOpensAt");
    show.sale_closes_at = reader.has("saleClosesAt") ? instant("saleClosesAt") : show.starts_at;
    show.admission_capacity =
        static_cast<std::int32_t>(reader.integer("admissionCapacity", 0, 1'000'000));
    auto const sections = reader.array("sections", 1, sections_max);
    reader.no_other_members();
    if (show.sale_opens_at >= show.sale_closes_at) {
        reader.refuse("saleOpensAt", "must be before the sale closes");
    }
    keep_first(wrong, reader);
    auto layout = domain::Layout{.currency = currency, .sections = {}};
    for (std::size_t i = 0; i < sections.size(); ++i) {
        auto const where = path + ".sections[" + std::to_string(i) + "]";
        layout.sections.push_back(parse_section(sections[i], where, wrong));
    }
    domain::number_seats(layout.sections);
    show.layout = std::make_shared<domain::Layout const>(std::move(layout));
    return show;
}

Result<use_cases::CreateConcert, json::Refusal> parse(Request const& request) {
    auto const& document = request.json();
    if (!document) {
        return document.error();
    }
    auto wrong = Wrong{};
    auto reader = json::ObjectReader{*document};
    auto command = use_cases::CreateConcert{};
    command.concert = {
        .id = ConcertId::draw(),
        .title = reader.text("title", 1, text_octets_max),
        .artist = reader.text("artist", 1, text_octets_max),
        .venue = reader.text("venue", 1, text_octets_max),
        .currency = reader.parsed("currency", "must be three upper-case letters", Currency::parse)};
    auto const shows = reader.array("shows", 1, shows_max);
    reader.no_other_members();
    keep_first(wrong, reader);
    auto seats = std::int64_t{0};
    for (std::size_t i = 0; i < shows.size() && !wrong; ++i) {
        auto show = parse_show(shows[i], "shows[" + std::to_string(i) + "]",
                               command.concert.currency, wrong);
        for (auto const& section : show.layout->sections) {
            seats += std::int64_t{section.rows} * section.seats_per_row;
        }
        show.concert = command.concert.id;
        command.shows.push_back(std::move(show));
    }
    if (!wrong && seats > seats_max) {
        reader.refuse("shows", "must have at most 100000 seats in all");
        keep_first(wrong, reader);
    }
    if (wrong) {
        return *wrong;
    }
    return command;
}

idempotency::Answer answer_of(use_cases::CreateConcert const& made) {
    auto writer = json::Writer{};
    writer.object()
        .member("id", made.concert.id)
        .member("title", made.concert.title)
        .member("artist", made.concert.artist)
        .member("venue", made.concert.venue)
        .member("currency", made.concert.currency.to_string());
    writer.key("shows").array();
    for (auto const& show : made.shows) {
        writer.object()
            .member("id", show.id)
            .member("startsAt", show.starts_at)
            .member("seats", show.layout->seats())
            .end();
    }
    writer.end().end();
    return {.status = 201,
            .location = "/v1/concerts/" + made.concert.id.to_string(),
            .body = std::move(writer).text()};
}

}  // namespace

void create_concert(Request const& request, Responder respond, ConcertLane& lane) {
    auto command = parse(request);
    if (!command) {
        return respond(frontrow::http::problem_response(
            request, frontrow::http::bad_request(command.error().detail)));
    }
    command->origin = frontrow::http::origin_of(request);
    frontrow::http::submit_idempotent(request, std::move(respond), *std::move(command), lane);
}

std::vector<idempotency::Answer> run_create_concert(
    pg::Transaction& tx, std::span<idempotency::Keyed<use_cases::CreateConcert> const> batch) {
    return idempotency::with_keys<use_cases::CreateConcert>(
        tx, batch, [](pg::Transaction& inside, std::span<use_cases::CreateConcert const> fresh) {
            use_cases::create_concerts(inside, fresh);
            auto answers = std::vector<idempotency::Answer>{};
            for (auto const& made : fresh) {
                answers.push_back(answer_of(made));
            }
            return answers;
        });
}

}  // namespace frontrow::booking::http
