// Every interleaving of the real decisions in small worlds, and every planted bug caught.
#include <fmt/format.h>

#include <algorithm>

#include "tests/model/explore.hpp"
#include "tests/model/steps.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::model {
namespace {

std::string in_words(Scene const& scene, Explored const& found) {
    auto text = fmt::format("{}: {}", scene.name, found.broken.value_or("holds"));
    for (auto const& step : found.trace) {
        text += "\n    " + step;
    }
    return text;
}

TEST(Choreography, HoldsInEveryInterleavingOfEveryScene) {
    auto taken = std::set<std::string>{};
    for (auto const& scene : scenes()) {
        auto const found = explore(scene);
        fmt::print("{:24} {:8} states {:9} steps {:6} ends\n", scene.name, found.states,
                   found.transitions, found.ends);
        EXPECT_FALSE(found.broken) << in_words(scene, found);
        EXPECT_GT(found.ends, 0U) << scene.name;
        taken.insert(found.actions.begin(), found.actions.end());
    }
    for (auto const& action : actions()) {
        EXPECT_TRUE(taken.contains(action)) << action << " was never taken";
    }
    EXPECT_EQ(taken.size(), actions().size());
}

class PlantedBug : public ::testing::TestWithParam<std::string> {};

TEST_P(PlantedBug, IsCaughtInOneOfTheScenes) {
    auto const is_caught = std::ranges::any_of(
        scenes(), [](Scene const& scene) { return explore(scene, GetParam()).broken.has_value(); });
    EXPECT_TRUE(is_caught);
}

std::vector<std::string> names_of_bugs() {
    auto names = std::vector<std::string>{};
    for (auto const& [name, rule] : bugs()) {
        names.push_back(name);
    }
    return names;
}

INSTANTIATE_TEST_SUITE_P(Choreography, PlantedBug, ::testing::ValuesIn(names_of_bugs()),
                         [](auto const& parameter) { return parameter.param; });

}  // namespace
}  // namespace frontrow::model
