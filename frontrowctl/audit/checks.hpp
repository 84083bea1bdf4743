// The invariants of the promise, each a function of the facts that says what it looked at and what
// broke.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontrowctl/audit/facts.hpp"

namespace frontrow::audit {

/// What one invariant found. Looked at nothing: vacuous, which is no proof.
struct Finding {
    std::string_view invariant;  ///< a stable name, such as "seat_sold_once"
    std::string_view sentence;
    std::size_t looked_at{0};
    std::vector<std::string> broken;  ///< a sentence each, with ids; the first hundred
    std::size_t broken_count{0};

    void note(std::string what) {
        ++broken_count;
        if (broken.size() < 100) {
            broken.push_back(std::move(what));
        }
    }
    [[nodiscard]] bool holds() const { return broken_count == 0; }
    [[nodiscard]] bool is_vacuous() const { return looked_at == 0; }
};

/// Every invariant, in the order of the promise. The system should be at rest for the exact ones:
/// `settled` false skips what only holds then (a purchase under way is no violation).
[[nodiscard]] std::vector<Finding> check_all(Facts const& facts, bool settled);

/// The names of all invariants, in the same order.
[[nodiscard]] std::vector<std::string_view> invariants();

}  // namespace frontrow::audit
