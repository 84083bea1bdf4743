// What the life of a queue token means for its pass.
#pragma once

#include <cstdint>

#include "booking-service/domain/work.hpp"

namespace frontrow::booking::domain {

/// A pass was issued: from now on only this generation or a newer one counts. An admission that
/// comes late does not revive a pass that is spent or ended. Answers whether anything changed.
bool pass_issued(PassSet& passes, TokenId const& token, std::int32_t generation);

/// The token left, was revoked, expired or was completed: no new hold for it, ever. A live
/// reservation may still be paid. Answers whether anything changed.
bool pass_ended(PassSet& passes, TokenId const& token);

}  // namespace frontrow::booking::domain
