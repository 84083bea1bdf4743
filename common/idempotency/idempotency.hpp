// Idempotency keys: a key is written once, with the answer, in the transaction of the effect.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/bytes.hpp"
#include "common/core/id.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::idempotency {

/// Who asked for what under which key. Scope: user, route and key; the body is compared by its
/// hash.
struct Key {
    Uuid scope;  ///< the first 16 octets of SHA-256 over user, route and key, each length-prefixed
    Bytes body_hash;  ///< SHA-256 of the canonical body (members sorted, no white space)
};

/// `route` is the pattern, such as "POST /v1/reservations", plus the path's ids.
[[nodiscard]] Key key_of(UserId const& user, std::string_view route, std::string_view key,
                         std::string_view canonical_body);

/// What is sent, stored and replayed byte for byte.
struct Answer {
    int status{200};
    std::string content_type{"application/json"};
    std::string location;  ///< of what was made; empty: no Location header
    std::string body;
    bool replayed{false};  ///< came from the store: sent with `Idempotent-Replayed: true`
};

/// Statuses that are not stored: 400, 401, 403, 429 and every 5xx (the design, section 5).
[[nodiscard]] bool is_stored(int status);

/// The command under its key.
template <class Command>
struct Keyed {
    Key key;
    Command command;
};

/// What a key met in the store, or that it is fresh.
struct Recalled {
    bool fresh{false};
    bool other_body{false};          ///< the key was used with another body: 422
    std::size_t copy_of{0};          ///< this batch's first command of the same key, or itself
    std::optional<Answer> stored{};  ///< the answer to replay
};

/// Folds copies inside the batch and reads stored answers. Entry i belongs to key i. A key older
/// than 24 hours by the database's clock is fresh again. `tx` and `keys` must live until it is got.
/// If none of them came to this process lately, nothing is read and all are taken for fresh;
/// `store` then refuses what was not, and the batch that runs again is looked for.
[[nodiscard]] pg::Later<std::vector<Recalled>> recall(pg::Transaction& tx,
                                                      std::span<Key const> keys);

/// Posts the answers of fresh keys, except those that are not stored: last of all that locks. Waits
/// for whoever stores one of them meanwhile. If that commits, or one was stored before, the
/// transaction fails with a `transient` fault, so that it runs again and recalls it.
void store(pg::Transaction& tx, std::span<Key const> keys, std::span<Answer const> answers);

/// The answer to a repeated key with another body (RFC 9457 problem `idempotency-key-reused`, 422).
[[nodiscard]] Answer key_reused();

/// Answers command i with answer i.
template <class Command>
using Decide = std::function<std::vector<Answer>(std::span<Command const>)>;

/// Surrounds a use case: recalls, runs it once for the fresh commands, stores their answers, and
/// gives copies and repeats the same octets. `look` is called at once and for all: what it asks the
/// database for, locks and claims shares the round trip. What it returns decides the fresh, and is
/// called even if none is: it gives back what was claimed for the others.
template <class Command>
std::vector<Answer> with_keys(
    pg::Transaction& tx, std::span<Keyed<Command> const> batch,
    std::function<Decide<Command>(pg::Transaction&, std::span<Command const>)> const& look) {
    auto keys = std::vector<Key>{};
    auto commands = std::vector<Command>{};
    keys.reserve(batch.size());
    commands.reserve(batch.size());
    for (auto const& keyed : batch) {
        keys.push_back(keyed.key);
        commands.push_back(keyed.command);
    }
    auto asked = recall(tx, keys);
    auto const decide = look(tx, commands);
    auto recalled = asked.get();
    auto fresh_keys = std::vector<Key>{};
    auto fresh = std::vector<Command>{};
    fresh_keys.reserve(batch.size());
    fresh.reserve(batch.size());
    auto position = std::vector<std::size_t>(batch.size(), batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (recalled[i].fresh) {
            position[i] = fresh.size();
            fresh.push_back(std::move(commands[i]));
            fresh_keys.push_back(std::move(keys[i]));
        }
    }
    auto made = decide(fresh);
    store(tx, fresh_keys, made);
    auto answers = std::vector<Answer>(batch.size());
    for (auto i = batch.size(); i-- > 0;) {  // copies before the first, which takes the answer
        auto& now = recalled[i];
        if (now.other_body) {
            answers[i] = key_reused();
        } else if (now.stored) {
            answers[i] = *std::move(now.stored);
        } else {
            auto& answer = made.at(position.at(now.copy_of));
            answers[i] = now.fresh ? std::move(answer) : answer;
            answers[i].replayed = !now.fresh;
        }
    }
    return answers;
}

/// The same for a use case that looks at nothing before it knows which commands are fresh.
template <class Command>
std::vector<Answer> with_keys(
    pg::Transaction& tx, std::span<Keyed<Command> const> batch,
    std::function<std::vector<Answer>(pg::Transaction&, std::span<Command const>)> const&
        use_case) {
    return with_keys<Command>(
        tx, batch, [&](pg::Transaction& inside, std::span<Command const>) -> Decide<Command> {
            return [&](std::span<Command const> fresh) {
                return fresh.empty() ? std::vector<Answer>{} : use_case(inside, fresh);
            };
        });
}

}  // namespace frontrow::idempotency
