// JSON that came from outside, read without a way to crash us; numbers stay text until asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/core/result.hpp"

namespace frontrow::json {

/// What was wrong, and where, as a sentence for the client: `"seatIds[2]" must be an integer`.
struct Refusal {
    std::string detail;
};

/// A parsed document. Built by a RapidJSON SAX handler with a depth of 16 at most, numbers as
/// strings, UTF-8 and surrogates validated, duplicate members and NUL refused
/// (docs/decisions/library-pitfalls.md).
class Value {
  public:
    struct Number {
        std::string text;
    };
    using Array = std::vector<Value>;
    using Object = std::vector<std::pair<std::string, Value>>;

    Value() = default;
    explicit Value(std::variant<std::monostate, bool, Number, std::string, Array, Object> data)
        : data_{std::move(data)} {}

    [[nodiscard]] bool is_null() const { return data_.index() == 0; }
    [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(data_); }
    [[nodiscard]] bool const* boolean() const { return std::get_if<bool>(&data_); }
    [[nodiscard]] std::string const* string() const { return std::get_if<std::string>(&data_); }
    [[nodiscard]] Array const* array() const { return std::get_if<Array>(&data_); }
    [[nodiscard]] Object const* object() const { return std::get_if<Object>(&data_); }
    /// Only for a number written as digits with an optional minus: no fraction, no exponent, in
    /// range.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    /// The member of that name, or null.
    [[nodiscard]] Value const* find(std::string_view name) const;
    /// Members sorted by name, no white space, the shortest escapes: for hashes.
    [[nodiscard]] std::string canonical() const;

  private:
    void append_canonical(std::string& out) const;
    static void append_canonical(std::string& out, Object const& members);
    std::variant<std::monostate, bool, Number, std::string, Array, Object> data_;
};

[[nodiscard]] Result<Value, Refusal> parse(std::string_view text);

/// Reads the members of one object and remembers the first thing that was wrong. Use it as:
///   auto reader = ObjectReader{value};
///   auto show = reader.id<ShowId>("showId"); auto seats = reader.integers("seatIds", 1, 8);
///   reader.no_other_members(); if (auto const* bad = reader.refusal()) ...
class ObjectReader {
  public:
    /// `path` names the object in messages; "" is the document.
    explicit ObjectReader(Value const& object, std::string path = {});
    std::string text(std::string_view name, std::size_t octets_min, std::size_t octets_max);
    std::optional<std::string> optional_text(std::string_view name, std::size_t octets_max);
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t greatest);
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                                 std::int64_t greatest);
    bool boolean(std::string_view name);
    /// `parse(text)` must answer an optional: ids, instants, currencies. `what` is for the message.
    template <class Parse>
    auto parsed(std::string_view name, std::string_view what, Parse parse) {
        auto const raw = text(name, 1, 256);
        auto value = parse(raw);
        if (!value && !refusal_) {
            refuse(name, what);
        }
        return value.value_or(typename decltype(value)::value_type{});
    }
    template <class StrongId>
    StrongId id(std::string_view name) {
        return parsed(name, "must be a UUID",
                      [](std::string_view raw) { return StrongId::parse(raw); });
    }
    std::vector<std::int64_t> integers(std::string_view name, std::size_t items_min,
                                       std::size_t items_max, std::int64_t least,
                                       std::int64_t greatest);
    /// The array's elements, which are the object's; none and a refusal if it is missing or no
    /// array of that many.
    std::span<Value const> array(std::string_view name, std::size_t items_min,
                                 std::size_t items_max);
    /// The member, or a null Value and a refusal if it is missing.
    Value member(std::string_view name);
    [[nodiscard]] bool has(std::string_view name) const;
    /// Members that nobody asked for are refused, by name.
    void no_other_members();
    void refuse(std::string_view name, std::string_view what);
    [[nodiscard]] Refusal const* refusal() const { return refusal_ ? &*refusal_ : nullptr; }

  private:
    Value const* find(std::string_view name);
    Value const& object_;
    std::string path_;
    std::vector<std::string> asked_;
    std::optional<Refusal> refusal_;
};

}  // namespace frontrow::json
