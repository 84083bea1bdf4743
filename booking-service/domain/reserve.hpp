// Who gets which seats: the decision behind POST /v1/reservations.
#pragma once

#include <optional>
#include <vector>

#include "booking-service/domain/rules.hpp"
#include "booking-service/domain/show.hpp"
#include "booking-service/domain/work.hpp"
#include "common/core/result.hpp"

namespace frontrow::booking::domain {

/// What a pass claims; its signature, user and show were verified before.
struct PassClaim {
    TokenId token;
    std::int32_t generation{1};
    Instant expires_at{};
};

struct ReservationRequest {
    ReservationId id;  ///< drawn for it; used only if it is accepted
    ShowId show;
    UserId user;
    std::vector<std::int32_t> seats;  ///< 1 to 8, none twice
    std::optional<PassClaim> pass{};
};

enum class ReserveRefusalKind {
    no_such_show = 1,
    sale_not_open,
    sale_closed,
    no_such_seat,
    pass_required,
    pass_expired,
    pass_superseded,  ///< a newer one was issued for the same token
    pass_ended,       ///< its token left, was revoked or has expired
    pass_spent,       ///< by a confirmed reservation
    pass_in_use,      ///< by another live reservation
    seats_taken,
};

struct ReserveRefusal {
    ReserveRefusalKind kind{};
    std::vector<std::int32_t> seats{};  ///< those that are taken, or that do not exist
    auto operator<=>(ReserveRefusal const&) const = default;
};

using ReserveOutcome = Result<Reservation, ReserveRefusal>;

/// All of the seats or none. Claims them and the pass in the working set, where the pass must be;
/// a seat that is not there is another's. A hold that has run out is taken over without a look at
/// its reservation.
[[nodiscard]] ReserveOutcome reserve(Work& work, Show const& show,
                                     ReservationRequest const& request, Instant now,
                                     Rules const& rules);

}  // namespace frontrow::booking::domain
