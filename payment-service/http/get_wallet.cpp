// GET /v1/wallet: what the caller can spend, and what is set aside.
#include "common/http/submit.hpp"
#include "payment-service/http/answers.hpp"
#include "payment-service/http/routes.hpp"

namespace frontrow::payment::http {

void get_wallet(Request const& request, Responder respond, ReadLane& lane) {
    auto const user = request.principal->user;
    frontrow::http::submit(request, std::move(respond),
                           use_cases::ReadQuery{use_cases::ReadWallet{user}}, lane,
                           [user](use_cases::ReadAnswer const& answer, std::string const&) {
                               auto const& wallet = std::get<use_cases::MaybeWallet>(answer);
                               return frontrow::http::Response{.body = wallet_json(user, wallet)};
                           });
}

}  // namespace frontrow::payment::http
