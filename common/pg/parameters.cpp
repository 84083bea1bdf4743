// Encodes values and arrays in PostgreSQL's binary format.
#include "common/pg/parameters.hpp"

#include "common/core/ensure.hpp"
#include "common/pg/binary.hpp"

namespace frontrow::pg {
namespace {

template <std::integral Integer>
Parameter integer(std::uint32_t type, Integer value) {
    auto octets = std::string{};
    binary::append(octets, value);
    return {type, std::move(octets)};
}

std::uint32_t array_of(std::uint32_t element_type) {
    switch (element_type) {
        case binary::oid_bool:
            return 1000;
        case binary::oid_bytea:
            return 1001;
        case binary::oid_int2:
            return 1005;
        case binary::oid_int4:
            return binary::oid_int4_array;
        case binary::oid_text:
            return 1009;
        case binary::oid_int8:
            return binary::oid_int8_array;
        case binary::oid_timestamptz:
            return 1185;
        case binary::oid_uuid:
            return 2951;
        default:
            break;
    }
    ENSURE(!"an element type that has an array type here");
    return 0;
}

}  // namespace

Parameter bind(bool value) {
    return {binary::oid_bool, std::string(1, value ? '\1' : '\0')};
}

Parameter bind(std::int16_t value) {
    return integer(binary::oid_int2, value);
}

Parameter bind(std::int32_t value) {
    return integer(binary::oid_int4, value);
}

Parameter bind(std::int64_t value) {
    return integer(binary::oid_int8, value);
}

Parameter bind(std::string_view text) {
    return {binary::oid_text, std::string{text}};
}

Parameter bind(Bytes const& bytes) {
    return {binary::oid_bytea, bytes.octets};
}

Parameter bind(Uuid const& uuid) {
    return {binary::oid_uuid, std::string(uuid.octets.begin(), uuid.octets.end())};
}

Parameter bind(Instant instant) {
    // The extremes are PostgreSQL's -infinity and infinity.
    if (instant == Instant::min() || instant == Instant::max()) {
        return integer(binary::oid_timestamptz, std::int64_t{instant.time_since_epoch().count()});
    }
    return integer(binary::oid_timestamptz, std::int64_t{(instant - binary::epoch).count()});
}

void ArrayBuilder::add(Parameter element) {
    ENSURE(elements_.empty() || elements_.front().type == element.type);
    elements_.push_back(std::move(element));
}

Parameter ArrayBuilder::build(std::uint32_t element_type_if_empty) && {
    auto const type = elements_.empty() ? element_type_if_empty : elements_.front().type;
    auto octets = std::string{};
    auto size = std::size_t{20};
    auto has_null = std::int32_t{0};
    for (auto const& element : elements_) {
        size += 4 + (element.octets ? element.octets->size() : 0);
        has_null = element.octets ? has_null : 1;
    }
    octets.reserve(size);
    binary::append(octets, std::int32_t{elements_.empty() ? 0 : 1});  // dimensions
    binary::append(octets, has_null);
    binary::append(octets, type);
    if (!elements_.empty()) {
        binary::append(octets, static_cast<std::int32_t>(elements_.size()));
        binary::append(octets, std::int32_t{1});  // the first index
    }
    for (auto const& element : elements_) {
        if (element.octets) {
            binary::append(octets, static_cast<std::int32_t>(element.octets->size()));
            octets += *element.octets;
        } else {
            binary::append(octets, std::int32_t{-1});
        }
    }
    return {array_of(type), std::move(octets)};
}

}  // namespace frontrow::pg
