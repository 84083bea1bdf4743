// The console blocks of a document: what to type, and what is then printed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::readme {

struct Step {
    std::string command;
    std::string expected;  ///< both outputs; empty: nothing is printed
};

/// The steps of all ```console blocks below that heading, up to the next heading of its level. A
/// command follows `$ `, its further lines `> `; what is printed is the lines after it.
[[nodiscard]] std::vector<Step> steps_of(std::string_view document, std::string_view heading);

/// What differs from run to run gives way to its name: ids, instants, tokens, traces, ports,
/// seconds and the name of PostgreSQL's folder. Nothing else does.
[[nodiscard]] std::string masked(std::string const& text);

/// Types all commands into one bash session in `folder`; what each printed, in order. A session
/// that ends early, or does not end, has fewer.
[[nodiscard]] std::vector<std::string> printed_by(std::vector<Step> const& steps,
                                                  std::filesystem::path const& folder);

/// A sentence for each step that printed something else than expected.
[[nodiscard]] std::vector<std::string> differences(std::vector<Step> const& steps,
                                                   std::vector<std::string> const& printed);

}  // namespace frontrow::readme
