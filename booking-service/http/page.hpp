// `limit` and `cursor`: which part of a list a client asks for.
#pragma once

#include <optional>
#include <string>

#include "common/core/id.hpp"
#include "common/core/result.hpp"
#include "common/http/problem.hpp"

namespace frontrow::booking::http {

struct Page {
    std::size_t limit{20};
    std::optional<Uuid> cursor{};  ///< the last item of the page before
};

/// Refuses a limit outside 1 to 100, a cursor that is not ours, and any other parameter.
[[nodiscard]] Result<Page, frontrow::http::Problem> page_of(frontrow::http::Request const& request);

/// Nothing may be asked for after the path.
[[nodiscard]] std::optional<frontrow::http::Problem> refuse_query(
    frontrow::http::Request const& request);

[[nodiscard]] std::string cursor_of(Uuid const& last);

/// The id in the path; what cannot be an id names nothing.
template <class StrongId>
[[nodiscard]] std::optional<StrongId> path_id(frontrow::http::Request const& request) {
    return StrongId::parse(request.path_parameter("id"));
}

}  // namespace frontrow::booking::http
