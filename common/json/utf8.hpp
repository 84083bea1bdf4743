// UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace frontrow::json {

/// How many octets the character at `at` takes; 0 if what stands there is no UTF-8.
[[nodiscard]] std::size_t utf8_octets_at(std::string_view text, std::size_t at);
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace frontrow::json
