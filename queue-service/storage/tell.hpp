// From changes of tokens to the events that tell them.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "common/tracing/origin.hpp"
#include "queue-service/domain/admission.hpp"

namespace frontrow::queue::storage {

struct Told {
    domain::Changed changed;
    Origin origin;
};

/// Saves what the hall says was changed, then appends the events: last, under the gates' locks.
void save(pg::Transaction& tx, domain::Hall const& hall, std::span<Told const> told);

/// Of what nobody asked for: admissions and ends by time are the start of a trace of their own.
[[nodiscard]] Origin own_origin();

}  // namespace frontrow::queue::storage
