// What a batch needs, each once and in order: what is locked together is locked sorted.
#pragma once

#include <algorithm>
#include <functional>
#include <ranges>
#include <vector>

namespace frontrow::queue::storage {

/// The distinct values of `projection` over the items, sorted.
template <std::ranges::input_range Range, class Projection>
[[nodiscard]] auto distinct(Range const& items, Projection projection) {
    using Item = std::ranges::range_value_t<Range>;
    using Value = std::remove_cvref_t<std::invoke_result_t<Projection&, Item const&>>;
    auto values = std::vector<Value>{};
    for (auto const& item : items) {
        values.push_back(std::invoke(projection, item));
    }
    std::ranges::sort(values);
    auto const repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
    return values;
}

}  // namespace frontrow::queue::storage
