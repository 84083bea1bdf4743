// Recalls and stores idempotency keys.
#include "common/idempotency/idempotency.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::idempotency {
namespace {

constexpr auto recall_keys = pg::Statement{"idempotency_recall", R"sql(
    SELECT scope, body_hash, status, content_type, location, body,
           created_at < now() - interval '24 hours'
    FROM public.idempotency_keys
    WHERE scope = ANY ($1::uuid[])
)sql"};

constexpr auto forget_keys = pg::Statement{"idempotency_forget", R"sql(
    DELETE FROM public.idempotency_keys
    WHERE scope = ANY ($1::uuid[]) AND created_at < now() - interval '24 hours'
)sql"};

// Sorted, so that two batches cannot wait for each other. Waits for whoever stores one of them; a
// key that was stored since it was recalled violates idempotency_keys_claim, and the transaction
// with all its effects is rolled back.
constexpr auto store_keys = pg::Statement{"idempotency_store", R"sql(
    INSERT INTO public.idempotency_keys (scope, body_hash, status, content_type, location, body)
    SELECT scope, body_hash, status, content_type, location, body
    FROM (SELECT unnest($1::uuid[]), unnest($2::bytea[]), unnest($3::smallint[]),
                 unnest($4::text[]), unnest($5::text[]), unnest($6::bytea[]))
         AS answer (scope, body_hash, status, content_type, location, body)
    ORDER BY scope
)sql"};

/// The keys that came to this process lately. Safe for threads. A key stands in the place that its
/// first octets name until another of the same place comes.
class RecentKeys {
  public:
    /// Remembers them; whether any was here before. Looks for all before it remembers one, so a
    /// batch that comes again is known by its last key at least.
    bool add(std::span<Uuid const> scopes) {
        auto const lock = std::scoped_lock{mutex_};
        auto const was_here = std::ranges::any_of(scopes, [this](Uuid const& scope) {
            auto const mark = mark_of(scope);
            return marks_[mark % marks_.size()] == mark;
        });
        for (auto const& scope : scopes) {
            auto const mark = mark_of(scope);
            marks_[mark % marks_.size()] = mark;
        }
        return was_here;
    }

  private:
    static constexpr auto places = std::size_t{1} << 17;  // 1 MB

    /// Half of a hash: two keys that share it are looked for once too often.
    static std::uint64_t mark_of(Uuid const& scope) {
        auto mark = std::uint64_t{};
        std::memcpy(&mark, scope.octets.data(), sizeof mark);
        return mark;
    }

    std::mutex mutex_;
    std::vector<std::uint64_t> marks_ = std::vector<std::uint64_t>(places);
};

RecentKeys& recent_keys() {
    static auto all = RecentKeys{};
    return all;
}

struct Stored {
    Bytes body_hash;
    Answer answer;
};

/// The first command of each scope, in the order in which they came.
std::vector<Uuid> firsts_of(std::span<Key const> keys, std::vector<Recalled>& all) {
    auto first_at = std::unordered_map<Uuid, std::size_t>{};
    auto firsts = std::vector<Uuid>{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto const [found, is_first] = first_at.try_emplace(keys[i].scope, i);
        all[i].copy_of = found->second;
        if (is_first) {
            firsts.push_back(keys[i].scope);
        }
    }
    return firsts;
}

Stored stored_of(pg::Row const& row) {
    return {.body_hash = row.bytes(1),
            .answer = {.status = row.int16(2),
                       .content_type = row.string(3),
                       .location = row.string(4),
                       .body = row.bytes(5).octets,
                       .replayed = true}};
}

/// What the keys met, `all` knowing their copies. Makes room for those that are fresh again.
std::vector<Recalled> met(pg::Transaction& tx, std::span<Key const> keys, std::vector<Recalled> all,
                          pg::Rows const& rows) {
    auto stored = std::unordered_map<Uuid, Stored>{};
    auto old = std::vector<Uuid>{};
    for (auto i = 0; i < rows.size(); ++i) {
        if (rows[i].boolean(6)) {
            old.push_back(rows[i].uuid(0));
        } else {
            stored.emplace(rows[i].uuid(0), stored_of(rows[i]));
        }
    }
    if (!old.empty()) {
        tx.post(forget_keys, pg::column(old));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto& now = all[i];
        auto const found = stored.find(keys[i].scope);
        if (found == stored.end()) {
            now.fresh = now.copy_of == i;
            now.other_body = keys[i].body_hash != keys[now.copy_of].body_hash;
        } else if (found->second.body_hash == keys[i].body_hash) {
            now.stored = found->second.answer;
        } else {
            now.other_body = true;
        }
    }
    return all;
}

std::int16_t status_of(Answer const& answer) {
    return static_cast<std::int16_t>(answer.status);
}

}  // namespace

bool is_stored(int status) {
    return status < 500 && status != 400 && status != 401 && status != 403 && status != 429;
}

pg::Later<std::vector<Recalled>> recall(pg::Transaction& tx, std::span<Key const> keys) {
    if (keys.empty()) {
        return {};
    }
    auto all = std::vector<Recalled>(keys.size());
    auto const firsts = firsts_of(keys, all);
    auto judge = [&tx, keys, all = std::move(all)](pg::Rows const& stored) {
        return met(tx, keys, all, stored);
    };
    if (!recent_keys().add(firsts)) {
        return pg::Later<std::vector<Recalled>>{[judge = std::move(judge)] {
            return judge(pg::Rows{nullptr});
        }};
    }
    return {tx.ask(recall_keys, pg::column(firsts)), std::move(judge)};
}

namespace {

/// What is stored comes before an answer that is not: a key that was not looked for is by now.
void require_unstored(pg::Transaction& tx, std::vector<Uuid> const& scopes) {
    auto const found = tx.query(recall_keys, pg::column(scopes)).map([](pg::Row const& row) {
        return row.boolean(6);
    });
    if (std::ranges::count(found, false) > 0) {
        throw pg::Error{pg::FaultKind::transient, "23505", "a key was stored already"};
    }
}

}  // namespace

void store(pg::Transaction& tx, std::span<Key const> keys, std::span<Answer const> answers) {
    ENSURE(keys.size() == answers.size());
    auto kept = std::vector<std::size_t>{};
    auto unkept = std::vector<Uuid>{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (is_stored(answers[i].status)) {
            kept.push_back(i);
        } else {
            unkept.push_back(keys[i].scope);
        }
    }
    if (!unkept.empty()) {
        require_unstored(tx, unkept);
    }
    if (kept.empty()) {
        return;
    }
    auto const of_keys = [&](auto projection) {
        return pg::column(kept, [&](std::size_t i) -> decltype(auto) {
            return std::invoke(projection, keys[i]);
        });
    };
    auto const of_answers = [&](auto projection) {
        return pg::column(kept, [&](std::size_t i) -> decltype(auto) {
            return std::invoke(projection, answers[i]);
        });
    };
    tx.post(store_keys, of_keys(&Key::scope), of_keys(&Key::body_hash), of_answers(status_of),
            of_answers(&Answer::content_type), of_answers(&Answer::location),
            of_answers([](Answer const& answer) { return Bytes{answer.body}; }));
}

Answer key_reused() {
    return {.status = 422,
            .content_type = "application/problem+json",
            .location = {},
            .body = R"({"type":"https://frontrow.example/problems/idempotency-key-reused",)"
                    R"("title":"Idempotency key reused","status":422,)"
                    R"("code":"idempotency-key-reused","retryable":false,)"
                    R"("detail":"This Idempotency-Key was used with another body. )"
                    R"(Repeat the first body, or choose a new key for a new request."})"};
}

}  // namespace frontrow::idempotency
