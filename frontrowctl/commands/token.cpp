// `frontrowctl token`: a user's or an operator's token for development, signed with a private key.
#include <memory>

#include "common/auth/jwt.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"

namespace frontrow::commands {
namespace {

struct Options {
    std::string user{"demo"};
    std::string key_file;
    std::string issuer{"frontrow-dev"};
    std::string audience{"frontrow"};
    std::int64_t hours{24};
    bool ops{false};
    OutputOption output;
};

void run(Options const& options) {
    auto const now = SystemClock{}.now();
    auto const lifetime = std::chrono::hours{options.hours};
    auto const token = auth::user_token(
        auth::Signer::from_file(options.key_file), {.user = {options.user}, .is_ops = options.ops},
        options.issuer, options.audience, now, std::chrono::seconds{lifetime});
    if (options.output.format() == terminal::Format::table) {
        return terminal::print_line(token);
    }
    terminal::print_object(options.output.format(),
                           {{"token", ""}, {"user", ""}, {"ops", ""}, {"expiresAt", ""}},
                           {token, options.user, options.ops, to_rfc3339(now + lifetime)});
}

}  // namespace

void add_token(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const token = program.add_subcommand("token", "make a token for development");
    token->add_option("--user", options->user, "whose token (the subject)")->capture_default_str();
    token->add_flag("--ops", options->ops, "an operator's token");
    token->add_option("--key-file", options->key_file, "the private key (a JWK)")
        ->envname("FRONTROW_TOKEN_KEY_FILE")
        ->required();
    token->add_option("--issuer", options->issuer, "the claim iss")->capture_default_str();
    token->add_option("--audience", options->audience, "the claim aud")->capture_default_str();
    token->add_option("--hours", options->hours, "how long it is good")
        ->check(CLI::Range(1, 24 * 366))
        ->capture_default_str();
    options->output.add_to(*token);
    token->callback([options] { guarded([&] { run(*options); }); });
}

}  // namespace frontrow::commands
