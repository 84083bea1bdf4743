// booking.show.v1: which shows are on sale. Key: showId. Producer: booking-service.
#pragma once

#include <cstdint>
#include <string>

#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::events {

struct ShowCreated {
    ShowId show;
    ConcertId concert;
    std::string title;
    std::string venue;
    Instant starts_at{};
    Instant sale_opens_at{};
    std::int32_t seats{0};
    std::int32_t admission_capacity{0};  ///< places in the queue's gate; 0: sold without a queue
    Currency currency;
};

}  // namespace frontrow::events
