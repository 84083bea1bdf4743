// Joining, being let in, and every way out. Each exit from ADMITTED frees exactly one place.
#pragma once

#include <vector>

#include "common/core/result.hpp"
#include "queue-service/domain/hall.hpp"

namespace frontrow::queue::domain {

enum class Change { joined = 1, admitted, completed, expired, left, revoked, abandoned };

/// A token as it is after the change: what its event tells.
struct Changed {
    Change what{};
    Token token;
};

/// Why nothing was changed.
enum class Objection {
    unknown_token = 1,
    another_user,   ///< not this user's token
    another_show,   ///< the reservation that names the token is for another show
    not_admitted,   ///< still waiting: there is no place to give back
    already_over,   ///< its place was freed already
    still_in_time,  ///< neither expired nor silent for long enough
};
[[nodiscard]] std::string_view to_text(Objection objection);

/// A gate for a show that is sold through the queue, or nothing if it has one.
void open_gate(Hall& hall, Gate const& gate);

struct JoinQueue {
    ShowId show;
    UserId user;
    TokenId token;  ///< of a new token, should one be made
};
enum class JoinRefusal { no_gate = 1 };
struct Joined {
    Token token;
    bool is_new{false};            ///< false: the user was in already
    std::vector<Changed> changes;  ///< in order: an admission that had run out, and the new token
};
/// One live token a user and show: joining again finds it and counts as a heartbeat. An admission
/// that has run out ends here, swept or not, and its holder joins at the end of the line.
[[nodiscard]] Result<Joined, JoinRefusal> join(Hall& hall, JoinQueue const& command, Instant now);

/// Lets those in who waited longest, as far as there are places: of those the hall has loaded.
/// Nobody before the sale opens.
[[nodiscard]] std::vector<Changed> admit(Hall& hall, ShowId const& show,
                                         std::chrono::milliseconds length, Instant now);

using Exit = Result<Changed, Objection>;

/// The holder leaves, from the line or from inside.
[[nodiscard]] Exit leave(Hall& hall, TokenId const& token, UserId const& user, Instant now);
/// The reservation that this token was used for is confirmed. By the token that it names, never by
/// its user: he may have another one by now.
[[nodiscard]] Exit complete(Hall& hall, TokenId const& token, ShowId const& show,
                            ReservationId const& reservation, Instant now);
/// The time inside is over. An admission that ends exactly now has ended.
[[nodiscard]] Exit expire(Hall& hall, TokenId const& token, Instant now);
/// Somebody in charge ends an admission.
[[nodiscard]] Exit revoke(Hall& hall, TokenId const& token, Instant now);
/// The holder waits and was not heard of since `silent_since`.
[[nodiscard]] Exit abandon(Hall& hall, TokenId const& token, Instant silent_since, Instant now);

}  // namespace frontrow::queue::domain
