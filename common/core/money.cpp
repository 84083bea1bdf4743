// Sums of money that cannot mix currencies or overflow.
#include "common/core/money.hpp"

#include <algorithm>

#include "common/core/ensure.hpp"

namespace frontrow {

std::optional<Currency> Currency::parse(std::string_view text) {
    auto const upper = [](char c) {
        return c >= 'A' && c <= 'Z';
    };
    if (text.size() != 3 || !std::ranges::all_of(text, upper)) {
        return std::nullopt;
    }
    return Currency{{text[0], text[1], text[2]}};
}

Money operator+(Money left, Money right) {
    ENSURE(left.currency == right.currency);
    auto sum = Money{.minor_units = 0, .currency = left.currency};
    ENSURE(!__builtin_add_overflow(left.minor_units, right.minor_units, &sum.minor_units));
    return sum;
}

Money operator-(Money left, Money right) {
    ENSURE(left.currency == right.currency);
    auto difference = Money{.minor_units = 0, .currency = left.currency};
    ENSURE(!__builtin_sub_overflow(left.minor_units, right.minor_units, &difference.minor_units));
    return difference;
}

}  // namespace frontrow
