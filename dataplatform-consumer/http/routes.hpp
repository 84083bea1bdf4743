// The data platform's endpoints.
#pragma once

#include "common/http/router.hpp"
#include "common/lane/lane.hpp"
#include "dataplatform-consumer/use_cases/read_timeline.hpp"

namespace frontrow::dataplatform::http {

using frontrow::http::Request;
using frontrow::http::Responder;
using TimelineLane = lane::Lane<use_cases::ReadTimeline, use_cases::Timeline>;

/// The lane must outlive the router.
void add_routes(frontrow::http::Router& router, TimelineLane& timelines);

/// GET /v1/timeline/{id}
void get_timeline(Request const& request, Responder respond, TimelineLane& lane);

}  // namespace frontrow::dataplatform::http
