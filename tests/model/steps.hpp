// Every transaction that may run next, made of the services' own decisions.
#pragma once

#include <string>
#include <vector>

#include "tests/model/world.hpp"

namespace frontrow::model {

struct Step {
    std::string action;  ///< for coverage: "pay slowly"
    std::string what;    ///< of whom: "R0"
    bool is_duty;        ///< the system owes it: deliver, replay, sweep, let time pass, admit
    World after;
};

/// The steps from `world`. `bug` plants one fault around a decision ("" plants none).
[[nodiscard]] std::vector<Step> steps(Scene const& scene, World const& world,
                                      std::string const& bug);

/// Every action that the scenes together must take.
[[nodiscard]] std::vector<std::string> const& actions();
/// Every fault that can be planted, with the sentence of the rule that it breaks.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> const& bugs();

}  // namespace frontrow::model
