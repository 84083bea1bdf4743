// Each step thaws the rows that one transaction would lock, lets the real decision run, and takes
// back what it changed. A planted bug doctors what goes into or comes out of a decision.
#include "tests/model/steps.hpp"

#include <algorithm>
#include <array>

#include "booking-service/domain/answer.hpp"
#include "booking-service/domain/cancel.hpp"
#include "booking-service/domain/extend.hpp"
#include "booking-service/domain/hold.hpp"
#include "booking-service/domain/pay.hpp"
#include "booking-service/domain/spelling.hpp"
#include "booking-service/domain/tokens.hpp"
#include "payment-service/domain/pay.hpp"
#include "payment-service/domain/top_up.hpp"
#include "queue-service/domain/admission.hpp"

namespace frontrow::model {
namespace {

namespace book = booking::domain;
namespace pay_for = payment::domain;
namespace line = queue::domain;
namespace view = dataplatform::domain;

auto const rules = book::Rules{.hold = tick,
                               .extension = tick,
                               .hold_maximum = std::chrono::seconds{1},
                               .payment_minimum = 2 * tick};
constexpr auto admission_length = std::chrono::milliseconds{1};
constexpr auto much_later = time_zero + std::chrono::seconds{1};
constexpr auto much_earlier = time_zero - std::chrono::seconds{1};

class Stepper {
  public:
    Stepper(Scene const& scene, World const& world, std::string const& bug)
        : scene_{scene}, world_{world}, bug_{bug} {}
    std::vector<Step> run() &&;

  private:
    using Change = bool (Stepper::*)(World&, std::size_t);

    void add(std::string action, std::string what, bool is_duty, World after);
    [[nodiscard]] bool has(std::string_view bug) const { return bug_ == bug; }

    // booking
    [[nodiscard]] static book::Work thaw(World const& w);
    static void freeze(World& w, book::Work const& work);
    void publish(World& w, std::size_t r, Told what) const;
    void told(World& w, std::size_t r, std::optional<book::ReservationEvent> const& event) const;
    void tell_board(World& w, std::size_t r, std::vector<book::SeatClaim> const& seats,
                    view::SeatShown shown) const;
    [[nodiscard]] book::Work doctored(World const& w, std::size_t r, bool seats, bool pass) const;
    void steps_of_reservation(std::size_t r);
    void reserve(std::size_t r);
    template <class Decide>
    void write(std::size_t r, Instant now, std::string const& action, bool blind, Decide decide);
    void pay(std::size_t r, Instant now, std::string const& action);
    void extend(std::size_t r, Instant now, std::string const& action);
    void cancel(std::size_t r);
    void cancel_part(std::size_t r);
    void sweep(std::size_t r);
    void give_back();
    bool answer(World& w, std::size_t r, Message const& message, Instant now) const;

    // payment
    bool react(World& w, std::size_t r, Message const& message, Instant now);
    [[nodiscard]] pay_for::Books books(World const& w, std::size_t r, Message const& m) const;
    bool take(World& w, std::size_t r, pay_for::Books const& before,
              pay_for::Decision const& decision);
    void top_up();

    // read model
    bool show(World& w, Message const& message) const;

    // queue
    [[nodiscard]] static line::Hall hall(World const& w);
    void take(World& w, line::Hall const& hall, std::vector<line::Changed> const& changes) const;
    void steps_of_token(std::size_t t);
    bool complete(World& w, std::size_t r) const;

    // streams and time
    void pass_time();
    void steps_of_streams(std::vector<Stream> World::*streams, std::string const& to);
    void steps_of_stream(std::vector<Stream> World::*streams, std::size_t key,
                         std::string const& to);
    void apply(std::vector<Stream> World::*streams, std::size_t key, std::size_t index,
               std::string const& action, bool is_duty, World after, Instant now = time_zero);
    bool handle(std::vector<Stream> World::*streams, World& w, std::size_t key,
                Message const& message, Instant now);

    Scene const& scene_;
    World const& world_;
    std::string const& bug_;
    std::vector<Step> out_;
};

std::string name_of(char kind, std::size_t number) {
    return kind + std::to_string(number);
}

void Stepper::add(std::string action, std::string what, bool is_duty, World after) {
    out_.push_back({std::move(action), std::move(what), is_duty, std::move(after)});
}

// ------------------------------------------------------------------------------------- booking

book::Work Stepper::thaw(World const& w) {
    auto work = book::Work{};
    for (auto const& pass : w.passes) {
        work.passes.add(pass.token, pass);
    }
    for (auto const& seat : w.seats) {
        work.seats.add(seat.key, seat);
    }
    for (auto const& reservation : w.reservations) {
        if (reservation) {
            work.reservations.add(reservation->id, *reservation);
        }
    }
    return work;
}

void Stepper::freeze(World& w, book::Work const& work) {
    for (auto& pass : w.passes) {
        pass = work.passes.at(pass.token);
    }
    for (auto& seat : w.seats) {
        seat = work.seats.at(seat.key);
    }
    for (auto& reservation : w.reservations) {
        if (reservation) {
            reservation = work.reservations.at(reservation->id);
        }
    }
}

void Stepper::publish(World& w, std::size_t r, Told what) const {
    auto const& now = *w.reservations[r];
    auto message = Message{.what = what, .attempt = now.attempt};
    if (what == Told::requested) {
        message.held_until = now.held_until;
    } else if (what == Told::partly_cancelled) {
        message.total = now.total.minor_units;
    }
    w.to_payment[r].log.push_back(std::move(message));
    if (what == Told::confirmed && scene_.requests[r].token) {
        w.to_queue[r].log.push_back({.what = what});
    }
}

void Stepper::told(World& w, std::size_t r,
                   std::optional<book::ReservationEvent> const& event) const {
    if (!event) {
        return;
    }
    switch (event->happening) {
        case book::Happening::payment_requested:
            return publish(w, r, Told::requested);
        case book::Happening::confirmed:
            w.was_confirmed[r] = true;
            publish(w, r, Told::confirmed);
            return tell_board(w, r, event->after.seats, view::SeatShown::sold);
        case book::Happening::expired:
            publish(w, r, Told::expired);
            return tell_board(w, r, event->after.seats, view::SeatShown::free);
        case book::Happening::cancelled:
            publish(w, r, Told::cancelled);
            return tell_board(w, r, event->after.seats, view::SeatShown::free);
        case book::Happening::partly_cancelled:
            publish(w, r, Told::partly_cancelled);
            w.to_payment[r].log.back().refund = event->refund.minor_units;
            return tell_board(w, r, event->given_back, view::SeatShown::free);
        case book::Happening::held:
            return tell_board(w, r, event->after.seats, view::SeatShown::held);
        case book::Happening::extended:
        case book::Happening::returned:
            return;  // nobody reacts to these
    }
}

void Stepper::tell_board(World& w, std::size_t r, std::vector<book::SeatClaim> const& seats,
                         view::SeatShown shown) const {
    if (scene_.features.has_board) {
        w.to_board[r].log.push_back({.what = Told::seats_changed,
                                     .seats = seats,
                                     .shown = shown,
                                     .version = w.reservations[r]->version});
    }
}

/// The rows as a bug would see them: seats or pass name this reservation, whoever has them now.
book::Work Stepper::doctored(World const& w, std::size_t r, bool seats, bool pass) const {
    auto seen = w;
    auto const& mine = *w.reservations[r];
    for (auto const& claim : mine.seats) {
        if (seats) {
            auto& seat = seen.seats[static_cast<std::size_t>(claim.seat - 1)];
            seat.reservation = mine.id;
            seat.fence = claim.fence;
        }
    }
    if (pass && mine.token) {
        seen.passes[*scene_.requests[r].token].reservation = mine.id;
    }
    return thaw(seen);
}

book::Show show_of(Scene const& scene, bool has_queue) {
    auto layout = book::Layout{
        .sections = {{.name = "", .rows = 1, .seats_per_row = scene.seats, .price = 1}}};
    return {.id = show_id(),
            .concert = {},
            .starts_at = much_later,
            .sale_opens_at = time_zero - tick,
            .sale_closes_at = much_later,
            .closed = false,
            .admission_capacity = has_queue ? 1 : 0,
            .layout = std::make_shared<book::Layout const>(std::move(layout))};
}

void Stepper::reserve(std::size_t r) {
    auto const& asked = scene_.requests[r];
    auto request = book::ReservationRequest{.id = reservation_id(r),
                                            .show = show_id(),
                                            .user = user_id(asked.user),
                                            .seats = asked.seats};
    auto after = world_;
    if (asked.token) {
        auto const& token = world_.tokens[*asked.token];
        if (!token || !token->admitted_at) {
            return;  // nothing was signed
        }
        auto const is_over = token->state == line::TokenState::expired;
        request.pass = book::PassClaim{.token = token_id(*asked.token),
                                       .generation = 1,
                                       .expires_at = is_over ? time_zero : much_later};
        if (has("pass_for_two")) {
            after.passes[*asked.token].held_until.reset();
        }
    }
    auto const takes_over = std::ranges::any_of(asked.seats, [&](std::int32_t seat) {
        return world_.seats[static_cast<std::size_t>(seat - 1)].state == book::SeatState::held;
    });
    auto work = thaw(after);
    auto const show = show_of(scene_, asked.token.has_value());
    auto const made = book::reserve(work, show, request, time_zero, rules);
    if (made) {
        freeze(after, work);
        after.reservations[r] = *made;
        after.reservations[r]->created_at = time_zero;
        told(after, r, book::ReservationEvent{book::Happening::held, *made});
        add(takes_over ? "take over" : "reserve", name_of('R', r), false, std::move(after));
    }
}

/// One command on a live reservation: what it writes, what it tells, and how a bug spoils both.
template <class Decide>
void Stepper::write(std::size_t r, Instant now, std::string const& action, bool blind,
                    Decide decide) {
    auto after = world_;
    auto work = doctored(after, r, blind, has("pass_not_held"));
    std::optional<book::ReservationEvent> const event = decide(work).event;
    if (!event) {
        return;
    }
    auto const before = after.seats;
    auto const pass_before = after.passes;
    freeze(after, work);
    for (std::size_t n = 0; n < before.size(); ++n) {
        // A bug that looks away still writes only what names it.
        if (blind && before[n].reservation != reservation_id(r)) {
            after.seats[n] = before[n];
        }
        if (has("takeover_ignores_paying_deadline") && after.seats[n].held_until) {
            after.seats[n].held_until = before[n].held_until;
        }
    }
    if (has("pass_not_held")) {
        after.passes = pass_before;
    }
    auto const expired = event->happening == book::Happening::expired;
    if (!expired || !has("expire_without_event")) {
        told(after, r, event);
    }
    if (now < time_zero) {
        after.budget.slow -= 1;
    }
    auto const late = expired && now == time_zero;
    add(late ? action.substr(0, action.find(' ')) + " too late" : action, name_of('R', r), false,
        std::move(after));
}

void Stepper::pay(std::size_t r, Instant now, std::string const& action) {
    write(r, now, action, has("pay_without_fence"), [&](book::Work& work) {
        return book::pay(work, reservation_id(r), user_id(scene_.requests[r].user), now, rules);
    });
}

void Stepper::extend(std::size_t r, Instant now, std::string const& action) {
    write(r, now, action, has("extend_without_fence"), [&](book::Work& work) {
        return book::extend(work, reservation_id(r), user_id(scene_.requests[r].user), now, rules);
    });
}

void Stepper::cancel(std::size_t r) {
    auto const state = world_.reservations[r]->state;
    auto const user = user_id(scene_.requests[r].user);
    auto const action = "cancel " + std::string{to_text(state)};
    if (state == book::ReservationState::cancelled) {
        auto work = thaw(world_);
        auto after = world_;
        auto const again = book::cancel(work, reservation_id(r), user, time_zero);
        told(after, r, again.event);
        if (has("double_cancel_refunds_twice")) {
            publish(after, r, Told::cancelled);
        }
        return add(action, name_of('R', r), false, std::move(after));
    }
    write(r, time_zero, action, false,
          [&](book::Work& work) { return book::cancel(work, reservation_id(r), user, time_zero); });
}

void Stepper::cancel_part(std::size_t r) {
    auto const& mine = *world_.reservations[r];
    for (auto const& claim : mine.seats) {
        auto const& seat = world_.seats[static_cast<std::size_t>(claim.seat - 1)];
        if (seat.reservation == mine.id && mine.total.minor_units > 1) {
            return write(r, time_zero, "cancel one seat", false, [&](book::Work& work) {
                return book::cancel_part(work, show_of(scene_, false), mine.id, mine.user,
                                         std::array{claim.seat}, time_zero);
            });
        }
    }
}

void Stepper::sweep(std::size_t r) {
    auto const& now = *world_.reservations[r];
    if (has("decline_forgets_return") && now.state != book::ReservationState::held) {
        return;
    }
    auto after = world_;
    auto work = doctored(after, r, has("release_without_fence"), false);
    auto const event = book::expire(work, reservation_id(r), time_zero);
    if (event) {
        freeze(after, work);
        told(after, r, event);
        add("sweeper expires", name_of('R', r), true, std::move(after));
    }
}

/// A request that is refused, whoever sent it, had claimed its seats and gives them back: the seat
/// of a hold that had run out is FREE then, and nobody was told.
void Stepper::give_back() {
    for (std::size_t n = 0; n < world_.seats.size(); ++n) {
        auto const& seat = world_.seats[n];
        if (seat.state == book::SeatState::held && book::can_be_taken(seat, time_zero)) {
            auto after = world_;
            after.seats[n] = {.key = seat.key, .fence = seat.fence};
            add("give back", name_of('S', n), false, std::move(after));
        }
    }
}

void Stepper::steps_of_reservation(std::size_t r) {
    auto const& now = world_.reservations[r];
    if (!now) {
        auto const is_twin = r > 0 && scene_.requests[r - 1].user == scene_.requests[r].user &&
                             scene_.requests[r - 1].seats == scene_.requests[r].seats &&
                             scene_.requests[r - 1].token == scene_.requests[r].token &&
                             !world_.reservations[r - 1];
        if (!is_twin) {  // of two equal requests the first comes first
            reserve(r);
        }
        return;
    }
    if (now->state != book::ReservationState::expired) {
        cancel(r);
    }
    if (!is_live(now->state)) {
        if (scene_.features.partial && now->state == book::ReservationState::confirmed) {
            cancel_part(r);
        }
        return;
    }
    auto const may_be_slow = now->held_until == time_zero && world_.budget.slow > 0;
    if (now->state == book::ReservationState::held && now->attempt < scene_.attempts) {
        pay(r, time_zero, now->attempt > 0 ? "pay again" : "pay");
        if (may_be_slow) {
            pay(r, time_zero - tick, "pay slowly");
        }
    }
    if (scene_.features.extends && now->state == book::ReservationState::held && !now->extended) {
        extend(r, time_zero, "extend");
        if (may_be_slow) {
            extend(r, time_zero - tick, "extend slowly");
        }
    }
    sweep(r);
}

bool Stepper::answer(World& w, std::size_t r, Message const& message, Instant now) const {
    auto work = doctored(w, r, has("confirm_without_fence"), has("pass_not_held"));
    auto const passes_before = w.passes;
    auto const is_decline = message.what == Told::declined;
    auto const attempt =
        is_decline && has("old_decline_accepted") ? w.reservations[r]->attempt : message.attempt;
    auto const decided = is_decline
                             ? book::decline(work, reservation_id(r), attempt, "no money", now)
                             : book::confirm(work, reservation_id(r), attempt, now);
    if (!decided.event) {
        return true;  // ignored
    }
    auto const happening = decided.event->happening;
    if (happening == book::Happening::returned && has("decline_forgets_return")) {
        return true;
    }
    freeze(w, work);
    if (happening == book::Happening::confirmed && has("pass_not_spent")) {
        for (auto& pass : w.passes) {
            pass.state = book::PassState::usable;
        }
    }
    if (has("pass_not_held")) {
        for (std::size_t n = 0; n < w.passes.size(); ++n) {
            w.passes[n].reservation = passes_before[n].reservation;
        }
    }
    if (happening == book::Happening::expired && has("expire_without_event")) {
        return true;
    }
    told(w, r, decided.event);
    return true;
}

// ------------------------------------------------------------------------------------- payment

pay_for::Books Stepper::books(World const& w, std::size_t r, Message const& m) const {
    auto wallets = w.wallets;
    auto payments = std::vector<pay_for::Payment>{};
    for (auto const& payment : w.payments) {
        if (payment) {
            payments.push_back(*payment);
        }
    }
    if (m.what == Told::requested && has("spends_pending_money")) {
        auto& purse = wallets[scene_.requests[r].user];
        purse.available = purse.available + purse.pending;
    }
    for (auto& payment : payments) {
        if (has("old_request_accepted") && payment.reservation == reservation_id(r) &&
            payment.state == pay_for::PaymentState::declined) {
            payment.attempt = 0;
        }
    }
    return {std::move(wallets), std::move(payments)};
}

bool Stepper::take(World& w, std::size_t r, pay_for::Books const& changed_books,
                   pay_for::Decision const& decision) {
    if (!decision) {
        return !must_be_looked_at(decision.error());
    }
    auto const lent = decision->what == pay_for::Change::authorized && has("spends_pending_money")
                          ? w.wallets[scene_.requests[r].user].pending
                          : money(0);
    for (auto const& wallet : changed_books.changed_wallets()) {
        for (auto& mine : w.wallets) {
            if (mine.user == wallet.user) {
                mine = wallet;
                mine.available = mine.available - lent;
            }
        }
    }
    for (auto const& changed : changed_books.changed_payments()) {
        w.payments[r] = changed.payment;
    }
    for (auto const& transfer : changed_books.transfers()) {
        w.revenue += transfer.to == pay_for::Account::revenue ? transfer.amount.minor_units : 0;
        w.revenue -= transfer.from == pay_for::Account::revenue ? transfer.amount.minor_units : 0;
    }
    if (decision->what == pay_for::Change::authorized) {
        w.to_booking[r].log.push_back({Told::authorized, decision->payment.attempt});
    } else if (decision->what == pay_for::Change::declined) {
        w.to_booking[r].log.push_back({Told::declined, decision->payment.attempt});
    }
    return true;
}

bool Stepper::react(World& w, std::size_t r, Message const& message, Instant now) {
    auto ledger = books(w, r, message);
    auto const price = money(static_cast<std::int64_t>(scene_.requests[r].seats.size()));
    auto const user = user_id(scene_.requests[r].user);
    auto const& paid = w.payments[r];
    if (message.what == Told::requested) {
        auto const decided = pay_for::request(ledger,
                                              {.reservation = reservation_id(r),
                                               .user = user,
                                               .attempt = message.attempt,
                                               .amount = price,
                                               .held_until = message.held_until,
                                               .transfer = {}},
                                              now);
        return take(w, r, ledger, decided);
    }
    if (message.what == Told::confirmed) {
        if (paid && paid->state == pay_for::PaymentState::captured &&
            has("capture_without_dedup")) {
            auto& purse = w.wallets[scene_.requests[r].user];
            purse.pending = purse.pending - price;
            w.revenue += price.minor_units;
            w.payments[r]->captured = w.payments[r]->captured + price;
            return true;
        }
        return take(w, r, ledger, pay_for::capture(ledger, {reservation_id(r), user, price, {}}));
    }
    if (message.what == Told::partly_cancelled) {
        auto const authorized = paid && paid->state == pay_for::PaymentState::authorized;
        return (authorized && has("partial_before_capture")) ||
               take(
                   w, r, ledger,
                   pay_for::refund_part(
                       ledger,
                       {reservation_id(r), user, money(message.total), money(message.refund), {}}));
    }
    auto const is_refund = paid && paid->captured.minor_units > 0;
    if (message.what == Told::cancelled && is_refund && has("void_after_confirm")) {
        return true;
    }
    if (message.what == Told::cancelled && has("double_cancel_refunds_twice") && paid &&
        paid->state == pay_for::PaymentState::refunded) {
        auto& purse = w.wallets[scene_.requests[r].user];
        purse.available = purse.available + paid->captured;
        w.revenue -= paid->captured.minor_units;
        w.payments[r]->refunded = paid->refunded + paid->captured;
        return true;
    }
    auto const skipped =
        (message.what == Told::expired && has("expire_without_void")) ||
        (!paid && has("tombstone_missing")) ||
        (paid && paid->state == pay_for::PaymentState::declined && has("declined_not_closed"));
    return skipped ||
           take(w, r, ledger, pay_for::give_back(ledger, {reservation_id(r), user, {}, {}}));
}

void Stepper::top_up() {
    if (world_.budget.top_up == 0) {
        return;
    }
    auto after = world_;
    auto ledger = pay_for::Books{after.wallets, {}};
    auto const made = pay_for::top_up(ledger, {user_id(0), money(1), {}});
    if (made) {
        after.wallets[0] = *made;
        after.budget.top_up -= 1;
        add("top up", "user 0", false, std::move(after));
    }
}

// ---------------------------------------------------------------------------------- read model

bool Stepper::show(World& w, Message const& message) const {
    for (auto const& claim : message.seats) {
        auto& shown = w.board[static_cast<std::size_t>(claim.seat - 1)];
        auto const change = view::BoardSeat{message.shown, claim.fence, message.version};
        auto const newer = has("reader_by_fence_alone") ? change.fence >= shown.fence
                                                        : view::is_newer(change, shown);
        if (newer || has("reader_ignores_fence")) {
            shown = change;
        }
    }
    return true;
}

// --------------------------------------------------------------------------------------- queue

line::Hall Stepper::hall(World const& w) {
    auto tokens = std::vector<line::Token>{};
    for (auto const& token : w.tokens) {
        if (token) {
            tokens.push_back(*token);
        }
    }
    return {{w.gate}, std::move(tokens)};
}

void Stepper::take(World& w, line::Hall const& hall,
                   std::vector<line::Changed> const& changes) const {
    for (auto const& [what, token] : changes) {
        auto const t = static_cast<std::size_t>(token.id.uuid.octets[15]);
        w.tokens[t] = token;
        switch (what) {
            case line::Change::joined:
            case line::Change::abandoned:
                continue;
            case line::Change::admitted:
                w.to_passes[t].log.push_back({Told::admitted});
                continue;
            case line::Change::left:
                w.to_passes[t].log.push_back({Told::left});
                break;
            case line::Change::revoked:
                w.to_passes[t].log.push_back({Told::revoked});
                break;
            case line::Change::expired:
                w.to_passes[t].log.push_back({Told::admission_over});
                break;
            case line::Change::completed:
                w.to_passes[t].log.push_back({Told::completed});
                break;
        }
        w.freed[t] = static_cast<std::uint8_t>(w.freed[t] + (token.admitted_at ? 1 : 0));
    }
    if (auto const* gate = hall.gate(show_id())) {
        auto const capacity = w.gate.capacity;
        w.gate = *gate;
        w.gate.capacity = capacity;
        w.gate.mean_stay = {};
    }
}

void Stepper::steps_of_token(std::size_t t) {
    auto const name = name_of('T', t);
    auto const user = user_id(scene_.tokens[t]);
    auto const& now = world_.tokens[t];
    auto const change = [&](std::string const& action, bool is_duty, auto decide) {
        auto after = world_;
        if (action == "admit" && has("admits_over_capacity")) {
            after.gate.capacity += 1;
        }
        auto people = hall(after);
        after.gate.capacity = world_.gate.capacity;
        auto const changes = decide(people);
        if (!changes.empty()) {
            take(after, people, changes);
            add(action, name, is_duty, std::move(after));
        }
    };
    auto const exit = [](line::Exit const& decided) {
        return decided ? std::vector{*decided} : std::vector<line::Changed>{};
    };
    if (!now) {
        for (std::size_t other = 0; other < scene_.tokens.size(); ++other) {
            auto const& rival = world_.tokens[other];
            if (other != t && scene_.tokens[other] == scene_.tokens[t] &&
                (rival ? is_live(rival->state) : other < t)) {
                return;  // one token a user at a time; his second one comes after his first
            }
        }
        return change("join", false, [&](line::Hall& people) {
            auto const joined = line::join(people, {show_id(), user, token_id(t)}, time_zero);
            return joined ? joined->changes : std::vector<line::Changed>{};
        });
    }
    if (now->state == line::TokenState::waiting) {
        change("leave while waiting", false, [&](line::Hall& people) {
            return exit(line::leave(people, token_id(t), user, time_zero));
        });
        change("admit", true, [&](line::Hall& people) {
            return line::admit(people, show_id(), admission_length, time_zero);
        });
    } else if (now->state == line::TokenState::admitted) {
        change("leave", false, [&](line::Hall& people) {
            return exit(line::leave(people, token_id(t), user, time_zero));
        });
        change("revoke", false, [&](line::Hall& people) {
            return exit(line::revoke(people, token_id(t), time_zero));
        });
        change("expire token", true, [&](line::Hall& people) {
            return exit(line::expire(people, token_id(t), much_later));
        });
    } else if (now->state == line::TokenState::completed && has("leaving_frees_again")) {
        auto after = world_;
        after.tokens[t]->state = line::TokenState::left;
        after.gate.active -= 1;
        after.freed[t] = static_cast<std::uint8_t>(after.freed[t] + 1);
        add("leave", name, false, std::move(after));
    }
}

bool Stepper::complete(World& w, std::size_t r) const {
    auto t = *scene_.requests[r].token;
    for (std::size_t other = 0; has("token_completed_by_user") && other < w.tokens.size();
         ++other) {
        if (scene_.tokens[other] == scene_.requests[r].user && w.tokens[other] &&
            w.tokens[other]->state == line::TokenState::admitted) {
            t = other;
            break;
        }
    }
    auto people = hall(w);
    auto const decided =
        line::complete(people, token_id(t), show_id(), reservation_id(r), time_zero);
    if (decided) {
        take(w, people, {*decided});
    }
    return true;
}

// --------------------------------------------------------------------------- streams and time

void Stepper::pass_time() {
    auto const is_ahead = std::ranges::any_of(world_.reservations, [](auto const& r) {
        return r && is_live(r->state) && r->held_until > time_zero;
    });
    if (!is_ahead) {
        return;
    }
    auto after = world_;
    // Further back than a slow transaction can look, all that is over is over alike.
    auto const oldest = world_.budget.slow > 0 ? time_zero - tick : time_zero;
    auto const closer = [&](Instant& instant) {
        instant = std::max(instant - tick, oldest);
    };
    for (auto& seat : after.seats) {
        if (seat.held_until) {
            closer(*seat.held_until);
        }
    }
    for (auto& pass : after.passes) {
        if (pass.held_until) {
            closer(*pass.held_until);
        }
    }
    for (auto& reservation : after.reservations) {
        if (reservation) {
            closer(reservation->held_until);
        }
    }
    for (auto& stream : after.to_payment) {
        for (auto& message : stream.log) {
            closer(message.held_until);
        }
    }
    add("time passes", "", true, std::move(after));
}

bool Stepper::handle(std::vector<Stream> World::*streams, World& w, std::size_t key,
                     Message const& message, Instant now) {
    if (streams == &World::to_payment) {
        return react(w, key, message, now);
    }
    if (streams == &World::to_booking) {
        return answer(w, key, message, now);
    }
    if (streams == &World::to_queue) {
        return complete(w, key);
    }
    if (streams == &World::to_board) {
        return show(w, message);
    }
    auto work = thaw(w);
    if (message.what == Told::admitted) {
        book::pass_issued(work.passes, token_id(key), 1);
    } else {
        book::pass_ended(work.passes, token_id(key));
    }
    freeze(w, work);
    return true;
}

void Stepper::apply(std::vector<Stream> World::*streams, std::size_t key, std::size_t index,
                    std::string const& action, bool is_duty, World after, Instant now) {
    auto const message = (world_.*streams)[key].log[index];
    if (!handle(streams, after, key, message, now)) {
        // Refused: it stays where it is.
        return add("refuse what came out of order", name_of('R', key), false, world_);
    }
    auto& stream = (after.*streams)[key];
    if (after.budget.again == 0 && !stream.dead) {  // nobody will look back
        stream.log.erase(stream.log.begin(),
                         stream.log.begin() + static_cast<std::ptrdiff_t>(stream.done));
        stream.done = 0;
    }
    add(action, to_text(message.what) + " of " + std::to_string(key), is_duty, std::move(after));
}

void Stepper::steps_of_stream(std::vector<Stream> World::*streams, std::size_t key,
                              std::string const& to) {
    auto const& stream = (world_.*streams)[key];
    auto const copy = [&](auto change) {
        auto after = world_;
        change(after, (after.*streams)[key]);
        return after;
    };
    if (!stream.dead && stream.done < stream.log.size()) {
        auto const next = stream.done;
        auto const taken = copy([](World&, Stream& s) { s.done += 1; });
        apply(streams, key, next, "deliver " + to_text(stream.log[next].what), true, taken);
        if (stream.log[next].what == Told::requested) {  // no two databases have one clock
            apply(streams, key, next, "deliver by a late clock", false, taken, much_earlier);
        }
        if (streams == &World::to_booking && world_.budget.slow > 0) {
            auto slowly = taken;
            slowly.budget.slow -= 1;
            apply(streams, key, next, "deliver slowly", false, slowly, time_zero - tick);
        }
        if (world_.budget.dead > 0) {
            add("dead-letter", to + " " + std::to_string(key), false,
                copy([&](World& w, Stream& s) {
                    w.budget.dead -= 1;
                    s.done += 1;
                    s.dead = next;
                }));
        }
    } else if (stream.dead) {
        auto const replayed = copy([](World&, Stream& s) { s.dead.reset(); });
        apply(streams, key, *stream.dead, "replay", true, replayed);
        if (stream.log[*stream.dead].what == Told::requested) {
            apply(streams, key, *stream.dead, "replay by a late clock", false, replayed,
                  much_earlier);
        }
        if (scene_.features.reorder && stream.done < stream.log.size()) {
            apply(streams, key, stream.done, "replay out of order", false,
                  copy([](World&, Stream& s) { s.done += 1; }));
        }
    }
    for (std::size_t old = 0; world_.budget.again > 0 && old < stream.done; ++old) {
        if (stream.dead != old) {
            apply(streams, key, old, "apply again", false,
                  copy([](World& w, Stream&) { w.budget.again -= 1; }));
        }
    }
}

void Stepper::steps_of_streams(std::vector<Stream> World::*streams, std::string const& to) {
    for (std::size_t key = 0; key < (world_.*streams).size(); ++key) {
        steps_of_stream(streams, key, to);
    }
}

std::vector<Step> Stepper::run() && {
    for (std::size_t r = 0; r < scene_.requests.size(); ++r) {
        steps_of_reservation(r);
    }
    for (std::size_t t = 0; t < scene_.tokens.size(); ++t) {
        steps_of_token(t);
    }
    steps_of_streams(&World::to_payment, "to payment");
    steps_of_streams(&World::to_booking, "to booking");
    steps_of_streams(&World::to_queue, "to queue");
    steps_of_streams(&World::to_passes, "to passes");
    steps_of_streams(&World::to_board, "to board");
    give_back();
    top_up();
    pass_time();
    return std::move(out_);
}

}  // namespace

std::vector<Step> steps(Scene const& scene, World const& world, std::string const& bug) {
    return Stepper{scene, world, bug}.run();
}

std::vector<std::string> const& actions() {
    static auto const all = std::vector<std::string>{"reserve",
                                                     "take over",
                                                     "give back",
                                                     "pay",
                                                     "pay again",
                                                     "pay slowly",
                                                     "pay too late",
                                                     "extend",
                                                     "extend slowly",
                                                     "extend too late",
                                                     "cancel HELD",
                                                     "cancel PAYING",
                                                     "cancel CONFIRMED",
                                                     "cancel PARTLY_CANCELLED",
                                                     "cancel CANCELLED",
                                                     "cancel one seat",
                                                     "cancel too late",
                                                     "time passes",
                                                     "sweeper expires",
                                                     "deliver requested",
                                                     "deliver authorized",
                                                     "deliver declined",
                                                     "deliver confirmed",
                                                     "deliver expired",
                                                     "deliver cancelled",
                                                     "deliver partly_cancelled",
                                                     "deliver seats changed",
                                                     "deliver admitted",
                                                     "deliver left",
                                                     "deliver revoked",
                                                     "deliver admission over",
                                                     "deliver completed",
                                                     "deliver by a late clock",
                                                     "replay by a late clock",
                                                     "replay out of order",
                                                     "refuse what came out of order",
                                                     "deliver slowly",
                                                     "join",
                                                     "admit",
                                                     "leave",
                                                     "leave while waiting",
                                                     "revoke",
                                                     "expire token",
                                                     "dead-letter",
                                                     "replay",
                                                     "apply again",
                                                     "top up"};
    return all;
}

std::vector<std::pair<std::string, std::string>> const& bugs() {
    static auto const all = std::vector<std::pair<std::string, std::string>>{
        {"confirm_without_fence", "confirming looks at the clock only"},
        {"capture_without_dedup", "neither inbox nor state guards the capture"},
        {"expire_without_void", "payment does not react to expired"},
        {"expire_without_event", "the handler that finds the time over tells nobody"},
        {"takeover_ignores_paying_deadline", "paying raises the reservation's deadline only"},
        {"old_decline_accepted", "booking ignores which attempt was declined"},
        {"old_request_accepted", "payment ignores the attempt of a request"},
        {"token_completed_by_user", "queue completes the user's current token"},
        {"tombstone_missing", "expired without a payment writes nothing"},
        {"release_without_fence", "an expiring reservation frees its seats, whoever has them"},
        {"spends_pending_money", "an authorization counts money that is set aside already"},
        {"leaving_frees_again", "leaving frees a place whatever the token's state"},
        {"admits_over_capacity", "two admitters, no cap in the transaction"},
        {"pass_not_spent", "confirming does not spend the pass"},
        {"pass_for_two", "reserving does not look for a live reservation of the pass"},
        {"decline_forgets_return", "a decline leaves PAYING, and only HELD is swept"},
        {"pay_without_fence", "entering PAYING does not look whose the seats are by now"},
        {"pass_not_held", "nor whom the pass names by now"},
        {"declined_not_closed", "expired does not turn DECLINED into VOIDED"},
        {"extend_without_fence", "extending does not look whose the seats are by now"},
        {"double_cancel_refunds_twice", "a second cancellation tells it again, nobody asks twice"},
        {"void_after_confirm", "cancelling what was paid gives back no money"},
        {"partial_before_capture", "a partial cancellation before its capture is ignored"},
        {"reader_ignores_fence", "the read model applies every change of a seat"},
        {"reader_by_fence_alone", "within one fence it applies what comes last"},
    };
    return all;
}

}  // namespace frontrow::model
