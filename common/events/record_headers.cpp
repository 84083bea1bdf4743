// Headers as views of a row and of a few texts that are kept.
#include "common/events/record_headers.hpp"

#include <algorithm>
#include <charconv>

#include "common/events/event.hpp"

namespace frontrow::events {
namespace {

std::string_view producer_of(std::string_view type) {
    for (auto const& info : catalogue()) {
        if (info.type == type) {
            return info.producer;
        }
    }
    return "unknown";
}

}  // namespace

RecordHeaders::OfType const& RecordHeaders::of_type(std::string_view type) {
    auto const found = std::ranges::find(types_, type, &OfType::type);
    if (found != types_.end()) {
        return *found;
    }
    return types_.emplace_back(
        OfType{.type = std::string{type},
               .source = "/frontrow/" + std::string{producer_of(type)},
               .schema = "https://frontrow.example/schemas/" + std::string{type} + ".json"});
}

std::span<kafka::HeaderView const> RecordHeaders::of(Row const& row) {
    auto const& fixed = of_type(row.type);
    id_ = row.event_id.to_string();
    time_ = to_rfc3339(row.time);
    auto count = std::size_t{0};
    auto const add = [&](std::string_view name, std::string_view value) {
        headers_[count++] = {name, value};
    };
    add("ce_specversion", "1.0");
    add("ce_id", id_);
    add("ce_type", row.type);
    add("ce_source", fixed.source);
    add("ce_subject", row.aggregate_id);
    add("ce_time", time_);
    add("ce_dataschema", fixed.schema);
    add("ce_partitionkey", row.key.value_or(row.aggregate_id));
    if (row.version) {
        auto* const first = sequence_.data();
        auto const end = std::to_chars(first, first + sequence_.size(), *row.version).ptr;
        add("ce_sequence", {first, static_cast<std::size_t>(end - first)});
    }
    add("content-type", "application/json");
    if (!row.traceparent.empty()) {
        add("traceparent", row.traceparent);
    }
    return std::span{headers_}.first(count);
}

}  // namespace frontrow::events
