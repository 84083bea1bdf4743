// Breadth first through every interleaving of a scene, so that what breaks has a shortest trace.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/model/world.hpp"

namespace frontrow::model {

struct Explored {
    std::size_t states{0};
    std::size_t transitions{0};
    std::size_t ends{0};
    std::set<std::string> actions;
    std::optional<std::string> broken;  ///< the invariant
    std::vector<std::string> trace;     ///< the steps that lead there
};

[[nodiscard]] Explored explore(Scene const& scene, std::string const& bug = {});
[[nodiscard]] std::vector<Scene> const& scenes();

}  // namespace frontrow::model
