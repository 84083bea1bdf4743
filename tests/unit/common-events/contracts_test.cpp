// The golden files are the contract: what we write equals them, and what they say is what we read.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/support/testing.hpp"
#include "tests/unit/common-events/samples.hpp"

namespace frontrow::events {
namespace {

std::filesystem::path root() {
    return std::filesystem::path{__FILE__}.parent_path() / "../../..";
}

std::string read(std::filesystem::path const& path) {
    auto text = std::stringstream{};
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

std::string golden(std::string_view type, char const* extension) {
    return read(root() / "tests/contracts" / (std::string{type} + extension));
}

std::string as_lines(kafka::Headers const& headers) {
    auto lines = std::string{};
    for (auto const& [name, value] : headers) {
        lines += name + ": " + value.value_or("") + "\n";
    }
    return lines;
}

kafka::Headers from_lines(std::string const& text) {
    auto headers = kafka::Headers{};
    auto lines = std::istringstream{text};
    for (auto line = std::string{}; std::getline(lines, line);) {
        auto const colon = line.find(": ");
        headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return headers;
}

kafka::Record golden_record(std::string_view type) {
    auto headers = from_lines(golden(type, ".headers"));
    auto const key = kafka::header(headers, "ce_partitionkey");
    return {.topic = "any",
            .partition = 0,
            .offset = 0,
            .timestamp = {},
            .key = key ? std::optional{std::string{*key}} : std::nullopt,
            .value = golden(type, ".json"),
            .headers = std::move(headers)};
}

/// The rows of the table in docs/events.md: type -> (topic, producer).
std::map<std::string, std::pair<std::string, std::string>> documented() {
    auto rows = std::map<std::string, std::pair<std::string, std::string>>{};
    auto lines = std::istringstream{read(root() / "docs/events.md")};
    for (auto line = std::string{}; std::getline(lines, line);) {
        if (!line.starts_with("| `frontrow.")) {
            continue;
        }
        auto cells = std::vector<std::string>{};
        auto row = std::istringstream{line};
        for (auto cell = std::string{}; std::getline(row, cell, '|');) {
            std::erase_if(cell, [](char c) { return c == ' ' || c == '`'; });
            cells.push_back(cell);
        }
        rows[cells.at(1)] = {cells.at(2), cells.at(4)};
    }
    return rows;
}

TEST(Contracts, EveryTypeIsWrittenAsItsGoldenFileSays) {
    auto const events = samples();
    ASSERT_EQ(events.size(), catalogue().size());
    for (auto const& event : events) {
        auto const message = to_message(event);
        EXPECT_EQ(message.payload->octets, golden(message.type, ".json"));
        EXPECT_EQ(as_lines(headers_of(message)), golden(message.type, ".headers"));
        EXPECT_EQ(message.key->octets, key_of(event.body));
        EXPECT_EQ(message.topic, type_of(event.body).topic);
    }
}

TEST(Contracts, EveryGoldenFileIsReadAsTheEventThatItTells) {
    for (auto const& event : samples()) {
        auto const& type = type_of(event.body).type;
        auto const decoded = decode(golden_record(type));
        ASSERT_TRUE(decoded.has_value()) << type << ": " << decoded.error().detail;
        EXPECT_EQ(decoded->body.index(), event.body.index());
        auto const again = to_message(*decoded);
        EXPECT_EQ(again.payload->octets, golden(type, ".json"));
        EXPECT_EQ(again.traceparent, event.envelope.trace.traceparent());
    }
}

TEST(Contracts, MembersThatAreUnknownAreIgnored) {
    auto record = golden_record("frontrow.booking.reservation.held.v1");
    auto const data = record.value->find("\"data\":{");
    record.value->insert(data + 8, "\"addedLater\":{\"a\":[1,2.5e3,null]},");
    record.value->insert(1, "\"alsoAdded\":true,");
    EXPECT_TRUE(decode(record).has_value());
}

TEST(Contracts, CodeGoldenFilesAndDocumentNameTheSameTypes) {
    auto in_code = std::map<std::string, std::pair<std::string, std::string>>{};
    auto files = std::set<std::string>{};
    for (auto const& info : catalogue()) {
        in_code[std::string{info.type}] = {std::string{info.topic}, std::string{info.producer}};
        files.insert(std::string{info.type} + ".json");
        files.insert(std::string{info.type} + ".headers");
    }
    auto found = std::set<std::string>{};
    for (auto const& entry : std::filesystem::directory_iterator{root() / "tests/contracts"}) {
        found.insert(entry.path().filename().string());
    }
    EXPECT_EQ(documented(), in_code);
    EXPECT_EQ(found, files);
}

}  // namespace
}  // namespace frontrow::events
