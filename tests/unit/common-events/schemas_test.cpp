// The JSON Schemas in docs/schemas are those of the code, and the golden files fit them.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "common/json/value.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/common-events/samples.hpp"
#include "tests/unit/common-events/schema_text.hpp"

namespace frontrow::events {
namespace {

std::filesystem::path project() {
    return std::filesystem::path{__FILE__}.parent_path() / "../../..";
}

std::string content(std::filesystem::path const& path) {
    auto text = std::stringstream{};
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

std::string text_of(json::Value const* value) {
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string{};
}

bool is_of_type(json::Value const& value, std::string const& type) {
    auto const text = value.canonical();
    if (type == "null") {
        return text == "null";
    }
    if (type == "integer") {
        return std::regex_match(text, std::regex{"-?[0-9]+"});
    }
    return type == "string"   ? value.string() != nullptr
           : type == "object" ? value.object() != nullptr
                              : type == "array" && value.array() != nullptr;
}

/// The part of JSON Schema that our schemas use; answers what does not fit.
class Validator {
  public:
    std::vector<std::string> wrong;

    void check(json::Value const& value, json::Value const& schema, std::string const& path) {
        check_type(value, schema, path);
        if (auto const* constant = schema.find("const");
            constant != nullptr && constant->canonical() != value.canonical()) {
            wrong.push_back(path + " is another constant");
        }
        if (auto const* pattern = schema.find("pattern");
            pattern != nullptr && value.string() != nullptr &&
            !std::regex_search(*value.string(), std::regex{text_of(pattern)})) {
            wrong.push_back(path + " does not fit the pattern");
        }
        check_format(value, text_of(schema.find("format")), path);
        if (auto const* required = schema.find("required")) {
            for (auto const& name : *required->array()) {
                if (value.find(*name.string()) == nullptr) {
                    wrong.push_back(path + " lacks " + *name.string());
                }
            }
        }
        if (auto const* properties = schema.find("properties"); properties && value.object()) {
            for (auto const& [name, member] : *value.object()) {
                auto const* known = properties->find(name);
                if (known == nullptr) {
                    wrong.push_back(path + "." + name + " is not described");
                } else {
                    check(member, *known, path + "." + name);
                }
            }
        }
        if (auto const* items = schema.find("items"); items && value.array()) {
            for (auto const& item : *value.array()) {
                check(item, *items, path + "[]");
            }
        }
    }

  private:
    void check_type(json::Value const& value, json::Value const& schema, std::string const& path) {
        auto const* type = schema.find("type");
        if (type == nullptr) {
            return;
        }
        auto fits = type->string() != nullptr && is_of_type(value, *type->string());
        if (auto const* alternatives = type->array()) {
            fits = std::ranges::any_of(*alternatives, [&](json::Value const& one) {
                return is_of_type(value, *one.string());
            });
        }
        if (!fits) {
            wrong.push_back(path + " is of another type");
        }
    }
    void check_format(json::Value const& value, std::string const& format,
                      std::string const& path) {
        auto const* text = value.string();
        if (text == nullptr) {
            return;
        }
        if ((format == "uuid" && !Uuid::parse(*text)) ||
            (format == "date-time" && !parse_rfc3339(*text))) {
            wrong.push_back(path + " is no " + format);
        }
    }
};

std::filesystem::path schema_file(std::string_view type) {
    return project() / "docs/schemas" / (std::string{type} + ".json");
}

TEST(Schemas, AreThoseOfTheCode) {
    auto expected = std::set<std::string>{};
    for (auto const& event : samples()) {
        auto const file = schema_file(type_of(event.body).type);
        expected.insert(file.filename().string());
        EXPECT_EQ(content(file), schema_text(event.body)) << "write it to " << file.filename();
    }
    auto found = std::set<std::string>{};
    for (auto const& entry : std::filesystem::directory_iterator{project() / "docs/schemas"}) {
        found.insert(entry.path().filename().string());
    }
    EXPECT_EQ(found, expected);
}

TEST(Schemas, FitTheGoldenFiles) {
    for (auto const& info : catalogue()) {
        auto const schema = json::parse(content(schema_file(info.type)));
        ASSERT_TRUE(schema.has_value()) << info.type;
        auto const golden = json::parse(
            content(project() / "tests/contracts" / (std::string{info.type} + ".json")));
        ASSERT_TRUE(golden.has_value()) << info.type;
        auto validator = Validator{};
        validator.check(*golden, *schema, "$");
        EXPECT_THAT(validator.wrong, ::testing::IsEmpty()) << info.type;
    }
}

TEST(Schemas, RefuseWhatDoesNotFit) {
    auto const schema = json::parse(content(schema_file("frontrow.payment.payment.declined.v1")));
    ASSERT_TRUE(schema.has_value());
    auto const refused = [&](std::string const& what, std::string const& by) {
        auto text =
            content(project() / "tests/contracts/frontrow.payment.payment.declined.v1.json");
        text.replace(text.find(what), what.size(), by);
        auto const value = json::parse(text);
        auto validator = Validator{};
        validator.check(*value, *schema, "$");
        return validator.wrong.size();
    };
    EXPECT_EQ(refused("\"version\":3", "\"version\":3"), 0U);
    EXPECT_EQ(refused("\"version\":3", "\"version\":\"3\""), 1U);
    EXPECT_EQ(refused("payment.declined.v1", "payment.refused.v1"), 1U);
    EXPECT_EQ(refused("\"attempt\":1,", ""), 1U);
    EXPECT_EQ(refused("\"EUR\"", "\"euro\""), 1U);
    EXPECT_EQ(refused("2026-11-21T", "yesterday, "), 1U);
    EXPECT_EQ(refused("\"reason\":\"too_late\"", "\"reason\":null"), 1U);
}

}  // namespace
}  // namespace frontrow::events
