// What can go wrong with PostgreSQL, sorted by what to do about it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace frontrow::pg {

enum class FaultKind {
    item = 1,   ///< SQLSTATE class 22 or 23, with two exceptions: one item of the batch
    transient,  ///< class 08, 40, 53, 57, 58, 55P03, 25P03, or no connection: back off, repeat
    unknown_outcome,  ///< the connection was lost after COMMIT was sent: run again, the claims tell
    outage,           ///< everything else (42, 28, ...): ours to mend; blame no item
};

/// Sorts by what must be done. An empty SQLSTATE is a lost connection. `constraint` is the name of
/// the broken one: 23514 without a name is a row that no partition takes, which is ours to mend;
/// 23505 of "..._claim" is somebody who was first, which the next attempt will see.
[[nodiscard]] FaultKind kind_of(std::string_view sqlstate, std::string_view constraint = "named");

/// A fault of the database. Thrown; caught at the loops only.
class Error : public std::runtime_error {
  public:
    Error(FaultKind kind, std::string sqlstate, std::string const& message)
        : std::runtime_error{message}, kind_{kind}, sqlstate_{std::move(sqlstate)} {}
    [[nodiscard]] FaultKind kind() const { return kind_; }
    /// Five characters, or empty if the server never answered.
    [[nodiscard]] std::string const& sqlstate() const { return sqlstate_; }
    [[nodiscard]] bool is_lock_timeout() const { return sqlstate_ == "55P03"; }

  private:
    FaultKind kind_;
    std::string sqlstate_;
};

}  // namespace frontrow::pg
