// The claims of a payload, each of its type or not there.
#include "common/auth/claims.hpp"

#include <algorithm>

namespace frontrow::auth {
namespace {

constexpr std::int64_t end_of_9999_seconds = 253'402'300'799;
constexpr std::size_t fraction_digits_max = 6;

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return '0' <= c && c <= '9'; });
}

}  // namespace

std::optional<std::string> subject_of(json::Value const& claims) {
    auto const* const member = claims.find("sub");
    auto const* const text = member == nullptr ? nullptr : member->string();
    auto const is_printable = [](char c) {
        return ' ' <= c && c <= '~';
    };
    if (text == nullptr || text->empty() || text->size() > 128 ||
        !std::all_of(text->begin(), text->end(), is_printable)) {
        return std::nullopt;
    }
    return *text;
}

std::optional<Instant> date_of(json::Value const& claims, std::string_view name) {
    auto const* const member = claims.find(name);
    if (member == nullptr || member->string() != nullptr) {
        return std::nullopt;
    }
    auto const text = member->canonical();
    auto const point = text.find('.');
    auto const whole = text.substr(0, point);
    auto fraction = point == std::string::npos ? std::string{} : text.substr(point + 1);
    if (!is_digits(whole) || whole.size() > 12 || (!fraction.empty() && !is_digits(fraction))) {
        return std::nullopt;
    }
    fraction.resize(fraction_digits_max, '0');
    auto const seconds = std::stoll(whole);
    if (seconds > end_of_9999_seconds) {
        return std::nullopt;
    }
    return Instant{std::chrono::seconds{seconds} + std::chrono::microseconds{std::stol(fraction)}};
}

std::string numeric_date(Instant instant) {
    auto const whole = std::chrono::floor<std::chrono::seconds>(instant);
    auto const fraction = (instant - whole).count();
    auto text = std::to_string(whole.time_since_epoch().count());
    if (fraction != 0) {
        auto const digits = std::to_string(fraction);
        text += "." + std::string(fraction_digits_max - digits.size(), '0') + digits;
    }
    return text;
}

}  // namespace frontrow::auth
