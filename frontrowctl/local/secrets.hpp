// Passwords and signing keys of one machine's stack: made once, readable by its owner only.
#pragma once

#include <filesystem>
#include <string>

namespace frontrow::local {

class Secrets {
  public:
    /// The folder is made with mode 0700.
    explicit Secrets(std::filesystem::path folder);

    /// The password of that name; 32 random characters of base64url, made at the first question.
    [[nodiscard]] std::string password(std::string const& name) const;
    /// An Ed25519 key pair of that name: `<name>-key.json` is the private JWK, `<name>-jwks.json`
    /// the set with its public half. Both exist after this call.
    void make_signing_key(std::string const& name) const;
    [[nodiscard]] std::filesystem::path key_file(std::string const& name) const;
    [[nodiscard]] std::filesystem::path jwks_file(std::string const& name) const;

  private:
    std::filesystem::path folder_;
};

/// `octets` random octets in base64url.
[[nodiscard]] std::string random_text(std::size_t octets);

}  // namespace frontrow::local
