// Values on their way into a statement, in PostgreSQL's binary format: scalars, and arrays for
// unnest.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"
#include "common/core/id.hpp"

namespace frontrow::pg {

/// One bound value. `type` is the PostgreSQL type's oid; no octets means NULL.
struct Parameter {
    std::uint32_t type;
    std::optional<std::string> octets;
};

// Called as pg::bind: std::bind is found for arguments of std, and would win.
// A scalar of each type that frontrow stores. Enumerations are stored as text: see `to_text` of
// each.
[[nodiscard]] Parameter bind(bool value);
[[nodiscard]] Parameter bind(std::int16_t value);
[[nodiscard]] Parameter bind(std::int32_t value);
[[nodiscard]] Parameter bind(std::int64_t value);
[[nodiscard]] Parameter bind(std::string_view text);
[[nodiscard]] Parameter bind(Bytes const& bytes);
[[nodiscard]] Parameter bind(Uuid const& uuid);
[[nodiscard]] Parameter bind(Instant instant);
[[nodiscard]] inline Parameter bind(std::string const& text) {
    return bind(std::string_view{text});
}
[[nodiscard]] inline Parameter bind(char const* text) {
    return bind(std::string_view{text});
}
[[nodiscard]] inline Parameter bind(UserId const& user) {
    return bind(std::string_view{user.name});
}
template <class Tag>
[[nodiscard]] Parameter bind(Id<Tag> const& id) {
    return pg::bind(id.uuid);
}
/// NULL of the type that T binds as.
template <class T>
[[nodiscard]] Parameter bind(std::optional<T> const& value) {
    auto parameter = pg::bind(value ? *value : T{});
    if (!value) {
        parameter.octets.reset();
    }
    return parameter;
}

/// Collects elements of one scalar type into a one-dimensional array.
class ArrayBuilder {
  public:
    void reserve(std::size_t elements) { elements_.reserve(elements); }
    void add(Parameter element);
    /// `element_type_if_empty` gives an empty array its type.
    [[nodiscard]] Parameter build(std::uint32_t element_type_if_empty) &&;

  private:
    std::vector<Parameter> elements_;
};

/// The array of `projection(item)` for each item of the range: a column for unnest. The projected
/// type is a scalar above or an optional of one.
template <std::ranges::input_range Range, class Projection = std::identity>
[[nodiscard]] Parameter column(Range&& range, Projection projection = {}) {
    using Item = std::ranges::range_value_t<Range>;
    using Value = std::remove_cvref_t<std::invoke_result_t<Projection&, Item const&>>;
    auto builder = ArrayBuilder{};
    for (auto&& item : range) {
        // Qualified: for a std::string an unqualified call would find std::bind.
        builder.add(pg::bind(std::invoke(projection, item)));
    }
    return std::move(builder).build(pg::bind(Value{}).type);
}

}  // namespace frontrow::pg
