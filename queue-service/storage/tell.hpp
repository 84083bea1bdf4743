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

/// What nobody asked for, admissions and ends by time: each is the start of a trace of its own, in
/// the story of the request that joined.
[[nodiscard]] std::vector<Told> told_unasked(pg::Transaction& tx,
                                             std::vector<domain::Changed> changes);

}  // namespace frontrow::queue::storage
