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

// Appends the octets of a scalar, and answers with the oid of its PostgreSQL type: one for each
// type that frontrow stores. Enumerations are stored as text: see `to_text` of each.
std::uint32_t encode(std::string& out, bool value);
std::uint32_t encode(std::string& out, std::int16_t value);
std::uint32_t encode(std::string& out, std::int32_t value);
std::uint32_t encode(std::string& out, std::int64_t value);
std::uint32_t encode(std::string& out, std::string_view text);
std::uint32_t encode(std::string& out, Bytes const& bytes);
std::uint32_t encode(std::string& out, Uuid const& uuid);
std::uint32_t encode(std::string& out, Instant instant);
inline std::uint32_t encode(std::string& out, std::string const& text) {
    return encode(out, std::string_view{text});
}
inline std::uint32_t encode(std::string& out, char const* text) {
    return encode(out, std::string_view{text});
}
inline std::uint32_t encode(std::string& out, UserId const& user) {
    return encode(out, std::string_view{user.name});
}
template <class Tag>
std::uint32_t encode(std::string& out, Id<Tag> const& id) {
    return encode(out, id.uuid);
}

// Called as pg::bind: std::bind is found for arguments of std, and would win.
template <class T>
[[nodiscard]] Parameter bind(T const& value) {
    auto parameter = Parameter{0, std::string{}};
    parameter.type = pg::encode(*parameter.octets, value);
    return parameter;
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

/// Collects elements of one scalar type into a one-dimensional array, octets behind octets.
class ArrayBuilder {
  public:
    ArrayBuilder();
    template <class T>
    void add(T const& value) {
        auto const at = begin_element();
        end_element(at, pg::encode(octets_, value));
    }
    template <class T>
    void add(std::optional<T> const& value) {
        value ? add(*value) : add_null();
    }
    /// `element_type_if_none` gives an array without any value its type.
    [[nodiscard]] Parameter build(std::uint32_t element_type_if_none) &&;

  private:
    std::size_t begin_element();
    void end_element(std::size_t at, std::uint32_t type);
    void add_null();

    std::string octets_;
    std::int32_t elements_{0};
    std::uint32_t type_{0};
    bool has_null_{false};
};

/// The array of `projection(item)` for each item of the range: a column for unnest. The projected
/// type is a scalar above or an optional of one.
template <std::ranges::input_range Range, class Projection = std::identity>
[[nodiscard]] Parameter column(Range&& range, Projection projection = {}) {
    using Item = std::ranges::range_value_t<Range>;
    using Value = std::remove_cvref_t<std::invoke_result_t<Projection&, Item const&>>;
    auto builder = ArrayBuilder{};
    for (auto&& item : range) {
        builder.add(std::invoke(projection, item));
    }
    return std::move(builder).build(pg::bind(Value{}).type);
}

}  // namespace frontrow::pg
