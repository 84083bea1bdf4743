// The sources as text: what the rules of the house are checked against.
#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace frontrow::tidy {
namespace {
namespace fs = std::filesystem;

/// Blanks from `from` up to `to`, lines apart.
void blank(std::string& code, std::size_t from, std::size_t to) {
    for (auto at = from; at < std::min(to, code.size()); ++at) {
        if (code[at] != '\n') {
            code[at] = ' ';
        }
    }
}

/// The end of the literal that starts with the quote at `start`.
std::size_t end_of_literal(std::string const& text, std::size_t start) {
    auto const quote = text[start];
    auto at = start + 1;
    while (at < text.size() && text[at] != quote && text[at] != '\n') {
        at += text[at] == '\\' ? 2U : 1U;
    }
    return at;
}

std::string code_of(std::string const& text) {
    auto code = text;
    for (auto at = std::size_t{0}; at < text.size(); ++at) {
        if (text.compare(at, 2, "//") == 0) {
            auto const end = text.find('\n', at);
            blank(code, at, end);
            at = std::min(end, text.size()) - 1;
        } else if (text.compare(at, 2, "/*") == 0) {
            auto const end = text.find("*/", at);
            blank(code, at, end + 2);
            at = std::min(end, text.size() - 2) + 1;
        } else if (text.compare(at, 2, "R\"") == 0) {
            auto const open = text.find('(', at);
            auto const close = ')' + text.substr(at + 2, open - at - 2) + '"';
            auto const end = text.find(close, open);
            blank(code, open + 1, end);
            at = std::min(end, text.size()) + close.size() - 1;
        } else if (text[at] == '"' ||
                   (text[at] == '\'' &&
                    (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0))) {
            auto const end = end_of_literal(text, at);
            blank(code, at + 1, end);
            at = end;
        }
    }
    return code;
}

std::vector<SourceFile> load() {
    auto files = std::vector<SourceFile>{};
    for (auto const* folder : {"common", "booking-service", "payment-service", "queue-service",
                               "dataplatform-consumer", "outbox-relay", "frontrowctl", "tests"}) {
        auto failed = std::error_code{};
        for (auto const& entry :
             fs::recursive_directory_iterator{fs::path{root()} / folder, failed}) {
            auto const extension = entry.path().extension();
            if (extension == ".cpp" || extension == ".hpp") {
                auto const path = fs::relative(entry.path(), root()).generic_string();
                files.push_back(source_file(path, text_of(path)));
            }
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

}  // namespace

std::string root() {
    return FRONTROW_SOURCE_ROOT;
}

std::string text_of(std::string const& path) {
    auto stream = std::ifstream{fs::path{root()} / path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

SourceFile source_file(std::string path, std::string text) {
    auto code = code_of(text);
    return {std::move(path), std::move(text), std::move(code)};
}

std::vector<SourceFile> const& all_sources() {
    static auto const files = load();
    return files;
}

}  // namespace frontrow::tidy
