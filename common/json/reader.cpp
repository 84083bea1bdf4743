// From text to a Value: RapidJSON's SAX parser in the one configuration that no input can crash.
//
// Debian's RapidJSON 1.1 crashes on 30 octets when it converts numbers (CVE-2024-38517) and
// overflows the stack on nesting, so numbers stay text, parsing is iterative, and the handler stops
// at a depth. What it lets through (repeated members, NUL, lone low surrogates) is refused here.
#include <algorithm>
#include <stdexcept>

#define RAPIDJSON_ASSERT(condition) \
    (static_cast<bool>(condition)   \
         ? static_cast<void>(0)     \
         : throw ::std::logic_error{"RapidJSON broke its own rule: " #condition})
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "common/core/ensure.hpp"
#include "common/json/utf8.hpp"
#include "common/json/value.hpp"
#include "common/json/writer.hpp"

namespace frontrow::json {
namespace {

constexpr std::size_t depth_max = 16;
constexpr std::size_t number_octets_max = 64;

bool has_repeated_member(Value::Object const& object) {
    auto names = std::vector<std::string_view>{};
    names.reserve(object.size());
    for (auto const& [name, value] : object) {
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

/// Builds the document; its functions are named by RapidJSON. False stops the parser.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
  public:
    bool Null() { return add(Value{}); }
    bool Bool(bool boolean) { return add(Value{boolean}); }
    bool RawNumber(char const* text, rapidjson::SizeType octets, bool) {
        if (octets > number_octets_max) {
            return refuse("a number has more than 64 digits");
        }
        return add(Value{Value::Number{std::string{text, octets}}});
    }
    bool String(char const* text, rapidjson::SizeType octets, bool) {
        auto const view = std::string_view{text, octets};
        return is_text(view) && add(Value{std::string{view}});
    }
    bool Key(char const* text, rapidjson::SizeType octets, bool) {
        auto const view = std::string_view{text, octets};
        if (!is_text(view)) {
            return false;
        }
        levels_.back().name = view;
        return true;
    }
    bool StartObject() { return start(); }
    bool StartArray() { return start(); }
    bool EndObject(rapidjson::SizeType) {
        auto object = std::move(levels_.back().members);
        levels_.pop_back();
        if (has_repeated_member(object)) {
            return refuse("an object has the same member twice");
        }
        return add(Value{std::move(object)});
    }
    bool EndArray(rapidjson::SizeType) {
        auto array = Value::Array{};
        array.reserve(levels_.back().members.size());
        for (auto& [name, element] : levels_.back().members) {
            array.push_back(std::move(element));
        }
        levels_.pop_back();
        return add(Value{std::move(array)});
    }

    Value document;
    std::string refusal;

  private:
    struct Level {
        std::string name;       ///< of the member that comes next; stays empty in an array
        Value::Object members;  ///< or elements, without names
    };

    bool refuse(char const* why) {
        refusal = why;
        return false;
    }
    bool is_text(std::string_view text) {
        // A lone low surrogate comes out of its escape as three octets that are no UTF-8.
        if (!is_utf8(text)) {
            return refuse("a text has half of a surrogate pair");
        }
        return text.find('\0') == std::string_view::npos || refuse("a text contains U+0000");
    }
    bool start() {
        if (levels_.size() >= depth_max) {
            return refuse("objects and arrays are nested deeper than 16");
        }
        levels_.emplace_back();
        return true;
    }
    bool add(Value value) {
        if (levels_.empty()) {
            document = std::move(value);
        } else {
            levels_.back().members.emplace_back(levels_.back().name, std::move(value));
        }
        return true;
    }

    std::vector<Level> levels_;
};

}  // namespace

Result<Value, Refusal> parse(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
        return Refusal{"The JSON contains the octet 0."};
    }
    constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag |
                               rapidjson::kParseValidateEncodingFlag |
                               rapidjson::kParseIterativeFlag;
    auto stream = rapidjson::MemoryStream{text.data(), text.size()};
    auto builder = Builder{};
    auto reader = rapidjson::Reader{};
    try {
        auto const result = reader.Parse<flags>(stream, builder);
        if (!builder.refusal.empty()) {
            return Refusal{"The JSON is not acceptable: " + builder.refusal + "."};
        }
        if (result.IsError()) {
            return Refusal{std::string{"The JSON cannot be read: "} +
                           rapidjson::GetParseError_En(result.Code()) + " (at octet " +
                           std::to_string(result.Offset()) + ")"};
        }
    } catch (std::logic_error const&) {
        return Refusal{"The JSON cannot be read."};
    }
    return std::move(builder.document);
}

}  // namespace frontrow::json
