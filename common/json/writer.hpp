// Writes JSON, checked: what cannot be written as JSON is a bug and aborts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::json {

/// `"text"` with escapes; invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string quote(std::string_view text);
void append_quoted(std::string& out, std::string_view text);

/// Writer{}.object().member("id", id).member("seats", 3).end().text()
class Writer {
  public:
    Writer();
    Writer& object();
    Writer& array();
    /// Ends the innermost object or array.
    Writer& end();
    Writer& key(std::string_view name);
    Writer& value(std::string_view text);
    Writer& value(char const* text) { return value(std::string_view{text}); }
    Writer& value(std::string const& text) { return value(std::string_view{text}); }
    Writer& value(std::int64_t number);
    Writer& value(std::int32_t number) { return value(std::int64_t{number}); }
    Writer& value(bool boolean);
    Writer& value(double number);  ///< finite
    Writer& value(Instant instant);
    Writer& value(Uuid const& uuid);
    Writer& value(UserId const& user) { return value(user.name); }
    Writer& value(Money money);  ///< {"amount":1250,"currency":"EUR"}
    template <class Tag>
    Writer& value(Id<Tag> const& id) {
        return value(id.uuid);
    }
    template <class T>
    Writer& value(std::optional<T> const& maybe) {
        return maybe ? value(*maybe) : null();
    }
    Writer& null();
    /// JSON that was made by a Writer before.
    Writer& raw(std::string_view json);
    template <class T>
    Writer& member(std::string_view name, T const& content) {
        return key(name).value(content);
    }
    /// All of it; every object and array must be ended.
    [[nodiscard]] std::string text() &&;
    /// The same at the end of a chain; the writer is spent.
    [[nodiscard]] std::string text() & { return std::move(*this).text(); }

  private:
    void comma();
    std::string out_;
    std::string open_;  ///< one of '{' or '[' for each level
    bool first_{true};
    bool after_key_{false};
};

}  // namespace frontrow::json
