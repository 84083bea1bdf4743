// The reference: pgbench runs the scripts that lie beside this file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::bench {

struct PgbenchRun {
    std::string url;
    /// Names without ".sql", run one after the other as one script: each statement is a
    /// transaction.
    std::vector<std::string> scripts;
    int clients{1};
    int transactions{1};  ///< of all clients together: a multiple of their number
    std::map<std::string, std::string> variables{};
    /// Instead of one after the other: so many runs of the scripts a second, each timed.
    std::optional<int> paced_per_second{};
};

struct PgbenchResult {
    double per_second{0};
    double latency_p50_ms{0};  ///< of the scripts together; only if paced
};

/// `pgbench -n -M prepared`. Throws NoRatio if a transaction failed.
[[nodiscard]] PgbenchResult pgbench(PgbenchRun const& run);

}  // namespace frontrow::bench
