// The one place that says what a refusal of booking looks like to a client.
#pragma once

#include "booking-service/domain/pay.hpp"
#include "booking-service/domain/reserve.hpp"
#include "common/auth/jwt.hpp"
#include "common/http/problem.hpp"

namespace frontrow::booking::http {

[[nodiscard]] frontrow::http::Problem problem_of(domain::ReserveRefusal const& refusal);
[[nodiscard]] frontrow::http::Problem problem_of(domain::PayRefusal refusal);
/// Of the header Queue-Pass: its signature, its form or its time.
[[nodiscard]] frontrow::http::Problem pass_problem(auth::TokenRefusal refusal);
/// A pass of another user or for another show.
[[nodiscard]] frontrow::http::Problem foreign_pass();

}  // namespace frontrow::booking::http
