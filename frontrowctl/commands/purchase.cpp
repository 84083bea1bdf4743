// Buys seats as any client would.
#include "frontrowctl/commands/purchase.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <thread>

#include "common/core/clock.hpp"
#include "common/json/writer.hpp"
#include "frontrowctl/commands/demo_concert.hpp"
#include "frontrowctl/terminal/exit_code.hpp"

namespace frontrow::commands {
namespace {

using api::escaped;
using api::integer_of;
using api::text_of;
using terminal::CommandFailed;
using terminal::ExitCode;
using namespace std::chrono_literals;

constexpr auto request_timeout = 30s;
constexpr auto seat_attempts_max = 10;

json::Value::Array const& items_of(json::Value const& page, std::string_view name = "items") {
    static auto const none = json::Value::Array{};
    auto const* const items = page.find(name);
    return items == nullptr || items->array() == nullptr ? none : *items->array();
}

Price price_of(json::Value const& object, std::string_view name) {
    auto const* const money = object.find(name);
    if (money == nullptr) {
        return {};
    }
    return {.amount = integer_of(*money, "amount"), .currency = text_of(*money, "currency")};
}

api::Answer expect(api::Answer answer, std::string const& doing) {
    if (!answer.is_success()) {
        auto const refused = answer.status >= 400 && answer.status < 500;
        throw CommandFailed{refused ? ExitCode::refused : ExitCode::error,
                            doing + " failed: " + answer.problem()};
    }
    return answer;
}

}  // namespace

std::string spelled(Price const& price) {
    static auto const without_minor =
        std::set<std::string>{"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"};
    if (without_minor.contains(price.currency)) {
        return fmt::format("{} {}", price.amount, price.currency);
    }
    auto const sign = price.amount < 0 ? "-" : "";
    auto const absolute = price.amount < 0 ? -price.amount : price.amount;
    return fmt::format("{}{}.{:02} {}", sign, absolute / 100, absolute % 100, price.currency);
}

Purchase::Purchase(PurchaseOptions options, Steps& steps)
    : options_{std::move(options)},
      steps_{steps},
      client_{options_.url, options_.user_token, request_timeout} {}

Purchased Purchase::run() {
    find_show();
    read_prices();
    join_queue();
    top_up();
    if (!take_up_hold()) {
        hold_seats();
    }
    pay();
    expect_wallet_reduced();
    expect_seats_sold();
    expect_token_completed();
    expect_timeline();
    return purchased_;
}

void Purchase::wait_until(std::string const& what, std::chrono::milliseconds pause,
                          std::function<bool()> const& done) const {
    auto const deadline = std::chrono::steady_clock::now() + options_.patience;
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw CommandFailed{ExitCode::error, fmt::format("{}: not within {} s", what,
                                                             options_.patience.count())};
        }
        std::this_thread::sleep_for(pause);
    }
}

void Purchase::find_show() {
    auto path = std::string{"/v1/concerts?limit=100"};
    while (!path.empty()) {
        auto const page = expect(client_.get(path), "listing concerts").json();
        for (auto const& concert : items_of(page)) {
            if (text_of(concert, "title") == options_.concert_title &&
                choose_show_of(text_of(concert, "id"))) {
                return;
            }
        }
        auto const cursor = text_of(page, "nextCursor");
        path = cursor.empty() ? "" : "/v1/concerts?limit=100&cursor=" + escaped(cursor);
    }
    create_concert();
}

bool Purchase::choose_show_of(std::string const& concert) {
    auto const path = "/v1/concerts/" + escaped(concert) + "/shows";
    auto const answer = expect(client_.get(path), "listing shows");
    auto const page = answer.json();
    for (auto const& show : items_of(page)) {
        auto const id = text_of(show, "id");
        auto const free = expect(client_.get("/v1/shows/" + escaped(id) + "/availability"),
                                 "reading the free seats")
                              .json();
        if (text_of(show, "state") == "OPEN" &&
            integer_of(free, "free") >= static_cast<std::int64_t>(options_.seats)) {
            purchased_.show = id;
            steps_.add({"show", "GET /v1/concerts/{id}/shows", answer.status,
                        fmt::format("\"{}\" on {}, {} of {} seats free", options_.concert_title,
                                    text_of(show, "startsAt"), integer_of(free, "free"),
                                    integer_of(show, "seats"))});
            return true;
        }
    }
    return false;
}

void Purchase::create_concert() {
    if (options_.ops_token.empty()) {
        throw CommandFailed{ExitCode::usage,
                            fmt::format("no show of \"{}\" is on sale, and --ops-token or "
                                        "FRONTROW_OPS_TOKEN is needed to create one",
                                        options_.concert_title)};
    }
    auto const concert = demo_concert(options_.concert_title, SystemClock{}.now());
    auto operations = api::Client{options_.url, options_.ops_token, request_timeout};
    auto const answer = expect(operations.post("/v1/admin/booking/concerts", concert.json,
                                               {{"Idempotency-Key", concert.idempotency_key}}),
                               "creating the concert");
    auto const made = answer.json();
    steps_.add({"concert", "POST /v1/admin/booking/concerts", answer.status,
                fmt::format("\"{}\" with {} shows", text_of(made, "title"),
                            items_of(made, "shows").size())});
    if (!choose_show_of(text_of(made, "id"))) {
        throw CommandFailed{ExitCode::error, "the new concert has no show on sale"};
    }
}

void Purchase::read_prices() {
    auto const path = "/v1/shows/" + escaped(purchased_.show) + "/seats";
    auto const answer = expect(client_.get(path), "reading the layout");
    auto const layout = answer.json();
    auto sections = std::vector<std::string>{};
    for (auto const& section : items_of(layout, "sections")) {
        auto const price = price_of(section, "price");
        sections.push_back(fmt::format("{} {}", text_of(section, "name"), spelled(price)));
        for (auto const& row : items_of(section, "rows")) {
            prices_.resize(prices_.size() + static_cast<std::size_t>(integer_of(row, "seats")),
                           price.amount);
            row_ends_.push_back(static_cast<std::int64_t>(prices_.size()));
        }
    }
    steps_.add({"seats", "GET /v1/shows/{id}/seats", answer.status,
                fmt::format("{}", fmt::join(sections, ", "))});
}

void Purchase::join_queue() {
    auto const show =
        expect(client_.get("/v1/shows/" + escaped(purchased_.show)), "reading the show").json();
    if (integer_of(show, "admissionCapacity") == 0) {
        return;
    }
    auto const path = "/v1/shows/" + escaped(purchased_.show) + "/queue-tokens";
    auto const key = api::with_new_key();
    auto answer = api::Answer{};
    // A new show reaches the queue as an event, so it may be unknown there for a moment.
    wait_until("the queue does not know the show", 100ms, [&] {
        answer = client_.post(path, "", answer.status == 0 ? key : api::with_new_key());
        return answer.status != 404;
    });
    auto const token = expect(answer, "joining the queue").json();
    purchased_.queue_token = text_of(token, "id");
    auto const place = token.find("ahead") != nullptr && token.find("ahead")->integer()
                           ? fmt::format(", {} ahead", integer_of(token, "ahead"))
                           : std::string{};
    steps_.add({"queue", "POST /v1/shows/{id}/queue-tokens", answer.status,
                text_of(token, "state") + place});
    pass_ = text_of(token, "pass");
    poll_after_ = std::chrono::milliseconds{
        std::clamp<std::int64_t>(integer_of(token, "pollAfterMs", 500), 10, 5'000)};
    if (pass_.empty()) {
        wait_for_admission();
    }
}

void Purchase::wait_for_admission() {
    auto state = std::string{};
    auto status = 0;
    wait_until("not admitted", poll_after_, [&] {
        auto const answer =
            expect(client_.get("/v1/queue-tokens/" + escaped(purchased_.queue_token)),
                   "asking for the place in the queue");
        auto const token = answer.json();
        status = answer.status;
        state = text_of(token, "state");
        pass_ = text_of(token, "pass");
        return state != "WAITING";
    });
    steps_.add({"admitted", "GET /v1/queue-tokens/{id}", status, state});
    if (pass_.empty()) {
        throw CommandFailed{ExitCode::error, "the queue token is " + state + " and has no pass"};
    }
}

Purchase::Wallet Purchase::wallet() {
    auto const wallet = expect(client_.get("/v1/wallet"), "reading the wallet").json();
    return {.available = price_of(wallet, "available"),
            .pending = price_of(wallet, "pending"),
            .balance = price_of(wallet, "balance")};
}

void Purchase::top_up() {
    auto const dearest = prices_.empty() ? 0 : std::ranges::max(prices_);
    auto const amount =
        Price{.amount = dearest * static_cast<std::int64_t>(options_.seats), .currency = "EUR"};
    auto const body = json::Writer{}
                          .object()
                          .key("amount")
                          .object()
                          .member("amount", amount.amount)
                          .member("currency", amount.currency)
                          .end()
                          .end()
                          .text();
    auto const answer = expect(client_.post("/v1/wallet/top-ups", body, api::with_new_key()),
                               "topping up the wallet");
    before_ = wallet();
    steps_.add({"wallet", "POST /v1/wallet/top-ups", answer.status,
                fmt::format("+{}, available {}", spelled(amount), spelled(before_.available))});
}

void Purchase::read_reservation(json::Value const& reservation) {
    purchased_.reservation = text_of(reservation, "id");
    purchased_.total = price_of(reservation, "total");
    purchased_.seats.clear();
    for (auto const& seat : items_of(reservation, "seats")) {
        purchased_.seats.push_back(integer_of(seat, "seatId"));
    }
    reservation_state_ = text_of(reservation, "state");
}

bool Purchase::take_up_hold() {
    auto const page = expect(client_.get("/v1/reservations?limit=100"), "listing reservations");
    auto const list = page.json();
    for (auto const& reservation : items_of(list)) {
        auto const until = parse_rfc3339(text_of(reservation, "heldUntil"));
        if (text_of(reservation, "state") == "HELD" &&
            text_of(reservation, "showId") == purchased_.show && until &&
            *until > SystemClock{}.now() + 5s) {
            read_reservation(reservation);
            steps_.add({"hold", "GET /v1/reservations", page.status,
                        fmt::format("seats {} are held from an earlier run",
                                    fmt::join(purchased_.seats, ", "))});
            return true;
        }
    }
    return false;
}

std::vector<std::int64_t> Purchase::choose_seats() {
    auto const taken_list =
        expect(client_.get("/v1/shows/" + escaped(purchased_.show) + "/availability"),
               "reading the free seats")
            .json();
    auto taken = std::set<std::int64_t>{};
    for (auto const& seat : items_of(taken_list, "taken")) {
        taken.insert(integer_of(seat, "seatId"));
    }
    // Side by side in one row; else the first that are free.
    auto any = std::vector<std::int64_t>{};
    auto together = std::vector<std::int64_t>{};
    auto row = row_ends_.begin();
    for (auto seat = std::int64_t{1}; seat <= static_cast<std::int64_t>(prices_.size()); ++seat) {
        if (seat > *row) {
            ++row;
            together.clear();
        }
        if (taken.contains(seat)) {
            together.clear();
            continue;
        }
        together.push_back(seat);
        if (any.size() < options_.seats) {
            any.push_back(seat);
        }
        if (together.size() == options_.seats) {
            return together;
        }
    }
    return any;
}

void Purchase::hold_seats() {
    auto headers = api::Client::Headers{};
    if (!pass_.empty()) {
        headers["Queue-Pass"] = pass_;
    }
    for (auto attempt = 1;; ++attempt) {
        auto const seats = choose_seats();
        auto writer = json::Writer{};
        writer.object().member("showId", purchased_.show).key("seatIds").array();
        for (auto const seat : seats) {
            writer.value(seat);
        }
        headers["Idempotency-Key"] = api::with_new_key().at("Idempotency-Key");
        auto answer = client_.post("/v1/reservations", writer.end().end().text(), headers);
        auto const conflict =
            answer.status == 409 && text_of(answer.json(), "code") == "seat-unavailable";
        if (conflict && attempt < seat_attempts_max) {
            steps_.add(
                {"hold", "POST /v1/reservations", answer.status,
                 fmt::format("seats {} were just taken; choosing others", fmt::join(seats, ", "))});
            continue;
        }
        auto const reservation = expect(std::move(answer), "holding seats").json();
        read_reservation(reservation);
        steps_.add({"hold", "POST /v1/reservations", 201,
                    fmt::format("seats {} HELD until {}, {}", fmt::join(purchased_.seats, ", "),
                                text_of(reservation, "heldUntil"), spelled(purchased_.total))});
        return;
    }
}

void Purchase::pay() {
    auto const path = "/v1/reservations/" + escaped(purchased_.reservation);
    auto headers = api::with_new_key();
    headers["Prefer"] = "wait=10";
    auto const answer = expect(client_.post(path + "/payment", "", headers), "paying");
    read_reservation(answer.json());
    steps_.add({"pay", "POST /v1/reservations/{id}/payment", answer.status, reservation_state_});
    if (reservation_state_ == "PAYING") {
        auto last = api::Answer{};
        wait_until("the reservation is still PAYING", 200ms, [&] {
            last = expect(client_.get(path), "reading the reservation");
            read_reservation(last.json());
            return reservation_state_ != "PAYING";
        });
        steps_.add({"paid", "GET /v1/reservations/{id}", last.status, reservation_state_});
    }
    if (reservation_state_ != "CONFIRMED") {
        throw CommandFailed{ExitCode::error,
                            "the reservation is " + reservation_state_ + ", not CONFIRMED"};
    }
}

void Purchase::expect_wallet_reduced() {
    auto const expected = before_.balance.amount - purchased_.total.amount;
    auto now = Wallet{};
    wait_until(fmt::format("the balance is not reduced by {}", spelled(purchased_.total)), 50ms,
               [&] {
                   now = wallet();
                   return now.balance.amount == expected && now.pending.amount == 0;
               });
    steps_.add({"balance", "GET /v1/wallet", 200,
                fmt::format("{} -> {}", spelled(before_.balance), spelled(now.balance))});
}

void Purchase::expect_seats_sold() {
    auto const answer =
        expect(client_.get("/v1/shows/" + escaped(purchased_.show) + "/availability"),
               "reading the seats");
    auto const availability = answer.json();
    auto sold = std::set<std::int64_t>{};
    for (auto const& seat : items_of(availability, "taken")) {
        if (text_of(seat, "state") == "SOLD") {
            sold.insert(integer_of(seat, "seatId"));
        }
    }
    for (auto const seat : purchased_.seats) {
        if (!sold.contains(seat)) {
            throw CommandFailed{ExitCode::error, fmt::format("seat {} is not SOLD", seat)};
        }
    }
    steps_.add({"sold", "GET /v1/shows/{id}/availability", answer.status,
                fmt::format("seats {} SOLD", fmt::join(purchased_.seats, ", "))});
}

void Purchase::expect_token_completed() {
    if (purchased_.queue_token.empty()) {
        return;
    }
    auto const path = "/v1/queue-tokens/" + escaped(purchased_.queue_token);
    wait_until("the queue token is not COMPLETED", 50ms, [&] {
        auto const token = expect(client_.get(path), "reading the queue token").json();
        return text_of(token, "state") == "COMPLETED";
    });
    steps_.add({"token", "GET /v1/queue-tokens/{id}", 200, "COMPLETED, its place is free"});
}

void Purchase::expect_timeline() {
    auto const expected =
        std::vector<std::string>{"reservation.held", "reservation.payment_requested",
                                 "payment.authorized", "reservation.confirmed", "payment.captured"};
    auto const path = "/v1/timeline/" + escaped(purchased_.reservation);
    auto types = std::vector<std::string>{};
    wait_until("the history is not complete", 100ms, [&] {
        auto const answer = client_.get(path);
        if (answer.status == 404) {
            return false;  // nothing of it has arrived yet
        }
        types.clear();
        auto const timeline = expect(answer, "reading the history").json();
        for (auto const& event : items_of(timeline, "events")) {
            types.push_back(text_of(event, "type"));
        }
        return std::ranges::all_of(expected, [&](std::string const& type) {
            return std::ranges::any_of(types, [&](std::string const& seen) {
                return seen.find("." + type + ".") != std::string::npos;
            });
        });
    });
    for (auto& type : types) {  // frontrow.booking.reservation.held.v1 -> reservation.held
        auto const start = type.find('.', type.find('.') + 1) + 1;
        type = type.substr(start, type.rfind('.') - start);
    }
    steps_.add(
        {"history", "GET /v1/timeline/{id}", 200, fmt::format("{}", fmt::join(types, " > "))});
}

}  // namespace frontrow::commands
