// The strict check of a request's head: octets in, a head or a refusal out. Nothing else reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/core/result.hpp"
#include "common/http/message.hpp"
#include "common/http/problem.hpp"

namespace frontrow::http {

struct HeadLimits {
    std::size_t octets_max{8192};
    std::size_t fields_max{64};
};

enum class Framing { none = 1, length, chunked };

struct Head {
    Method method{Method::get};
    std::string path;                          ///< decoded once; no NUL, no dot segments, UTF-8
    std::map<std::string, std::string> query;  ///< decoded; each name once
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    Framing framing{Framing::none};
    std::uint64_t content_length{0};
    bool is_http_1_0{false};
    bool keep_alive{true};
    bool expects_continue{false};
    std::size_t octets{0};  ///< what the head took of the input, its empty line included
};

struct NeedMore {};
using HeadOutcome = std::variant<NeedMore, Head, Standard>;

/// Reads one head from the start of `input`. A refusal is final: the connection cannot be used any
/// more, because nobody knows where the next request starts. The outcome depends on the octets
/// only, not on how they arrived: a refusal of some input is the refusal of every longer one.
[[nodiscard]] HeadOutcome parse_head(std::string_view input, HeadLimits const& limits);

}  // namespace frontrow::http
