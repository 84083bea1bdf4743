// The W3C trace context that every request, outbox row and record carries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// One span's place in its trace (https://www.w3.org/TR/trace-context/, version 00).
struct TraceContext {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};
    bool sampled{true};
    std::string state;  ///< `tracestate` as it came, at most 512 octets, not interpreted

    /// `00-<32 hex>-<16 hex>-<2 hex>`.
    [[nodiscard]] std::string traceparent() const;
    [[nodiscard]] std::string trace_id_hex() const;
    [[nodiscard]] std::string span_id_hex() const;
    /// A span below this one: same trace, new span id.
    [[nodiscard]] TraceContext child() const;

    /// A new trace with random ids.
    [[nodiscard]] static TraceContext start();
    /// Nothing if malformed, all-zero or of version ff; a higher version is read as far as 00 goes.
    [[nodiscard]] static std::optional<TraceContext> parse(std::string_view traceparent,
                                                           std::string_view tracestate = {});
};

}  // namespace frontrow
