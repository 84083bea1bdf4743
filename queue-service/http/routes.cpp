// The table of queue's endpoints.
#include "queue-service/http/routes.hpp"

namespace frontrow::queue::http {

void add_routes(frontrow::http::Router& router, JoinLane& joins, ReadLane& reads, LeaveLane& leaves,
                auth::Signer const& signer) {
    using frontrow::http::Access;
    using frontrow::http::Method;
    auto const add = [&](Method method, std::string pattern, frontrow::http::Handler handler) {
        router.add({.method = method,
                    .pattern = std::move(pattern),
                    .access = Access::user,
                    .handler = std::move(handler)});
    };
    add(Method::post, "/v1/shows/{id}/queue-tokens",
        [&joins](Request const& request, Responder respond) {
            post_token(request, std::move(respond), joins);
        });
    add(Method::get, "/v1/queue-tokens/{id}",
        [&reads, &signer](Request const& request, Responder respond) {
            get_token(request, std::move(respond), reads, signer);
        });
    add(Method::del, "/v1/queue-tokens/{id}", [&leaves](Request const& request, Responder respond) {
        delete_token(request, std::move(respond), leaves);
    });
}

}  // namespace frontrow::queue::http
