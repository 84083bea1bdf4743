// How keys are spelled, and which known name was probably meant.
#include "common/config/names.hpp"

#include <algorithm>
#include <numeric>

namespace frontrow::config {
namespace {

/// Insertions, deletions and substitutions from one to the other (Levenshtein).
std::size_t edits(std::string_view from, std::string_view to) {
    auto row = std::vector<std::size_t>(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (auto i = std::size_t{0}; i < from.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (auto j = std::size_t{0}; j < to.size(); ++j) {
            auto const substituted = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string flag_of(std::string_view key) {
    auto flag = std::string{key};
    std::ranges::replace_if(
        flag, [](char c) { return c == '.' || c == '_'; }, '-');
    return flag;
}

std::string variable_of(std::string_view key) {
    auto variable = std::string{};
    for (auto const c : key) {
        if (c == '.') {
            variable += "__";
        } else {
            variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return variable;
}

std::optional<std::string> nearest(std::string_view name, std::vector<std::string> const& known) {
    auto best = std::optional<std::string>{};
    auto fewest = std::max<std::size_t>(2, name.size() / 4) + 1;
    for (auto const& candidate : known) {
        auto const count = edits(name, candidate);
        if (count < fewest) {
            fewest = count;
            best = candidate;
        }
    }
    return best;
}

}  // namespace frontrow::config
