// Reads and writes `traceparent`.
#include "common/tracing/trace_context.hpp"

#include <algorithm>
#include <cstring>

#include "common/core/bytes.hpp"
#include "common/core/random.hpp"

namespace frontrow {
namespace {

constexpr auto length_of_00 = std::size_t{55};
constexpr auto state_octets_max = std::size_t{512};

template <std::size_t N>
std::string_view view(std::array<std::uint8_t, N> const& octets) {
    return {reinterpret_cast<char const*>(octets.data()), octets.size()};
}

/// The standard allows lower case only.
template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& octets) {
    auto const upper = [](char c) {
        return c >= 'A' && c <= 'F';
    };
    auto const read = from_hex(text);
    if (!read || read->size() != N || std::ranges::any_of(text, upper)) {
        return false;
    }
    std::memcpy(octets.data(), read->data(), N);
    return true;
}

template <std::size_t N>
bool all_zero(std::array<std::uint8_t, N> const& octets) {
    return std::ranges::all_of(octets, [](auto octet) { return octet == 0; });
}

template <std::size_t N>
void draw_id(std::array<std::uint8_t, N>& octets) {
    do {
        fill_random(octets);
    } while (all_zero(octets));
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

}  // namespace

std::string TraceContext::traceparent() const {
    auto text = std::string{};
    text.reserve(length_of_00);
    text += "00-";
    append_hex(text, view(trace_id));
    text += '-';
    append_hex(text, view(span_id));
    text += sampled ? "-01" : "-00";
    return text;
}

std::string TraceContext::trace_id_hex() const {
    return to_hex(view(trace_id));
}

std::string TraceContext::span_id_hex() const {
    return to_hex(view(span_id));
}

TraceContext TraceContext::child() const {
    auto below = *this;
    draw_id(below.span_id);
    return below;
}

TraceContext TraceContext::start() {
    auto context = TraceContext{};
    draw_id(context.trace_id);
    draw_id(context.span_id);
    return context;
}

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent,
                                                std::string_view tracestate) {
    if (traceparent.size() < length_of_00 || traceparent[2] != '-' || traceparent[35] != '-' ||
        traceparent[52] != '-') {
        return std::nullopt;
    }
    auto context = TraceContext{};
    auto version = std::array<std::uint8_t, 1>{};
    auto flags = std::array<std::uint8_t, 1>{};
    if (!read_hex(traceparent.substr(0, 2), version) ||
        !read_hex(traceparent.substr(3, 32), context.trace_id) ||
        !read_hex(traceparent.substr(36, 16), context.span_id) ||
        !read_hex(traceparent.substr(53, 2), flags)) {
        return std::nullopt;
    }
    auto const longer = traceparent.size() > length_of_00;
    if (version[0] == 0xff || all_zero(context.trace_id) || all_zero(context.span_id) ||
        (longer && (version[0] == 0 || traceparent[length_of_00] != '-'))) {
        return std::nullopt;
    }
    context.sampled = (flags[0] & 0x01U) != 0;
    if (tracestate.size() <= state_octets_max && printable(tracestate)) {
        context.state = tracestate;
    }
    return context;
}

}  // namespace frontrow
