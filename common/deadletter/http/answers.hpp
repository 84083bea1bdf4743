// Dead letters and refusals as JSON.
#pragma once

#include <string>
#include <vector>

#include "common/deadletter/operations.hpp"
#include "common/http/problem.hpp"

namespace frontrow::deadletter {

/// Without octets: what a list shows.
[[nodiscard]] std::string summary_json(Letter const& letter);
/// With key, value and headers, as text (what is no UTF-8 is replaced) and as base64url.
[[nodiscard]] std::string letter_json(Letter const& letter);
/// One more letter than `limit` says that another page follows.
[[nodiscard]] std::string page_json(std::vector<Letter> const& letters, std::size_t limit);
[[nodiscard]] idempotency::Answer answer_of(OperationOutcome const& outcome,
                                            std::string const& path);

}  // namespace frontrow::deadletter
