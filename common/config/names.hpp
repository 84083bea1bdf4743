// The spellings of a key: "http.port" as flag, in the environment; and the nearest known name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::config {

/// "database.pool_size" -> "database-pool-size".
[[nodiscard]] std::string flag_of(std::string_view key);
/// "database.pool_size" -> "DATABASE__POOL_SIZE".
[[nodiscard]] std::string variable_of(std::string_view key);
/// The known name with the fewest edits between, if that is few for its length.
[[nodiscard]] std::optional<std::string> nearest(std::string_view name,
                                                 std::vector<std::string> const& known);

}  // namespace frontrow::config
