// A database with an inbox and a table of effects, and records as they come from Kafka.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/events/event.hpp"
#include "common/inbox/batch.hpp"
#include "common/pg/connection.hpp"

namespace frontrow::inbox {

/// A token event whose key is the token's id and whose `number` is given: tests tell them apart by
/// it.
struct Told {
    TokenId token;
    std::int64_t number{0};
    Uuid id{new_uuid()};
};
[[nodiscard]] kafka::Record record_of(Told const& told, std::int64_t offset);
/// Of as many different keys, numbered from 1.
[[nodiscard]] std::vector<kafka::Record> records_of_keys(std::size_t number);
[[nodiscard]] std::int64_t number_of(events::Event const& event);

class InboxDatabase {
  public:
    InboxDatabase();
    /// For the service's role, which has no right but those that the migrations grant.
    [[nodiscard]] pg::ConnectOptions service() const;
    /// The first column of the first row as text, asked by a superuser.
    [[nodiscard]] std::string ask(std::string const& sql) const;
    /// The first column of all rows, joined by commas.
    [[nodiscard]] std::string list(std::string const& sql) const;

    /// Writes `(group, number)` into the table `effects`, without a unique key, then asks
    /// `verdict`.
    [[nodiscard]] RecordHandler handler(std::function<Outcome(std::int64_t number)> verdict =
                                            [](std::int64_t) { return Outcome::applied(); });
    /// One batch through a runner, as the consumer does it; the tally of its last slice.
    Tally consume(std::vector<kafka::Record> const& records, RecordHandler const& handler,
                  std::string const& group = "tests", bool ignore_unknown = true);
    /// Drains until nothing is left to drain.
    void drain(RecordHandler const& handler);
    /// The record that replays the letter, as it comes from the retry topic.
    [[nodiscard]] kafka::Record replay_of(std::string const& condition) const;
    [[nodiscard]] std::string effects() const {
        return list("SELECT number FROM effects ORDER BY at, number");
    }

  private:
    std::string url_;
    std::string service_url_;
};

}  // namespace frontrow::inbox
