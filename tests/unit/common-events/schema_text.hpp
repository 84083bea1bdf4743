// The JSON Schema of each event, derived from the members that the writer and the reader walk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/events/event.hpp"
#include "common/events/fields.hpp"

namespace frontrow::events {

/// Collects a schema for each member by its C++ type.
class MemberSchemas {
  public:
    static constexpr auto uuid = R"({"type": "string", "format": "uuid"})";
    static constexpr auto instant = R"({"type": "string", "format": "date-time"})";
    static constexpr auto currency = R"({"type": "string", "pattern": "^[A-Z]{3}$"})";

    template <class Tag>
    void operator()(std::string_view name, Id<Tag> const&) {
        add(name, uuid);
    }
    template <class Tag>
    void operator()(std::string_view name, std::optional<Id<Tag>> const&) {
        add(name, R"({"type": ["string", "null"], "format": "uuid"})");
    }
    void operator()(std::string_view name, Instant const&) { add(name, instant); }
    void operator()(std::string_view name, std::optional<Instant> const&) {
        add(name, R"({"type": ["string", "null"], "format": "date-time"})");
    }
    void operator()(std::string_view name, std::string const&) {
        add(name, R"({"type": "string"})");
    }
    void operator()(std::string_view name, UserId const&) {
        add(name, R"({"type": "string", "minLength": 1, "maxLength": 128})");
    }
    void operator()(std::string_view name, std::int32_t const&) { add(name, count); }
    void operator()(std::string_view name, std::int64_t const&) { add(name, count); }
    void operator()(std::string_view name, Currency const&) { add(name, currency); }
    void operator()(std::string_view name, Money const&) {
        add(name, std::string{R"({"type": "object", "required": ["amount", "currency"], )"} +
                      R"("properties": {"amount": )" + count + R"(, "currency": )" + currency +
                      "}}");
    }
    void operator()(std::string_view name, std::vector<SeatFence> const&) {
        add(name, std::string{R"({"type": "array", "items": {"type": "object", )"} +
                      R"("required": ["seat", "fence"], "properties": {"seat": )" + count +
                      R"(, "fence": )" + count + "}}}");
    }
    [[nodiscard]] std::string const& names() const { return names_; }
    [[nodiscard]] std::string const& properties() const { return properties_; }

  private:
    static constexpr auto count = R"({"type": "integer", "minimum": 0})";

    void add(std::string_view name, std::string const& schema) {
        auto const quoted = '"' + std::string{name} + '"';
        names_ += (names_.empty() ? "" : ", ") + quoted;
        properties_ += (properties_.empty() ? "        " : ",\n        ") + quoted + ": " + schema;
    }
    std::string names_;
    std::string properties_;
};

/// What docs/schemas/<type>.json must say.
inline std::string schema_text(Body const& body) {
    auto const type = std::string{type_of(body).type};
    auto members = MemberSchemas{};
    std::visit([&](auto const& event) { fields(members, event); }, body);
    return R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://frontrow.example/schemas/)" +
           type + R"(.json",
  "title": ")" +
           type + R"(",
  "type": "object",
  "required": ["id", "type", "time", "version", "correlationId", "causationId", "data"],
  "properties": {
    "id": {"type": "string", "format": "uuid"},
    "type": {"const": ")" +
           type + R"("},
    "time": {"type": "string", "format": "date-time"},
    "version": {"type": "integer", "minimum": 1},
    "correlationId": {"type": "string", "maxLength": 256},
    "causationId": {"type": "string", "maxLength": 256},
    "data": {
      "type": "object",
      "required": [)" +
           members.names() + R"(],
      "properties": {
)" + members.properties() +
           R"(
      }
    }
  }
}
)";
}

}  // namespace frontrow::events
