// The search: states by their key, edges for the question whether an end can always be reached.
#include "tests/model/explore.hpp"

#include <deque>
#include <unordered_map>
#include <utility>

#include "tests/model/invariants.hpp"
#include "tests/model/steps.hpp"

namespace frontrow::model {
namespace {

using Number = std::uint32_t;

struct Search {
    Explored found;
    std::unordered_map<std::string, Number> index;
    std::vector<std::pair<Number, std::string>> parents;
    std::vector<std::pair<Number, Number>> edges;
    std::vector<bool> is_end;

    Number add(World const& world, Number parent, std::string label, bool& is_new) {
        auto const number = static_cast<Number>(index.size());
        auto const [at, fresh] = index.emplace(world.key(), number);
        is_new = fresh;
        if (fresh) {
            parents.emplace_back(parent, std::move(label));
            is_end.push_back(false);
        }
        return at->second;
    }
    void break_at(Number state, std::string invariant) {
        found.broken = std::move(invariant);
        for (; state != 0; state = parents[state].first) {
            found.trace.insert(found.trace.begin(), parents[state].second);
        }
    }
};

/// The first state from which no end can be reached, if there is one.
std::optional<Number> lost_state(Search const& search) {
    auto reaches = search.is_end;
    auto changed = true;
    while (changed) {  // nearly every edge leads forward, so few rounds backwards settle it
        changed = false;
        for (auto edge = search.edges.rbegin(); edge != search.edges.rend(); ++edge) {
            if (!reaches[edge->first] && reaches[edge->second]) {
                reaches[edge->first] = changed = true;
            }
        }
    }
    for (Number state = 0; state < reaches.size(); ++state) {
        if (!reaches[state]) {
            return state;
        }
    }
    return std::nullopt;
}

/// Takes every step from one state; false once something is broken.
bool expand(Scene const& scene, std::string const& bug, Search& search, Number current,
            World const& world, std::deque<World>& queue) {
    auto is_owed = false;
    for (auto& step : steps(scene, world, bug)) {
        is_owed = is_owed || step.is_duty;
        search.found.actions.insert(step.action);
        auto is_new = false;
        auto const next = search.add(step.after, current, step.action + " " + step.what, is_new);
        search.edges.emplace_back(current, next);
        if (!is_new) {
            continue;
        }
        if (auto broken = broken_always(scene, step.after)) {
            search.break_at(next, *std::move(broken));
            return false;
        }
        queue.push_back(std::move(step.after));
    }
    if (is_owed) {
        return true;
    }
    search.is_end[current] = true;
    ++search.found.ends;
    if (auto broken = broken_in_the_end(world)) {
        search.break_at(current, *std::move(broken));
        return false;
    }
    return true;
}

}  // namespace

Explored explore(Scene const& scene, std::string const& bug) {
    auto search = Search{};
    auto queue = std::deque{first_world(scene)};
    auto is_new = false;
    search.add(queue.front(), 0, "", is_new);
    auto holds = true;
    for (Number current = 0; holds && !queue.empty(); ++current) {
        auto const world = std::move(queue.front());
        queue.pop_front();
        holds = expand(scene, bug, search, current, world, queue);
    }
    search.found.states = search.index.size();
    search.found.transitions = search.edges.size();
    if (auto const lost = holds ? lost_state(search) : std::nullopt) {
        search.break_at(*lost, "from every state an end can be reached");
    }
    return std::move(search.found);
}

std::vector<Scene> const& scenes() {
    static auto const all = std::vector<Scene>{
        // The small ones first: most planted bugs show there.
        {"out of order",
         {{0, {1, 2}}},
         {1},
         2,
         {},
         {.dead = 2, .top_up = 1},
         2,
         {.reorder = true, .extends = true, .partial = true}},
        {"read model, forgotten",
         {{0, {1}}},
         {1},
         1,
         {},
         {.dead = 1, .again = 1},
         1,
         {.reorder = true, .has_board = true}},
        {"two seats", {{0, {1, 2}}, {1, {2}}}, {2, 1}, 2, {}, {.dead = 1}, 1, {.partial = true}},
        {"one wallet, forgotten", {{0, {1}}, {0, {2}}}, {1}, 2, {}, {.again = 1}, 1},
        {"slow locks", {{0, {1}}, {1, {1}}}, {1, 1}, 1, {}, {.slow = 1}, 1, {.extends = true}},
        {"queue, rejoining", {{0, {1}, 0}}, {1}, 1, {0, 0}, {.dead = 1}, 1},
        {"forgotten, partial",
         {{0, {1, 2}}, {1, {2}}},
         {2, 1},
         2,
         {},
         {.again = 1},
         1,
         {.partial = true}},
        {"one wallet", {{0, {1}}, {0, {2}}}, {1}, 2, {}, {.dead = 1}, 2, {.extends = true}},
        {"queue, forgotten", {{0, {1}, 0}}, {1}, 1, {0, 0}, {.again = 1}, 1},
        {"forgotten inbox", {{0, {1}}, {1, {1}}}, {0, 1}, 1, {}, {.again = 1, .top_up = 1}},
        {"read model", {{0, {1}}, {1, {1}}}, {1, 1}, 1, {}, {.dead = 1}, 1, {.has_board = true}},
        {"pass, slow locks",
         {{0, {1}, 0}, {0, {2}, 0}},
         {2},
         2,
         {0},
         {.slow = 1},
         1,
         {.extends = true}},
        {"queue, two buyers", {{0, {1}, 0}, {1, {1}, 1}}, {1, 1}, 1, {0, 1}, {}, 1},
        {"three for one seat",
         {{0, {1}}, {0, {1}}, {1, {1}}},
         {1, 1},
         1,
         {},
         {},
         1,
         {.extends = true}},
    };
    return all;
}

}  // namespace frontrow::model
