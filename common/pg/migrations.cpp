// Applies migrations under an advisory lock and remembers their checksums.
#include "common/pg/migrations.hpp"

#include <stdexcept>

#include "common/pg/transaction.hpp"

namespace frontrow::pg {
namespace {

/// Any number that nobody else takes: all programs of one database share it.
constexpr auto take_turn = R"sql(
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(7030271146280014195);
    SET LOCAL lock_timeout = '5s';
)sql";

constexpr auto create_table = R"sql(
    CREATE TABLE IF NOT EXISTS public.schema_migrations (
        name text PRIMARY KEY,
        checksum bytea NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    GRANT SELECT ON public.schema_migrations TO @service_role@, @relay_role@;
)sql";

constexpr auto table_exists = Statement{"schema_migrations_exists", R"sql(
    SELECT to_regclass('public.schema_migrations') IS NOT NULL, current_user::text
)sql"};

constexpr auto compare = Statement{"schema_migrations_compare", R"sql(
    SELECT given.name, applied.name IS NOT NULL,
           coalesce(applied.checksum = sha256(given.sql), true)
    FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS given (name, sql, position)
    LEFT JOIN public.schema_migrations AS applied USING (name)
    ORDER BY given.position
)sql"};

constexpr auto strangers = Statement{"schema_migrations_strangers", R"sql(
    SELECT name FROM public.schema_migrations WHERE name <> ALL ($1::text[]) ORDER BY name
)sql"};

constexpr auto remember = Statement{"schema_migrations_remember", R"sql(
    INSERT INTO public.schema_migrations (name, checksum) VALUES ($1, sha256($2::bytea))
)sql"};

constexpr auto names_present = Statement{"schema_migrations_names", R"sql(
    SELECT given.name, applied.name IS NOT NULL
    FROM unnest($1::text[]) WITH ORDINALITY AS given (name, position)
    LEFT JOIN public.schema_migrations AS applied USING (name)
    ORDER BY given.position
)sql"};

struct Roles {
    std::string service;
    std::string relay;
};

std::string quoted(std::string_view identifier) {
    auto out = std::string{"\""};
    for (auto const character : identifier) {
        out += character;
        if (character == '"') {
            out += '"';
        }
    }
    return out + "\"";
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

std::string with_roles(std::string_view sql, Roles const& roles) {
    auto text = std::string{sql};
    replace_all(text, "@service_role@", roles.service);
    replace_all(text, "@relay_role@", roles.relay);
    return text;
}

Bytes text_of(Migration const& migration) {
    return Bytes{std::string{migration.sql}};
}

/// What is missing and what is there, or an exception that names the file which does not fit.
struct Standing {
    std::vector<Migration> missing;
    std::size_t present{0};
};

Standing compare_with(Transaction& tx, std::span<Migration const> migrations) {
    auto const names = column(migrations, &Migration::name);
    auto const unknown = tx.query(strangers, names);
    if (!unknown.empty()) {
        throw std::runtime_error{"the database has the migration " + unknown[0].string(0) +
                                 ", which this program does not know: it is older than the schema"};
    }
    auto const rows = tx.query(compare, names, column(migrations, text_of));
    auto standing = Standing{};
    for (auto i = 0; i < rows.size(); ++i) {
        if (!rows[i].boolean(2)) {
            throw std::runtime_error{"the migration " + rows[i].string(0) +
                                     " was changed after it was applied: write a new one instead"};
        }
        if (rows[i].boolean(1)) {
            ++standing.present;
        } else {
            standing.missing.push_back(migrations[static_cast<std::size_t>(i)]);
        }
    }
    return standing;
}

/// Applies the first that is missing, in a transaction of its own; false when none is.
bool apply_next(Connection& connection, std::span<Migration const> migrations, Roles const& roles,
                MigrationReport& report) {
    auto tx = Transaction{connection};
    connection.run_script(take_turn);
    connection.run_script(with_roles(create_table, roles));
    auto const standing = compare_with(tx, migrations);
    if (standing.missing.empty()) {
        report.present = standing.present - report.applied.size();
        tx.commit();
        return false;
    }
    auto const& next = standing.missing.front();
    try {
        connection.run_script(with_roles(next.sql, roles));
    } catch (Error const& fault) {
        throw Error{fault.kind(), fault.sqlstate(), std::string{next.name} + ": " + fault.what()};
    }
    tx.query(remember, next.name, text_of(next));
    tx.commit();
    report.applied.emplace_back(next.name);
    return true;
}

/// While it lives, an answer may take as long as it wants.
class Patience {
  public:
    explicit Patience(Connection& connection) : connection_{connection} {
        connection_.set_answer_timeout(std::chrono::milliseconds{0});
    }
    ~Patience() {
        auto const statement_timeout = connection_.options().statement_timeout;
        if (statement_timeout.count() != 0) {
            connection_.set_answer_timeout(statement_timeout + std::chrono::seconds{1});
        }
    }
    Patience(Patience const&) = delete;
    Patience& operator=(Patience const&) = delete;

  private:
    Connection& connection_;
};

}  // namespace

MigrationReport migrate(Connection& connection, std::span<Migration const> migrations,
                        std::string_view service_role, std::string_view relay_role) {
    auto const patience = Patience{connection};
    auto const current_user = connection.query(table_exists)[0].string(1);
    auto const roles = Roles{.service = quoted(service_role.empty() ? current_user : service_role),
                             .relay = quoted(relay_role.empty() ? current_user : relay_role)};
    auto report = MigrationReport{};
    while (apply_next(connection, migrations, roles, report)) {
    }
    return report;
}

std::vector<std::string> missing_migrations(Connection& connection,
                                            std::span<Migration const> migrations) {
    auto names = std::vector<std::string>{};
    if (!connection.query(table_exists)[0].boolean(0)) {
        for (auto const& migration : migrations) {
            names.emplace_back(migration.name);
        }
        return names;
    }
    auto const rows = connection.query(names_present, column(migrations, &Migration::name));
    for (auto i = 0; i < rows.size(); ++i) {
        if (!rows[i].boolean(1)) {
            names.push_back(rows[i].string(0));
        }
    }
    return names;
}

}  // namespace frontrow::pg
