// Instants to and from RFC 3339.
#include "common/core/clock.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace frontrow {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes text from its front, and remembers whether all of it was as expected.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_{text} {}

    int digits(std::size_t count) {
        auto value = 0;
        for (auto i = std::size_t{0}; i < count; ++i) {
            value = value * 10 + digit();
        }
        return value;
    }
    bool skip(char expected) {
        if (rest_.empty() || rest_.front() != expected) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char expected) { good_ = skip(expected) && good_; }
    void expect_either(char upper, char lower) { good_ = (skip(upper) || skip(lower)) && good_; }
    [[nodiscard]] bool at_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    void fail() { good_ = false; }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

  private:
    int digit() {
        if (!at_digit()) {
            good_ = false;
            return 0;
        }
        auto const value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool good_{true};
};

std::chrono::year_month_day scan_date(Scanner& scan) {
    auto const year = scan.digits(4);
    scan.expect('-');
    auto const month = static_cast<unsigned>(scan.digits(2));
    scan.expect('-');
    auto const day = static_cast<unsigned>(scan.digits(2));
    return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
}

microseconds scan_time(Scanner& scan) {
    auto const hour = scan.digits(2);
    scan.expect(':');
    auto const minute = scan.digits(2);
    scan.expect(':');
    auto const second = scan.digits(2);
    if (hour > 23 || minute > 59 || second > 59) {
        scan.fail();  // a leap second has no microsecond of its own in POSIX time
    }
    auto fraction = 0;
    if (scan.skip('.')) {
        if (!scan.at_digit()) {
            scan.fail();
        }
        for (auto weight = 100'000; weight > 0 && scan.at_digit(); weight /= 10) {
            fraction += weight * scan.digits(1);
        }
    }
    return hours{hour} + minutes{minute} + seconds{second} + microseconds{fraction};
}

minutes scan_offset(Scanner& scan) {
    if (scan.skip('Z') || scan.skip('z')) {
        return minutes{0};
    }
    auto const west = scan.skip('-');
    if (!west) {
        scan.expect('+');
    }
    auto const hour = scan.digits(2);
    scan.expect(':');
    auto const minute = scan.digits(2);
    if (hour > 23 || minute > 59) {
        scan.fail();
    }
    auto const offset = hours{hour} + minutes{minute};
    return west ? -offset : offset;
}

constexpr auto rfc3339_octets = std::string_view{"2026-11-28T20:41:00.123456Z"}.size();

/// The mark, and behind it the number in that many digits. A relay writes times for every record:
/// a formatting library takes most of a microsecond for each.
void append(std::string& out, std::string_view mark, std::int64_t number, std::size_t width) {
    out += mark;
    out.append(width, '0');
    for (auto place = out.rbegin(); number > 0; number /= 10) {
        *place++ = static_cast<char>('0' + number % 10);
    }
}

}  // namespace

std::string to_rfc3339(Instant instant) {
    auto text = std::string{};
    text.reserve(rfc3339_octets);
    append_rfc3339(text, instant);
    return text;
}

void append_rfc3339(std::string& text, Instant instant) {
    auto const day = std::chrono::floor<days>(instant);
    auto const date = std::chrono::year_month_day{day};
    auto const time = std::chrono::hh_mm_ss<microseconds>{instant - day};
    auto const year = fmt::format_int{static_cast<int>(date.year())};
    text.append(year.size() < 4 ? 4 - year.size() : 0, '0').append(year.data(), year.size());
    append(text, "-", static_cast<unsigned>(date.month()), 2);
    append(text, "-", static_cast<unsigned>(date.day()), 2);
    append(text, "T", time.hours().count(), 2);
    append(text, ":", time.minutes().count(), 2);
    append(text, ":", time.seconds().count(), 2);
    if (time.subseconds().count() != 0) {
        append(text, ".", time.subseconds().count(), 6);
    }
    text += 'Z';
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    auto scan = Scanner{text};
    auto const date = scan_date(scan);
    scan.expect_either('T', 't');
    auto const time = scan_time(scan);
    auto const offset = scan_offset(scan);
    if (!scan.finished() || !date.ok()) {
        return std::nullopt;
    }
    return Instant{std::chrono::sys_days{date}} + time - offset;
}

Instant SystemClock::now() const {
    return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

Instant ManualClock::now() const {
    return Instant{microseconds{now_.load()}};
}

}  // namespace frontrow
