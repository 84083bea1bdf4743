// Makes the database of the reference, and runs the steps by pgbench.
#include "tests/bench/reference_sale.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "booking-migrations.hpp"
#include "common/core/uuid.hpp"
#include "dataplatform-migrations.hpp"
#include "payment-migrations.hpp"
#include "queue-migrations.hpp"
#include "tests/bench/stage.hpp"

namespace frontrow::bench {
namespace {

/// Of all services together; what they share stands once.
std::vector<pg::Migration> all_migrations() {
    auto all = std::vector<pg::Migration>{};
    for (auto const& of_service : {booking_migrations(), payment_migrations(), queue_migrations(),
                                   dataplatform_migrations()}) {
        for (auto const& migration : of_service) {
            if (std::ranges::find(all, migration.name, &pg::Migration::name) == all.end()) {
                all.push_back(migration);
            }
        }
    }
    return all;
}

std::string make_database() {
    auto const url = support::migrated_database("all-in-one", all_migrations());
    return support::postgres().as_role("booking", url);
}

}  // namespace

ReferenceSale::ReferenceSale(int purchases, int customers)
    : url_{make_database()},
      session_{patient_session(support::postgres().as_role("postgres", url_))},
      prefix_{new_uuid().to_string().substr(0, 13)},
      customers_{customers} {
    make_show(session_, purchases);
    session_.run_script(fmt::format(
        R"sql(
        INSERT INTO wallets (user_id, currency, available, pending, version)
        SELECT 'buyer-' || number, 'EUR', 1000000000000, 0, 1
        FROM generate_series(0, {2} - 1) AS number;
        INSERT INTO gates (show_id, opens_at, capacity, active, tail, watermark, mean_stay_ms)
        VALUES ('{0}', now(), {1}, {1}, {1}, {1}, 1000);
        INSERT INTO tokens (id, show_id, user_id, number, state, generation, heartbeat_at,
                            admitted_at, expires_at, version, correlation_id)
        SELECT ('{3}-7000-a000-' || lpad(to_hex(number), 12, '0'))::uuid, '{0}',
               'buyer-' || number, number + 1, 'ADMITTED', 1, now(), now(),
               now() + interval '2 hours', 2, '0af7651916cd43dd8448eb211c80319c'
        FROM generate_series(0, {1} - 1) AS number;
        INSERT INTO passes (token_id, generation) SELECT id, 1 FROM tokens ORDER BY id;
        )sql",
        made_show, purchases, customers, prefix_));
    settle(session_);
}

PgbenchResult ReferenceSale::run(std::vector<std::string> const& steps, int purchases, int first) {
    return pgbench(run_of(steps, purchases, first));
}

double ReferenceSale::paced_p50_ms(std::vector<std::string> const& steps, int purchases, int first,
                                   int per_second) {
    auto run = run_of(steps, purchases, first);
    run.paced_per_second = per_second;
    return pgbench(run).latency_p50_ms;
}

PgbenchRun ReferenceSale::run_of(std::vector<std::string> const& steps, int purchases, int first) {
    auto scripts = std::vector<std::string>{"purchase_variables"};
    scripts.insert(scripts.end(), steps.begin(), steps.end());
    return {.url = url_,
            .scripts = scripts,
            .clients = 1,
            .transactions = purchases,
            .variables = {{"i", "0"},
                          {"first", std::to_string(first)},
                          {"prefix", prefix_},
                          {"show", made_show},
                          {"customers", std::to_string(customers_)}}};
}

std::vector<std::string> const& ReferenceSale::all_steps() {
    static auto const all = std::vector<std::string>{
        "purchase_hold",    "purchase_pay",      "purchase_authorize", "purchase_confirm",
        "purchase_capture", "purchase_complete", "purchase_hear",      "purchase_record"};
    return all;
}

}  // namespace frontrow::bench
