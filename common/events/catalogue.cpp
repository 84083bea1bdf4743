// Which types of events there are, who makes them, and by which key they are ordered.
#include <type_traits>

#include "common/core/ensure.hpp"
#include "common/events/event.hpp"

namespace frontrow::events {
namespace {

constexpr auto reservations = std::string_view{"booking.reservation.v1"};
constexpr auto shows = std::string_view{"booking.show.v1"};
constexpr auto payments = std::string_view{"payment.payment.v1"};
constexpr auto wallets = std::string_view{"payment.wallet.v1"};
constexpr auto tokens = std::string_view{"queue.token.v1"};

TypeInfo reservation(std::string_view type) {
    return {type, reservations, "reservation", "booking-service"};
}
TypeInfo payment(std::string_view type) {
    return {type, payments, "payment", "payment-service"};
}
TypeInfo token(std::string_view type) {
    return {type, tokens, "token", "queue-service"};
}

}  // namespace

std::vector<TypeInfo> const& catalogue() {
    static auto const rows = std::vector<TypeInfo>{
        reservation("frontrow.booking.reservation.held.v1"),
        reservation("frontrow.booking.reservation.extended.v1"),
        reservation("frontrow.booking.reservation.payment_requested.v1"),
        reservation("frontrow.booking.reservation.returned.v1"),
        reservation("frontrow.booking.reservation.confirmed.v1"),
        reservation("frontrow.booking.reservation.expired.v1"),
        reservation("frontrow.booking.reservation.cancelled.v1"),
        reservation("frontrow.booking.reservation.partly_cancelled.v1"),
        payment("frontrow.payment.payment.authorized.v1"),
        payment("frontrow.payment.payment.declined.v1"),
        payment("frontrow.payment.payment.captured.v1"),
        payment("frontrow.payment.payment.voided.v1"),
        payment("frontrow.payment.payment.refunded.v1"),
        {"frontrow.payment.wallet.topped_up.v1", wallets, "wallet", "payment-service"},
        token("frontrow.queue.token.joined.v1"),
        token("frontrow.queue.token.admitted.v1"),
        token("frontrow.queue.token.completed.v1"),
        token("frontrow.queue.token.expired.v1"),
        token("frontrow.queue.token.left.v1"),
        token("frontrow.queue.token.revoked.v1"),
        token("frontrow.queue.token.abandoned.v1"),
        {"frontrow.booking.show.created.v1", shows, "show", "booking-service"},
    };
    ENSURE(rows.size() == std::variant_size_v<Body>);
    return rows;
}

TypeInfo const& type_of(Body const& body) {
    return catalogue()[body.index()];
}

std::string key_of(Body const& body) {
    return std::visit(
        [](auto const& event) {
            using Kind = std::remove_cvref_t<decltype(event)>;
            if constexpr (std::derived_from<Kind, TokenFacts>) {
                return event.token.to_string();
            } else if constexpr (std::is_same_v<Kind, WalletToppedUp>) {
                return event.user.name;
            } else if constexpr (std::is_same_v<Kind, ShowCreated>) {
                return event.show.to_string();
            } else {
                return event.reservation.to_string();
            }
        },
        body);
}

}  // namespace frontrow::events
