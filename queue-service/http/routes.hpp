// The endpoints of queue: which path leads to which file.
#pragma once

#include "common/auth/jwt.hpp"
#include "common/http/idempotent.hpp"
#include "common/http/router.hpp"
#include "queue-service/use_cases/join_queue.hpp"
#include "queue-service/use_cases/leave_queue.hpp"
#include "queue-service/use_cases/read_token.hpp"

namespace frontrow::queue::http {

using frontrow::http::Request;
using frontrow::http::Responder;
using KeyedJoin = idempotency::Keyed<use_cases::JoinQueue>;
using JoinLane = lane::Lane<KeyedJoin, idempotency::Answer>;
using LeaveLane = lane::Lane<use_cases::LeaveQueue, use_cases::LeaveOutcome>;
using ReadLane = lane::Lane<use_cases::ReadToken, use_cases::MaybeToken>;

/// What the lane of joins does with a batch: claims keys, joins, stores answers.
[[nodiscard]] std::vector<idempotency::Answer> run_joins(pg::Transaction& tx,
                                                         std::span<KeyedJoin const> batch,
                                                         use_cases::Lines& lines);

/// POST /v1/shows/{id}/queue-tokens
void post_token(Request const& request, Responder respond, JoinLane& lane);
/// GET /v1/queue-tokens/{id}
void get_token(Request const& request, Responder respond, ReadLane& lane,
               auth::Signer const& signer);
/// DELETE /v1/queue-tokens/{id}
void delete_token(Request const& request, Responder respond, LeaveLane& lane);

/// Lanes and signer must outlive the router.
void add_routes(frontrow::http::Router& router, JoinLane& joins, ReadLane& reads, LeaveLane& leaves,
                auth::Signer const& signer);

}  // namespace frontrow::queue::http
