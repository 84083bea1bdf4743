// Looks into a parsed document, and reads an object's members with messages for the client.
#include "common/json/value.hpp"

#include <algorithm>
#include <charconv>

#include "common/core/ensure.hpp"
#include "common/json/writer.hpp"

namespace frontrow::json {
namespace {

/// Of most objects, so that the names that were asked for are allocated once.
constexpr auto members_expected = std::size_t{8};

std::string between(std::size_t least, std::size_t greatest) {
    return least == greatest ? std::to_string(least)
                             : std::to_string(least) + " to " + std::to_string(greatest);
}

bool is_within(std::int64_t number, std::int64_t least, std::int64_t greatest) {
    return least <= number && number <= greatest;
}

std::string integer_wanted(std::int64_t least, std::int64_t greatest) {
    return "must be an integer from " + std::to_string(least) + " to " + std::to_string(greatest);
}

}  // namespace

std::optional<std::int64_t> Value::integer() const {
    auto const* const number = std::get_if<Number>(&data_);
    if (number == nullptr || number->text == "-0") {
        return std::nullopt;
    }
    auto value = std::int64_t{0};
    auto const* const end = number->text.data() + number->text.size();
    auto const read = std::from_chars(number->text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) {
        return std::nullopt;
    }
    return value;
}

Value const* Value::find(std::string_view name) const {
    auto const* const members = object();
    if (members == nullptr) {
        return nullptr;
    }
    auto const found = std::find_if(members->begin(), members->end(),
                                    [&](auto const& member) { return member.first == name; });
    return found == members->end() ? nullptr : &found->second;
}

std::string Value::canonical() const {
    auto out = std::string{};
    append_canonical(out);
    return out;
}

void Value::append_canonical(std::string& out) const {
    if (auto const* const truth = boolean()) {
        out += *truth ? "true" : "false";
    } else if (auto const* const number = std::get_if<Number>(&data_)) {
        out += number->text;
    } else if (auto const* const text = string()) {
        append_quoted(out, *text);
    } else if (auto const* const elements = array()) {
        out += '[';
        for (auto const& element : *elements) {
            out += &element == elements->data() ? "" : ",";
            element.append_canonical(out);
        }
        out += ']';
    } else if (auto const* const members = object()) {
        append_canonical(out, *members);
    } else {
        out += "null";
    }
}

void Value::append_canonical(std::string& out, Object const& members) {
    auto sorted = std::vector<Object::value_type const*>(members.size());
    std::ranges::transform(members, sorted.begin(), [](auto const& member) { return &member; });
    std::ranges::sort(
        sorted, {}, [](auto const* member) -> auto const& { return member->first; });
    out += '{';
    for (auto const* const member : sorted) {
        out += member == sorted.front() ? "" : ",";
        append_quoted(out, member->first);
        out += ':';
        member->second.append_canonical(out);
    }
    out += '}';
}

ObjectReader::ObjectReader(Value const& object, std::string path)
    : object_{object}, path_{std::move(path)} {
    asked_.reserve(members_expected);
    if (!object.is_object()) {
        refusal_ = Refusal{path_.empty() ? "The document must be a JSON object."
                                         : quote(path_) + " must be a JSON object."};
    }
}

Value const* ObjectReader::find(std::string_view name) {
    asked_.emplace_back(name);
    auto const* const found = object_.find(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

void ObjectReader::refuse(std::string_view name, std::string_view what) {
    if (refusal_) {
        return;
    }
    auto const full = path_.empty() ? std::string{name} : path_ + "." + std::string{name};
    refusal_ = Refusal{quote(full) + " " + std::string{what} + "."};
}

bool ObjectReader::has(std::string_view name) const {
    auto const* const found = object_.find(name);
    return found != nullptr && !found->is_null();
}

std::string ObjectReader::text(std::string_view name, std::size_t octets_min,
                               std::size_t octets_max) {
    auto const* const found = find(name);
    if (found == nullptr) {
        refuse(name, "is missing");
        return {};
    }
    auto const* const text = found->string();
    if (text == nullptr || text->size() < octets_min || text->size() > octets_max) {
        refuse(name, "must be a text of " + between(octets_min, octets_max) + " octets");
        return {};
    }
    return *text;
}

std::optional<std::string> ObjectReader::optional_text(std::string_view name,
                                                       std::size_t octets_max) {
    if (!has(name)) {
        asked_.emplace_back(name);
        return std::nullopt;
    }
    return text(name, 0, octets_max);
}

std::int64_t ObjectReader::integer(std::string_view name, std::int64_t least,
                                   std::int64_t greatest) {
    auto const* const found = find(name);
    if (found == nullptr) {
        refuse(name, "is missing");
        return least;
    }
    auto const number = found->integer();
    if (!number || !is_within(*number, least, greatest)) {
        refuse(name, integer_wanted(least, greatest));
        return least;
    }
    return *number;
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view name,
                                                           std::int64_t least,
                                                           std::int64_t greatest) {
    if (!has(name)) {
        asked_.emplace_back(name);
        return std::nullopt;
    }
    return integer(name, least, greatest);
}

bool ObjectReader::boolean(std::string_view name) {
    auto const* const found = find(name);
    if (found == nullptr) {
        refuse(name, "is missing");
        return false;
    }
    if (found->boolean() == nullptr) {
        refuse(name, "must be true or false");
        return false;
    }
    return *found->boolean();
}

std::vector<std::int64_t> ObjectReader::integers(std::string_view name, std::size_t items_min,
                                                 std::size_t items_max, std::int64_t least,
                                                 std::int64_t greatest) {
    auto numbers = std::vector<std::int64_t>{};
    auto const elements = array(name, items_min, items_max);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        auto const number = elements[i].integer();
        if (!number || !is_within(*number, least, greatest)) {
            refuse(std::string{name} + "[" + std::to_string(i) + "]",
                   integer_wanted(least, greatest));
            return {};
        }
        numbers.push_back(*number);
    }
    return numbers;
}

std::span<Value const> ObjectReader::array(std::string_view name, std::size_t items_min,
                                           std::size_t items_max) {
    auto const* const found = find(name);
    if (found == nullptr) {
        refuse(name, "is missing");
        return {};
    }
    auto const* const elements = found->array();
    if (elements == nullptr || elements->size() < items_min || elements->size() > items_max) {
        refuse(name, "must be an array of " + between(items_min, items_max) + " elements");
        return {};
    }
    return *elements;
}

Value ObjectReader::member(std::string_view name) {
    auto const* const found = find(name);
    if (found == nullptr) {
        refuse(name, "is missing");
        return {};
    }
    return *found;
}

void ObjectReader::no_other_members() {
    auto const* const members = object_.object();
    if (members == nullptr) {
        return;
    }
    for (auto const& [name, value] : *members) {
        if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
            // A name from outside: cut, so that the message stays a sentence.
            refuse(name.substr(0, 64), "is not a member that is known here");
            return;
        }
    }
}

}  // namespace frontrow::json
