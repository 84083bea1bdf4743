// The endpoints of payment: which path leads to which file.
#pragma once

#include "common/http/idempotent.hpp"
#include "common/http/router.hpp"
#include "payment-service/use_cases/read.hpp"
#include "payment-service/use_cases/top_up.hpp"

namespace frontrow::payment::http {

using frontrow::http::Request;
using frontrow::http::Responder;
using KeyedTopUp = idempotency::Keyed<use_cases::TopUp>;
using TopUpLane = lane::Lane<KeyedTopUp, idempotency::Answer>;
using ReadLane = lane::Lane<use_cases::ReadQuery, use_cases::ReadAnswer>;

/// What the lane of top-ups does with a batch: claims keys, tops up, stores answers.
[[nodiscard]] std::vector<idempotency::Answer> run_top_ups(pg::Transaction& tx,
                                                           std::span<KeyedTopUp const> batch);

void post_top_up(Request const& request, Responder respond, TopUpLane& lane);  ///< of money
void get_wallet(Request const& request, Responder respond, ReadLane& lane);    ///< /v1/wallet
void get_entries(Request const& request, Responder respond,
                 ReadLane& lane);  ///< /v1/wallet/entries
void get_payment(Request const& request, Responder respond, ReadLane& lane);  ///< /v1/payments/{id}
void list_payments(Request const& request, Responder respond, ReadLane& lane);  ///< /v1/payments

/// The lanes must outlive the router.
void add_routes(frontrow::http::Router& router, TopUpLane& top_ups, ReadLane& reads);

}  // namespace frontrow::payment::http
