// Where both sides run: one PostgreSQL that is durable, one broker, and rows that are counted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontrowctl/local/process.hpp"
#include "tests/support/whole_stack.hpp"

namespace frontrow::bench {

/// PostgreSQL with fsync and synchronous_commit on and its data on disk, and Kafka, for this
/// process and those that it starts. Those that the environment names, as in `./dev test`, are used
/// instead.
void start_servers();
/// The first process of that PostgreSQL, which the children of this one know as well; nothing if
/// the environment named another.
[[nodiscard]] std::optional<local::Process> postgres_process();

/// Rows by table.
using Counts = std::map<std::string, std::int64_t>;
/// What is counted: a name, and a query of one number.
using Countables = std::map<std::string, std::string>;
[[nodiscard]] Counts count(pg::Connection& connection, Countables const& countables);
[[nodiscard]] Counts operator-(Counts const& after, Counts const& before);
[[nodiscard]] Counts operator+(Counts const& left, Counts const& right);
/// Throws NoRatio if the two sides did not write the same number of rows into each table.
void require_same(Counts const& subject, Counts const& reference);

/// Of every show that is made by SQL.
inline constexpr auto made_show = "01939b4c-0000-7000-8000-0000000000f0";
/// The share of refusals above which there is no ratio.
inline constexpr auto refused_max = 0.05;

[[nodiscard]] std::uint16_t http_port_of(support::WholeStack const& stack, std::string const& name);
/// The auditor over all databases and topics; throws NoRatio if an invariant is broken.
void require_clean_audit(support::WholeStack& stack, std::chrono::seconds wait);

/// `made_show` with so many seats in one section, without a queue, written by SQL: a million at
/// once.
void make_show(pg::Connection& booking, std::int64_t seats);
/// Planner statistics and a checkpoint, so that no run pays for what was loaded before it.
void settle(pg::Connection& superuser);
/// Switches autovacuum off for every table there is: a worker comes once a minute and takes up to a
/// quarter of both processors for a round of a second. pgbench's handbook warns of it too.
void keep_autovacuum_out(pg::Connection& superuser);
/// As long as it lives the broker of `start_servers` stands still: its threads and its compiler
/// share the machine with what has nothing to do with Kafka.
class BrokerStandsStill {
  public:
    BrokerStandsStill();
    ~BrokerStandsStill();
    BrokerStandsStill(BrokerStandsStill const&) = delete;
    BrokerStandsStill& operator=(BrokerStandsStill const&) = delete;
};
/// A superuser's session that may take its time.
[[nodiscard]] pg::Connection patient_session(std::string const& url);

}  // namespace frontrow::bench
