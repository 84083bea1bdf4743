// Encodes values and arrays in PostgreSQL's binary format.
#include "common/pg/parameters.hpp"

#include "common/core/ensure.hpp"
#include "common/pg/binary.hpp"

namespace frontrow::pg {
namespace {

// An array is its number of dimensions, whether it has NULLs, the type of its elements, how many
// there are and the first index; then each element behind its length. All is 32 bits wide.
constexpr std::size_t null_flag_at = 4;
constexpr std::size_t element_type_at = 8;
constexpr std::size_t count_at = 12;
constexpr std::size_t header_octets_if_empty = 12;
constexpr std::size_t length_octets = 4;

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

std::uint32_t encode(std::string& out, bool value) {
    out += value ? '\1' : '\0';
    return binary::oid_bool;
}

std::uint32_t encode(std::string& out, std::int16_t value) {
    binary::append(out, value);
    return binary::oid_int2;
}

std::uint32_t encode(std::string& out, std::int32_t value) {
    binary::append(out, value);
    return binary::oid_int4;
}

std::uint32_t encode(std::string& out, std::int64_t value) {
    binary::append(out, value);
    return binary::oid_int8;
}

std::uint32_t encode(std::string& out, std::string_view text) {
    out += text;
    return binary::oid_text;
}

std::uint32_t encode(std::string& out, Bytes const& bytes) {
    out += bytes.octets;
    return binary::oid_bytea;
}

std::uint32_t encode(std::string& out, Uuid const& uuid) {
    out.append(reinterpret_cast<char const*>(uuid.octets.data()), uuid.octets.size());
    return binary::oid_uuid;
}

std::uint32_t encode(std::string& out, Instant instant) {
    // The extremes are PostgreSQL's -infinity and infinity.
    auto const is_extreme = instant == Instant::min() || instant == Instant::max();
    auto const count =
        is_extreme ? instant.time_since_epoch().count() : (instant - binary::epoch).count();
    binary::append(out, std::int64_t{count});
    return binary::oid_timestamptz;
}

ArrayBuilder::ArrayBuilder() {
    binary::append(octets_, std::int32_t{1});  // dimension
    binary::append(octets_, std::int32_t{0});  // no NULL so far
    binary::append(octets_, std::int32_t{0});  // type and number of the elements: see build
    binary::append(octets_, std::int32_t{0});
    binary::append(octets_, std::int32_t{1});  // the first index
}

std::size_t ArrayBuilder::begin_element() {
    octets_.append(length_octets, '\0');
    return octets_.size();
}

void ArrayBuilder::end_element(std::size_t at, std::uint32_t type) {
    ENSURE(type_ == 0 || type_ == type);
    type_ = type;
    ++elements_;
    binary::write(octets_.data() + at - length_octets,
                  static_cast<std::int32_t>(octets_.size() - at));
}

void ArrayBuilder::add_null() {
    has_null_ = true;
    ++elements_;
    binary::append(octets_, std::int32_t{-1});
}

Parameter ArrayBuilder::build(std::uint32_t element_type_if_none) && {
    auto const type = type_ == 0 ? element_type_if_none : type_;
    binary::write(octets_.data() + null_flag_at, std::int32_t{has_null_ ? 1 : 0});
    binary::write(octets_.data() + element_type_at, type);
    binary::write(octets_.data() + count_at, elements_);
    if (elements_ == 0) {
        octets_.resize(header_octets_if_empty);
        binary::write(octets_.data(), std::int32_t{0});
    }
    return {array_of(type), std::move(octets_)};
}

}  // namespace frontrow::pg
