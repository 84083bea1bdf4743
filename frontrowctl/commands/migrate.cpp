// `frontrowctl migrate`: brings the databases to the schema that this build's services need.
#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "booking-migrations.hpp"
#include "common/pg/migrations.hpp"
#include "dataplatform-migrations.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"
#include "payment-migrations.hpp"
#include "queue-migrations.hpp"

namespace frontrow::commands {
namespace {

using terminal::CommandFailed;
using terminal::ExitCode;

struct Database {
    char const* name;  ///< also the role of its service
    char const* url_flag;
    char const* url_variable;
    std::span<pg::Migration const> (*migrations)();
};

constexpr auto databases = std::array{
    Database{"booking", "--booking-url", "FRONTROW_BOOKING_DATABASE_URL", booking_migrations},
    Database{"payment", "--payment-url", "FRONTROW_PAYMENT_DATABASE_URL", payment_migrations},
    Database{"queue", "--queue-url", "FRONTROW_QUEUE_DATABASE_URL", queue_migrations},
    Database{"dataplatform", "--dataplatform-url", "FRONTROW_DATAPLATFORM_DATABASE_URL",
             dataplatform_migrations},
};

struct Options {
    std::vector<std::string> names;
    std::array<std::string, databases.size()> urls;
    std::string service_role;
    std::string relay_role{"relay"};
    bool own_role{false};
    bool check{false};
    OutputOption output;
};

terminal::Raw array_of(std::vector<std::string> const& names) {
    auto text = std::string{};
    for (auto const& name : names) {
        text += (text.empty() ? "\"" : ",\"") + name + "\"";
    }
    return {"[" + text + "]"};
}

void migrate_one(Options const& options, Database const& database, std::string const& url,
                 terminal::Listing& listing, bool& is_missing) {
    auto connect = pg::ConnectOptions{};
    connect.url = url;
    connect.application_name = "frontrowctl migrate";
    connect.statement_timeout = std::chrono::minutes{10};
    auto connection = pg::Connection{connect};
    auto const migrations = database.migrations();
    if (options.check) {
        auto const missing = pg::missing_migrations(connection, migrations);
        is_missing = is_missing || !missing.empty();
        return listing.add({std::string{database.name}, array_of(missing),
                            static_cast<std::int64_t>(migrations.size() - missing.size())});
    }
    auto const role = options.service_role.empty() ? database.name : options.service_role;
    auto const report = pg::migrate(connection, migrations, options.own_role ? "" : role,
                                    options.own_role ? "" : options.relay_role);
    listing.add({std::string{database.name}, array_of(report.applied),
                 static_cast<std::int64_t>(report.present)});
}

void run(Options const& options) {
    auto const what = options.check ? terminal::Column{"missing", "MISSING"}
                                    : terminal::Column{"applied", "APPLIED"};
    auto listing = terminal::Listing{
        options.output.format(), {{"database", "DATABASE"}, what, {"present", "PRESENT BEFORE"}}};
    auto const all = options.names.empty() || options.names.front() == "all";
    auto is_missing = false;
    for (auto i = std::size_t{0}; i < databases.size(); ++i) {
        auto const& database = databases[i];
        if (!all && std::ranges::find(options.names, database.name) == options.names.end()) {
            continue;
        }
        if (options.urls[i].empty()) {
            listing.end();
            throw CommandFailed{ExitCode::usage, std::string{database.url_flag} + " or " +
                                                     database.url_variable + " is needed"};
        }
        migrate_one(options, database, options.urls[i], listing, is_missing);
    }
    listing.end();
    if (is_missing) {
        throw CommandFailed{ExitCode::error, "migrations are missing; run `frontrowctl migrate`"};
    }
}

}  // namespace

void add_migrate(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const migrate =
        program.add_subcommand("migrate", "bring databases to the schema of this build");
    migrate->add_option("database", options->names, "booking, payment, queue, dataplatform or all")
        ->check(CLI::IsMember({"booking", "payment", "queue", "dataplatform", "all"}));
    for (auto i = std::size_t{0}; i < databases.size(); ++i) {
        migrate->add_option(databases[i].url_flag, options->urls[i], "the owner's URL")
            ->envname(databases[i].url_variable);
    }
    migrate->add_option("--service-role", options->service_role,
                        "the role that the service connects as (default: the database's name)");
    migrate->add_option("--relay-role", options->relay_role, "the role that the relay connects as")
        ->capture_default_str();
    migrate->add_flag("--own-role", options->own_role,
                      "services connect as the owner itself: no other role gets rights");
    migrate->add_flag("--check", options->check, "only say what is missing");
    options->output.add_to(*migrate);
    migrate->callback([options] { guarded([&] { run(*options); }); });
}

}  // namespace frontrow::commands
