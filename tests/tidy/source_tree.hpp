// The sources as text: what the rules of the house are checked against.
#pragma once

#include <string>
#include <vector>

namespace frontrow::tidy {

struct SourceFile {
    std::string path;  ///< from the root, with slashes: "common/pg/rows.cpp"
    std::string text;
    /// The same length and lines, with comments and the insides of literals blanked.
    std::string code;

    [[nodiscard]] bool is_in(std::string const& folder) const { return path.starts_with(folder); }
    [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
};

[[nodiscard]] SourceFile source_file(std::string path, std::string text);
/// Every .cpp and .hpp of the project.
[[nodiscard]] std::vector<SourceFile> const& all_sources();
/// The text of any file of the project; empty if there is none.
[[nodiscard]] std::string text_of(std::string const& path);
[[nodiscard]] std::string root();

}  // namespace frontrow::tidy
