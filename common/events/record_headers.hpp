// The CloudEvents headers of an ordinary row, written into memory that is used again: for whoever
// sends many records.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/clock.hpp"
#include "common/core/uuid.hpp"
#include "common/kafka/record.hpp"

namespace frontrow::events {

class RecordHeaders {
  public:
    /// What headers are made from; the texts are the caller's.
    struct Row {
        Uuid event_id;
        std::string_view aggregate_id;
        std::string_view type;
        std::optional<std::string_view> key;
        std::optional<std::int64_t> version;
        Instant time{};
        std::string_view traceparent;
    };
    /// In the order in which they are sent. Valid until the next call, while the row's texts are.
    [[nodiscard]] std::span<kafka::HeaderView const> of(Row const& row);

  private:
    /// What is the same for all events of a type.
    struct OfType {
        std::string type;
        std::string source;
        std::string schema;
    };
    [[nodiscard]] OfType const& of_type(std::string_view type);

    std::vector<OfType> types_;  // a handful: searched from the start
    std::string id_;
    std::string time_;
    std::array<char, 24> sequence_{};
    std::array<kafka::HeaderView, 11> headers_;
};

}  // namespace frontrow::events
