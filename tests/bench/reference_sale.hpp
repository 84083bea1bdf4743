// The reference of purchases: the tables of all services in one database, where one client does the
// steps of each purchase one after the other.
#pragma once

#include <string>
#include <vector>

#include "common/pg/connection.hpp"
#include "tests/bench/pgbench.hpp"

namespace frontrow::bench {

class ReferenceSale {
  public:
    /// With seats, passes, tokens and money for so many purchases.
    ReferenceSale(int purchases, int customers);

    /// Runs those steps ("purchase_hold", ...) of the next `purchases`, one client, in series.
    /// Steps that are run apart continue where the same steps were before.
    PgbenchResult run(std::vector<std::string> const& steps, int purchases, int first);
    /// The same, so many purchases a second with pauses between; their median time in milliseconds.
    double paced_p50_ms(std::vector<std::string> const& steps, int purchases, int first,
                        int per_second);
    [[nodiscard]] pg::Connection& session() { return session_; }

    /// The whole of it.
    static std::vector<std::string> const& all_steps();

  private:
    [[nodiscard]] PgbenchRun run_of(std::vector<std::string> const& steps, int purchases,
                                    int first);

    std::string url_;
    pg::Connection session_;
    std::string prefix_;  ///< of all ids: the time, so that they fall into today's partitions
    int customers_;
};

}  // namespace frontrow::bench
