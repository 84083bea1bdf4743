// What must hold in every state, and what must hold when nothing is left to do.
#pragma once

#include <optional>
#include <string>

#include "tests/model/world.hpp"

namespace frontrow::model {

/// The first invariant that this state breaks, as a sentence.
[[nodiscard]] std::optional<std::string> broken_always(Scene const& scene, World const& world);
/// As above, for a state in which nobody owes a step.
[[nodiscard]] std::optional<std::string> broken_in_the_end(World const& world);

}  // namespace frontrow::model
