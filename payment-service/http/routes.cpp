// The table of payment's endpoints.
#include "payment-service/http/routes.hpp"

namespace frontrow::payment::http {

void add_routes(frontrow::http::Router& router, TopUpLane& top_ups, ReadLane& reads) {
    using frontrow::http::Access;
    using frontrow::http::Method;
    auto const add = [&](Method method, std::string pattern, auto handler, auto& lane) {
        router.add({.method = method,
                    .pattern = std::move(pattern),
                    .access = Access::user,
                    .handler = [handler, &lane](Request const& request, Responder respond) {
                        handler(request, std::move(respond), lane);
                    }});
    };
    add(Method::post, "/v1/wallet/top-ups", post_top_up, top_ups);
    add(Method::get, "/v1/wallet", get_wallet, reads);
    add(Method::get, "/v1/wallet/entries", get_entries, reads);
    add(Method::get, "/v1/payments", list_payments, reads);
    add(Method::get, "/v1/payments/{id}", get_payment, reads);
}

}  // namespace frontrow::payment::http
