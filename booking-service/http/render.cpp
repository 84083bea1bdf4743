// Writes reservations, concerts, shows, layouts and availability.
#include "booking-service/http/render.hpp"

#include <algorithm>
#include <cstdint>

#include "booking-service/domain/spelling.hpp"
#include "booking-service/http/page.hpp"
#include "common/core/bytes.hpp"
#include "common/core/ensure.hpp"
#include "common/json/writer.hpp"

namespace frontrow::booking::http {
namespace {

using use_cases::ReservationView;

/// FNV-1a in 64 bits: tells contents of one resource apart, and is no secret.
std::string hash_of(std::string_view octets) {
    auto hash = std::uint64_t{0xcbf29ce484222325U};
    for (auto const octet : octets) {
        hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3U;
    }
    auto bytes = std::string{};
    for (auto shift = 56; shift >= 0; shift -= 8) {
        bytes += static_cast<char>((hash >> shift) & 0xffU);
    }
    return to_hex(bytes);
}

void write_seat(json::Writer& writer, domain::Layout const& layout, std::int32_t seat) {
    auto const place = layout.place_of(seat);
    ENSURE(place.has_value());
    writer.object()
        .member("seatId", seat)
        .member("section", place->section->name)
        .member("row", std::to_string(place->row))
        .member("number", place->number)
        .member("price", Money{place->section->price, layout.currency})
        .end();
}

void write(json::Writer& writer, ReservationView const& view) {
    auto const& reservation = view.reservation;
    writer.object()
        .member("id", reservation.id)
        .member("showId", reservation.show)
        .member("state", domain::to_text(reservation.state));
    writer.key("seats").array();
    for (auto const& claim : reservation.seats) {
        write_seat(writer, *view.layout, claim.seat);
    }
    writer.end();
    writer.member("total", reservation.total)
        .member("heldUntil", reservation.held_until)
        .member("attempt", reservation.attempt);
    if (reservation.decline.empty()) {
        writer.key("decline").null();
    } else {
        writer.member("decline", reservation.decline);
    }
    writer.member("createdAt", reservation.created_at).member("version", reservation.version).end();
}

void write_members(json::Writer& writer, domain::Concert const& concert) {
    writer.member("id", concert.id)
        .member("title", concert.title)
        .member("artist", concert.artist)
        .member("venue", concert.venue)
        .member("currency", concert.currency.to_string());
}

void write(json::Writer& writer, domain::Concert const& concert, domain::Show const& show,
           Instant now) {
    auto const is_open = domain::sale_state(show, now) == domain::SaleState::open;
    writer.object()
        .member("id", show.id)
        .member("concertId", show.concert)
        .member("title", concert.title)
        .member("venue", concert.venue)
        .member("startsAt", show.starts_at)
        .member("saleOpensAt", show.sale_opens_at)
        .member("saleClosesAt", show.sale_closes_at)
        .member("state", is_open ? "OPEN" : "CLOSED")
        .member("seats", show.layout->seats())
        .member("admissionCapacity", show.admission_capacity)
        .member("currency", concert.currency.to_string())
        .end();
}

/// {"items":[...],"nextCursor":...}: `write_item` writes each of the first `limit`, `id_of` names
/// it.
template <class Item>
std::string page_json(std::span<Item const> items, std::size_t limit, auto write_item, auto id_of) {
    auto const shown = items.first(std::min(items.size(), limit));
    auto writer = json::Writer{};
    writer.object().key("items").array();
    for (auto const& item : shown) {
        write_item(writer, item);
    }
    writer.end().key("nextCursor");
    if (items.size() > shown.size()) {
        writer.value(cursor_of(id_of(shown.back())));
    } else {
        writer.null();
    }
    writer.end();
    return std::move(writer).text();
}

}  // namespace

std::string reservation_json(ReservationView const& view) {
    auto writer = json::Writer{};
    write(writer, view);
    return std::move(writer).text();
}

std::string reservations_json(std::span<ReservationView const> views, std::size_t limit) {
    return page_json(
        views, limit,
        [](json::Writer& writer, ReservationView const& view) { write(writer, view); },
        [](ReservationView const& view) { return view.reservation.id.uuid; });
}

std::string concert_json(domain::Concert const& concert, std::span<domain::Show const> shows,
                         Instant now) {
    auto writer = json::Writer{};
    writer.object();
    write_members(writer, concert);
    writer.key("shows").array();
    for (auto const& show : shows) {
        write(writer, concert, show, now);
    }
    writer.end().end();
    return std::move(writer).text();
}

std::string concerts_json(std::span<domain::Concert const> concerts, std::size_t limit) {
    return page_json(
        concerts, limit,
        [](json::Writer& writer, domain::Concert const& concert) {
            writer.object();
            write_members(writer, concert);
            writer.end();
        },
        [](domain::Concert const& concert) { return concert.id.uuid; });
}

std::string show_json(domain::Concert const& concert, domain::Show const& show, Instant now) {
    auto writer = json::Writer{};
    write(writer, concert, show, now);
    return std::move(writer).text();
}

std::string shows_json(domain::Concert const& concert, std::span<domain::Show const> shows,
                       std::size_t limit, Instant now) {
    return page_json(
        shows, limit,
        [&](json::Writer& writer, domain::Show const& show) { write(writer, concert, show, now); },
        [](domain::Show const& show) { return show.id.uuid; });
}

Tagged layout_json(ShowId const& show, domain::Layout const& layout) {
    auto writer = json::Writer{};
    writer.object().member("showId", show).key("sections").array();
    for (auto const& section : layout.sections) {
        writer.object()
            .member("name", section.name)
            .member("price", Money{section.price, layout.currency});
        writer.key("rows").array();
        for (auto row = 0; row < section.rows; ++row) {
            writer.object()
                .member("row", std::to_string(row + 1))
                .member("firstSeatId", section.first_seat + row * section.seats_per_row)
                .member("seats", section.seats_per_row)
                .end();
        }
        writer.end().end();
    }
    writer.end().end();
    auto body = std::move(writer).text();
    auto etag = '"' + hash_of(body) + '"';
    return {std::move(body), std::move(etag)};
}

Tagged availability_json(use_cases::Availability const& availability) {
    auto taken = json::Writer{};
    taken.array();
    for (auto const& seat : availability.taken) {
        taken.object()
            .member("seatId", seat.key.number)
            .member("state", domain::to_text(seat.state))
            .end();
    }
    taken.end();
    auto const seats = std::move(taken).text();
    auto const free = availability.seats - static_cast<std::int32_t>(availability.taken.size());
    auto writer = json::Writer{};
    writer.object()
        .member("showId", availability.show)
        .member("asOf", availability.as_of)
        .member("free", free)
        .key("taken")
        .raw(seats)
        .end();
    return {std::move(writer).text(), "W/\"" + hash_of(seats) + '"'};
}

bool is_match(std::string_view if_none_match, std::string_view etag) {
    auto const opaque = etag.substr(etag.starts_with("W/") ? 2 : 0);
    while (!if_none_match.empty()) {
        auto const comma = std::min(if_none_match.find(','), if_none_match.size());
        auto tag = if_none_match.substr(0, comma);
        if_none_match.remove_prefix(std::min(comma + 1, if_none_match.size()));
        tag.remove_prefix(std::min(tag.find_first_not_of(" \t"), tag.size()));
        tag = tag.substr(0, tag.find_last_not_of(" \t") + 1);
        if (tag == "*" || tag.substr(tag.starts_with("W/") ? 2 : 0) == opaque) {
            return true;
        }
    }
    return false;
}

}  // namespace frontrow::booking::http
