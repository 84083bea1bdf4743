// What every race of many clients at two replicas needs.
#include "tests/system/whole/rivals.hpp"

#include <sstream>

namespace frontrow::whole {

void Answers::add(std::size_t replica, Answer const& answer) {
    auto const lock = std::scoped_lock{mutex_};
    ++counts_[answer.status];
    replicas_[answer.status].insert(replica);
    if (answer.status / 100 != 2) {
        return;
    }
    bodies_.insert(answer.body);
    if (answer.header("idempotent-replayed") == "true") {
        replaying_.insert(replica);
    } else {
        ++originals_;
    }
}

Answer Rivals::post(std::string const& program, std::size_t replica, std::string const& path,
                    std::string const& user, std::string const& idempotency_key,
                    std::string const& body, Headers const& more) {
    return support::HttpClient{}.request("POST", stack_.url(program, replica) + path,
                                         stack_.as(user) + support::key(idempotency_key) + more,
                                         body);
}

double Rivals::metric(std::string const& program, std::size_t replica, std::string const& name,
                      std::string const& label) const {
    auto const answer =
        support::HttpClient{}.request("GET", stack_.admin_url(program, replica) + "/metrics");
    EXPECT_EQ(answer.status, 200);
    auto lines = std::istringstream{answer.body};
    auto line = std::string{};
    auto sum = 0.0;
    while (std::getline(lines, line)) {
        auto const names_it = line.starts_with(name + " ") || line.starts_with(name + "{");
        if (names_it && line.find(label) != std::string::npos) {
            sum += std::stod(line.substr(line.rfind(' ') + 1));
        }
    }
    return sum;
}

void Rivals::watch_deadlocks(std::string const& program) {
    stack_.database(program).run_script(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''50ms''', "
        "current_database()); END $$");
    for (std::size_t replica = 0; replica < 2; ++replica) {
        stack_.kill(program, replica);
        stack_.start(program, replica);
    }
}

void Rivals::expect_no_deadlock(std::string const& program) {
    // Sessions have told all their figures only when they have ended.
    stack_.kill(program, 0);
    stack_.kill(program, 1);
    EXPECT_TRUE(support::eventually([&] {
        return stack_.ask(program, "SELECT count(*) FROM pg_stat_activity WHERE usename = '" +
                                       program + "' AND datname = current_database()") == "0";
    }));
    EXPECT_EQ(stack_.ask(program,
                         "SELECT deadlocks FROM pg_stat_database "
                         "WHERE datname = current_database()"),
              "0");
}

}  // namespace frontrow::whole
