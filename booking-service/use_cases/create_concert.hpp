// Makes a concert with its shows, their sections and their seats.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/show.hpp"
#include "common/pg/transaction.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::booking::use_cases {

struct CreateConcert {
    domain::Concert concert;
    std::vector<domain::Show> shows;  ///< of this concert, each with its layout
    Origin origin;
};

void create_concerts(pg::Transaction& tx, std::span<CreateConcert const> commands);

}  // namespace frontrow::booking::use_cases
