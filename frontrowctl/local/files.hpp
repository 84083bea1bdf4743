// Files that are either absent or whole: everything is written under another name first.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::local {

/// The whole file, or nothing if there is none.
[[nodiscard]] std::optional<std::string> read_file(std::filesystem::path const& path);

/// Replaces the file in one step, with these permissions from the first moment.
void write_file(std::filesystem::path const& path, std::string_view content, mode_t mode = 0644);

/// The last lines of a text file; empty if there is none.
[[nodiscard]] std::vector<std::string> last_lines(std::filesystem::path const& path,
                                                  std::size_t count);

/// A name beside `path` that no other process uses, for what is not finished yet.
[[nodiscard]] std::filesystem::path unfinished(std::filesystem::path const& path);
/// Removes what runs that were killed left under such names.
void remove_unfinished(std::filesystem::path const& path);

}  // namespace frontrow::local
