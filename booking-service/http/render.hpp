// What booking says, as JSON.
#pragma once

#include <span>
#include <string>

#include "booking-service/use_cases/read_availability.hpp"
#include "booking-service/use_cases/read_catalogue.hpp"
#include "booking-service/use_cases/reservation_view.hpp"

namespace frontrow::booking::http {

[[nodiscard]] std::string reservation_json(use_cases::ReservationView const& view);
/// `views` may hold more than `limit`: then another page follows.
[[nodiscard]] std::string reservations_json(std::span<use_cases::ReservationView const> views,
                                            std::size_t limit);

/// A concert with its shows, and a page of either.
[[nodiscard]] std::string concert_json(domain::Concert const& concert,
                                       std::span<domain::Show const> shows, Instant now);
[[nodiscard]] std::string concerts_json(std::span<domain::Concert const> concerts,
                                        std::size_t limit);
[[nodiscard]] std::string show_json(domain::Concert const& concert, domain::Show const& show,
                                    Instant now);
[[nodiscard]] std::string shows_json(domain::Concert const& concert,
                                     std::span<domain::Show const> shows, std::size_t limit,
                                     Instant now);

/// A body and the tag by which a client names what it has.
struct Tagged {
    std::string body;
    std::string etag;
};
/// Its tag is strong: equal bytes, equal tag.
[[nodiscard]] Tagged layout_json(ShowId const& show, domain::Layout const& layout);
/// Its tag is weak: it tells of the seats, not of the time at which they were looked at.
[[nodiscard]] Tagged availability_json(use_cases::Availability const& availability);

/// Whether an If-None-Match header names this tag (RFC 9110, 13.1.2: weak comparison).
[[nodiscard]] bool is_match(std::string_view if_none_match, std::string_view etag);

}  // namespace frontrow::booking::http
