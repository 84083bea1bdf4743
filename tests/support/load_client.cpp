// Each worker is one customer after the other; a request without an answer is repeated with its
// key.
#include "tests/support/load_client.hpp"

#include <algorithm>

#include "common/core/uuid.hpp"

namespace frontrow::support {
namespace {

using namespace std::chrono_literals;

constexpr auto pause_between_attempts = 20ms;
constexpr auto pause_max = 160ms;

/// The world's fault, or another request with this key is under way: the same again, later.
bool asks_to_repeat(Answer const& answer) {
    return answer.status == 0 || answer.status >= 500 || answer.status == 429 ||
           answer.member("code") == "request-in-progress";
}

}  // namespace

/// One purchase from the empty wallet to the seat.
class LoadClient::Customer {
  public:
    Customer(LoadClient& load, HttpClient& http, Purchase& purchase, std::size_t replica)
        : load_{load}, http_{http}, purchase_{purchase}, replica_{replica} {}

    void buy() {
        headers_ = load_.stack_.as(purchase_.user);
        if (!top_up() || !get_pass()) {
            return;
        }
        if (load_.options_.hopeless) {
            refused_before();
        }
        if (hold()) {
            load_.await_followers(purchase_.seat - load_.options_.first_seat);
            if (pay()) {
                follow();
            }
        }
        if (load_.options_.hopeless) {
            ask("hold again", "booking", "POST", "/v1/reservations", with_key() + pass_, wish(1));
        }
    }

  private:
    [[nodiscard]] Headers with_key() const { return headers_ + key(new_uuid().to_string()); }
    [[nodiscard]] std::string wish(int seat) const {
        return R"({"showId":")" + load_.options_.show + R"(","seatIds":[)" + std::to_string(seat) +
               "]}";
    }

    /// Until it is answered; every attempt at another replica.
    Answer ask(std::string const& what, std::string const& service, std::string const& method,
               std::string const& path, Headers const& headers, std::string const& body = {}) {
        for (auto pause = pause_between_attempts;; pause = std::min(2 * pause, pause_max)) {
            auto const replica = replica_ % load_.stack_.replicas_of(service);
            auto answer =
                http_.request(method, load_.stack_.url(service, replica) + path, headers, body);
            if (!asks_to_repeat(answer)) {
                load_.note({purchase_.user, what, replica, answer.status, answer.member("id"),
                            answer.member("code")});
                return answer;
            }
            load_.cut_off_ += answer.cut_off ? 1 : 0;
            if (load_.gives_up()) {
                ++load_.unanswered_;
                return {};
            }
            ++replica_;
            std::this_thread::sleep_for(pause);
        }
    }

    bool top_up() {
        return ask("top-up", "payment", "POST", "/v1/wallet/top-ups", with_key(),
                   R"({"amount":{"amount":)" + std::to_string(load_.options_.money) +
                       R"(,"currency":"EUR"}})")
                   .status == 201;
    }

    bool get_pass() {
        auto token = std::string{};
        while (token.empty() && !load_.gives_up()) {  // a new show takes a moment to be known
            auto const joined =
                ask("join", "queue", "POST", "/v1/shows/" + load_.options_.show + "/queue-tokens",
                    with_key());
            token = joined.status / 100 == 2 ? joined.member("id") : "";
            if (token.empty()) {
                std::this_thread::sleep_for(pause_between_attempts);
            }
        }
        for (auto pause = pause_between_attempts; !load_.gives_up();
             pause = std::min(2 * pause, pause_max)) {
            auto const seen = ask("look", "queue", "GET", "/v1/queue-tokens/" + token, headers_);
            if (seen.member("state") == "ADMITTED") {
                pass_ = {{"Queue-Pass", seen.member("pass")}};
                return true;
            }
            std::this_thread::sleep_for(pause);
        }
        return false;
    }

    void refused_before() {
        ask("hold nothing", "booking", "POST", "/v1/reservations", with_key() + pass_,
            wish(999'999));
        ask("pay nothing", "booking", "POST",
            "/v1/reservations/" + new_uuid().to_string() + "/payment", with_key());
        ask("top-up of a debt", "payment", "POST", "/v1/wallet/top-ups", with_key(),
            R"({"amount":{"amount":-5,"currency":"EUR"}})");
    }

    bool hold() {
        auto const held = ask("hold", "booking", "POST", "/v1/reservations", with_key() + pass_,
                              wish(purchase_.seat));
        purchase_.reservation = held.status == 201 ? held.member("id") : "";
        purchase_.state = held.status == 201 ? held.member("state") : held.member("code");
        return held.status == 201;
    }

    bool pay() {
        auto const paid =
            ask("pay", "booking", "POST", "/v1/reservations/" + purchase_.reservation + "/payment",
                with_key() + Headers{{"Prefer", "wait=2"}});
        if (paid.status / 100 == 2) {
            purchase_.state = paid.member("state");
        }
        return paid.status / 100 == 2;
    }

    void follow() {
        auto pause = pause_between_attempts;
        while (purchase_.state == "PAYING" && !load_.gives_up()) {
            std::this_thread::sleep_for(pause);
            pause = std::min(2 * pause, pause_max);
            auto const seen = ask("look", "booking", "GET",
                                  "/v1/reservations/" + purchase_.reservation, headers_);
            if (seen.status == 200) {
                purchase_.state = seen.member("state");
            }
        }
    }

    LoadClient& load_;
    HttpClient& http_;
    Purchase& purchase_;
    std::size_t replica_;
    Headers headers_;
    Headers pass_;
};

LoadClient::LoadClient(WholeStack const& stack, Options options)
    : stack_{stack}, options_{std::move(options)} {
    purchases_.resize(static_cast<std::size_t>(options_.purchases));
    for (auto n = 0; n < options_.purchases; ++n) {
        auto& purchase = purchases_[static_cast<std::size_t>(n)];
        purchase.seat = options_.first_seat + n;
        purchase.user = options_.name + "-" + std::to_string(purchase.seat);
    }
    for (std::size_t worker = 0; worker < options_.workers; ++worker) {
        threads_.emplace_back([this, worker] { work(worker); });
    }
}

LoadClient::~LoadClient() {
    finish_within({});
}

/// The first begin at once, so that enough are under way.
void LoadClient::await_pace() {
    if (options_.pace.count() == 0 || begun_ < options_.kept_under_way) {
        return;
    }
    auto mine = std::chrono::steady_clock::now();
    {
        auto const lock = std::scoped_lock{mutex_};
        mine = std::max(mine, next_begin_);
        next_begin_ = mine + options_.pace;
    }
    while (!hurried_ && !gives_up() && std::chrono::steady_clock::now() < mine) {
        std::this_thread::sleep_for(5ms);
    }
}

void LoadClient::await_followers(int mine) {
    ++about_to_pay_;
    while (!hurried_ && !gives_up() && begun_ <= mine + options_.kept_under_way) {
        std::this_thread::sleep_for(5ms);
    }
    --about_to_pay_;
}

void LoadClient::work(std::size_t worker) {
    auto http = HttpClient{options_.patience};
    while (!gives_up()) {
        await_pace();
        auto const mine = begun_.fetch_add(1);
        if (mine >= options_.purchases) {
            --begun_;
            return;
        }
        Customer{*this, http, purchases_[static_cast<std::size_t>(mine)], worker}.buy();
        ++done_;
    }
}

void LoadClient::note(Told told) {
    auto const lock = std::scoped_lock{mutex_};
    told_.push_back(std::move(told));
}

void LoadClient::finish_within(std::chrono::seconds patience) {
    hurry();
    auto const until = std::chrono::steady_clock::now() + patience;
    while (done_ < options_.purchases && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(5ms);
    }
    gives_up_ = true;
    for (auto& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

int LoadClient::count(std::string const& state) const {
    return static_cast<int>(std::ranges::count(purchases_, state, &Purchase::state));
}

std::string LoadClient::summary() const {
    auto counts = std::map<std::string, int>{};
    for (auto const& purchase : purchases_) {
        ++counts[purchase.state.empty() ? "nothing" : purchase.state];
    }
    auto text = std::to_string(unanswered_) + " unanswered";
    for (auto const& [state, number] : counts) {
        text += ", " + std::to_string(number) + " " + state;
    }
    return text;
}

}  // namespace frontrow::support
