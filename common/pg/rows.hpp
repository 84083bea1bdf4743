// What a statement answered, in binary format, decoded column by column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"
#include "common/core/id.hpp"

struct pg_result;

namespace frontrow::pg {

/// A view of one row; valid while its Rows live. A column of another type than asked for, or a NULL
/// where no optional was asked for, is a bug of the statement and aborts.
class Row {
  public:
    Row(pg_result* result, int row) : result_{result}, row_{row} {}
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] bool boolean(int column) const;
    [[nodiscard]] std::int16_t int16(int column) const;
    [[nodiscard]] std::int32_t int32(int column) const;
    [[nodiscard]] std::int64_t int64(int column) const;  ///< also reads int2 and int4
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string string(int column) const { return std::string{text(column)}; }
    [[nodiscard]] Bytes bytes(int column) const;
    [[nodiscard]] std::string_view octets(int column) const;  ///< of a bytea, not copied
    [[nodiscard]] Uuid uuid(int column) const;
    [[nodiscard]] Instant instant(int column) const;
    [[nodiscard]] std::vector<std::int32_t> int32_array(int column) const;
    [[nodiscard]] std::vector<std::int64_t> int64_array(int column) const;
    [[nodiscard]] UserId user(int column) const { return UserId{string(column)}; }
    /// A strong id: `row.id<ShowId>(0)`.
    template <class StrongId>
    [[nodiscard]] StrongId id(int column) const {
        return StrongId{uuid(column)};
    }
    /// NULL as nothing: `row.optional(3, &Row::instant)`.
    template <class Value>
    [[nodiscard]] std::optional<Value> optional(int column, Value (Row::*read)(int) const) const {
        return is_null(column) ? std::nullopt : std::optional<Value>{(this->*read)(column)};
    }
    template <class StrongId>
    [[nodiscard]] std::optional<StrongId> optional_id(int column) const {
        return is_null(column) ? std::nullopt : std::optional<StrongId>{id<StrongId>(column)};
    }

  private:
    std::string_view cell(int column, int octets_expected) const;
    pg_result* result_;
    int row_;
};

class Rows {
  public:
    explicit Rows(pg_result* result);
    [[nodiscard]] int size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Row operator[](int row) const { return Row{result_.get(), row}; }
    /// How many rows an INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t affected() const;
    /// What the server calls the command that it ran: "COMMIT", "INSERT 0 1".
    [[nodiscard]] std::string_view tag() const;
    /// `decode(row)` of each, in order.
    template <class Decode>
    [[nodiscard]] auto map(Decode decode) const {
        auto values = std::vector<decltype(decode(Row{nullptr, 0}))>{};
        values.reserve(static_cast<std::size_t>(size()));
        for (auto row = 0; row < size(); ++row) {
            values.push_back(decode((*this)[row]));
        }
        return values;
    }

  private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace frontrow::pg
