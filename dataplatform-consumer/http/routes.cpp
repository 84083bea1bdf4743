// Which path leads to which endpoint.
#include "dataplatform-consumer/http/routes.hpp"

namespace frontrow::dataplatform::http {

void add_routes(frontrow::http::Router& router, TimelineLane& timelines) {
    using namespace frontrow::http;
    router.add({.method = Method::get,
                .pattern = "/v1/timeline/{id}",
                .access = Access::user,
                .handler = [&timelines](Request const& request, Responder respond) {
                    get_timeline(request, std::move(respond), timelines);
                }});
}

}  // namespace frontrow::dataplatform::http
