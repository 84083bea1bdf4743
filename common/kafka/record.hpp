// A Kafka record as octets: what came, or what goes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/core/clock.hpp"

namespace frontrow::kafka {

/// Raw headers in order; names may repeat, a value may be null.
using Headers = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// A header that somebody else keeps, for whoever sends many.
struct HeaderView {
    std::string_view name;
    std::optional<std::string_view> value;
};

/// The last value of that name, as Kafka's own clients answer it; nothing if absent or null.
[[nodiscard]] std::optional<std::string_view> header(Headers const& headers, std::string_view name);

struct Record {
    std::string topic;
    std::int32_t partition{-1};
    std::int64_t offset{-1};
    Instant timestamp{};
    std::optional<std::string> key;
    std::optional<std::string> value;
    Headers headers;
};

}  // namespace frontrow::kafka
