// Decodes what PostgreSQL answered in its binary format.
#include "common/pg/rows.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>

#include "common/core/ensure.hpp"
#include "common/pg/binary.hpp"

namespace frontrow::pg {
namespace {

std::uint32_t type_of(pg_result* result, int column) {
    return static_cast<std::uint32_t>(PQftype(result, column));
}

template <std::integral Integer>
std::vector<Integer> array_of(std::string_view octets, std::uint32_t element_type) {
    auto const dimensions = binary::read<std::int32_t>(octets);
    ENSURE(binary::read<std::uint32_t>(octets.substr(8)) == element_type);
    auto values = std::vector<Integer>{};
    if (dimensions == 0) {
        return values;
    }
    ENSURE(dimensions == 1);
    auto const size = binary::read<std::int32_t>(octets.substr(12));
    values.reserve(static_cast<std::size_t>(size));
    octets.remove_prefix(20);
    for (auto i = 0; i < size; ++i) {
        ENSURE(binary::read<std::int32_t>(octets) == static_cast<std::int32_t>(sizeof(Integer)));
        values.push_back(binary::read<Integer>(octets.substr(4)));
        octets.remove_prefix(4 + sizeof(Integer));
    }
    return values;
}

}  // namespace

std::string_view Row::cell(int column, int octets_expected) const {
    ENSURE(column >= 0 && column < PQnfields(result_));
    ENSURE(PQgetisnull(result_, row_, column) == 0);
    auto const length = PQgetlength(result_, row_, column);
    ENSURE(octets_expected < 0 || length == octets_expected);
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(length)};
}

bool Row::is_null(int column) const {
    ENSURE(column >= 0 && column < PQnfields(result_));
    return PQgetisnull(result_, row_, column) != 0;
}

bool Row::boolean(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_bool);
    return cell(column, 1)[0] != '\0';
}

std::int16_t Row::int16(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_int2);
    return binary::read<std::int16_t>(cell(column, 2));
}

std::int32_t Row::int32(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_int4);
    return binary::read<std::int32_t>(cell(column, 4));
}

std::int64_t Row::int64(int column) const {
    switch (type_of(result_, column)) {
        case binary::oid_int2:
            return binary::read<std::int16_t>(cell(column, 2));
        case binary::oid_int4:
            return binary::read<std::int32_t>(cell(column, 4));
        default:
            break;
    }
    ENSURE(type_of(result_, column) == binary::oid_int8);
    return binary::read<std::int64_t>(cell(column, 8));
}

std::string_view Row::text(int column) const {
    if (PQfformat(result_, column) != 0) {  // a script's result is text whatever its types
        auto const type = type_of(result_, column);
        ENSURE(type == binary::oid_text || type == binary::oid_varchar ||
               type == binary::oid_name || type == binary::oid_json);
    }
    return cell(column, -1);
}

Bytes Row::bytes(int column) const {
    return Bytes{std::string{octets(column)}};
}

std::string_view Row::octets(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_bytea);
    return cell(column, -1);
}

Uuid Row::uuid(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_uuid);
    auto uuid = Uuid{};
    auto const octets = cell(column, 16);
    std::copy(octets.begin(), octets.end(), uuid.octets.begin());
    return uuid;
}

Instant Row::instant(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_timestamptz);
    auto const count = std::chrono::microseconds{binary::read<std::int64_t>(cell(column, 8))};
    auto const as_it_is = Instant{count};
    if (as_it_is == Instant::min() || as_it_is == Instant::max()) {
        return as_it_is;
    }
    return binary::epoch + count;
}

std::vector<std::int32_t> Row::int32_array(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_int4_array);
    return array_of<std::int32_t>(cell(column, -1), binary::oid_int4);
}

std::vector<std::int64_t> Row::int64_array(int column) const {
    ENSURE(type_of(result_, column) == binary::oid_int8_array);
    return array_of<std::int64_t>(cell(column, -1), binary::oid_int8);
}

Rows::Rows(pg_result* result) : result_{result} {}

int Rows::size() const {
    return result_ ? PQntuples(result_.get()) : 0;
}

std::int64_t Rows::affected() const {
    auto const text = std::string_view{result_ ? PQcmdTuples(result_.get()) : ""};
    auto count = std::int64_t{0};
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

std::string_view Rows::tag() const {
    return result_ ? PQcmdStatus(result_.get()) : "";
}

void Rows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

}  // namespace frontrow::pg
