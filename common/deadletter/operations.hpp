// What operators do with dead letters: look, replay, discard.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/core/result.hpp"
#include "common/deadletter/dead_letter.hpp"

namespace frontrow::deadletter {

struct Filter {
    std::optional<std::string> state;
    std::optional<std::string> reason;
    std::optional<std::string> topic;
    std::optional<Uuid> before;  ///< only older ones: the last of the page before
    std::int32_t limit{50};
};
/// The newest first. Without their octets: key, value and headers are empty.
[[nodiscard]] std::vector<Letter> list(pg::Transaction& tx, Filter const& filter);
[[nodiscard]] std::optional<Letter> find(pg::Transaction& tx, Uuid const& id);

/// What waits for an operator.
struct Waiting {
    std::int64_t open{0};
    std::int64_t parked{0};
    std::chrono::seconds oldest_age{0};  ///< of the open ones
};
[[nodiscard]] Waiting count_waiting(pg::Transaction& tx, std::string_view consumer);

enum class Kind { replay = 1, discard };

/// Something that an operator wants done with one letter.
struct Operation {
    Kind kind{Kind::replay};
    Uuid id;
    std::string by;    ///< who wants it
    std::string note;  ///< why; a discard must have one
};

enum class OperationRefusal {
    unknown_letter = 1,
    already_resolved,  ///< applied, duplicate or discarded
    parked,            ///< only the head of a key can be replayed or discarded
    out_of_reach,      ///< too old for the inbox: the consumer could not tell it from a duplicate
    too_large,         ///< no topic takes it
    must_be_replayed,  ///< this type may not be discarded here
};
struct Operated {
    Letter letter;   ///< as it is after the operation
    Uuid replay_id;  ///< of a replay
};
using OperationOutcome = Result<Operated, OperationRefusal>;

/// A replay hands the original octets to `retry.<group>.<topic>`, which only the failed group
/// reads; it has worked once the consumer says so in the letter's state. A discard gives the event
/// up for good and lets those behind it go on. `keep` names the types that cannot be discarded.
[[nodiscard]] OperationOutcome operate(pg::Transaction& tx, Operation const& operation,
                                       std::function<bool(std::string_view type)> const& keep);

}  // namespace frontrow::deadletter
