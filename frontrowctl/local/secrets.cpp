// Passwords and signing keys of one machine's stack: made once, readable by its owner only.
#include "frontrowctl/local/secrets.hpp"

#include <openssl/rand.h>

#include <stdexcept>

#include "common/auth/jwt.hpp"
#include "common/core/bytes.hpp"
#include "frontrowctl/local/files.hpp"

namespace frontrow::local {

std::string random_text(std::size_t octets) {
    auto random = std::string(octets, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(octets)) !=
        1) {
        throw std::runtime_error{"OpenSSL has no random numbers"};
    }
    return to_base64url(random);
}

Secrets::Secrets(std::filesystem::path folder) : folder_{std::move(folder)} {
    std::filesystem::create_directories(folder_);
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
}

std::string Secrets::password(std::string const& name) const {
    auto const file = folder_ / (name + ".password");
    if (auto const known = read_file(file)) {
        return *known;
    }
    auto const fresh = random_text(24);
    write_file(file, fresh, 0600);
    return fresh;
}

void Secrets::make_signing_key(std::string const& name) const {
    if (read_file(jwks_file(name)) && read_file(key_file(name))) {
        return;
    }
    // Another id each time, so that a service that still has the old set says so plainly.
    auto const key = auth::new_private_jwk(name + '-' + random_text(6));
    write_file(key_file(name), key, 0600);
    write_file(jwks_file(name), auth::Signer::from_jwk(key).public_jwks());
}

std::filesystem::path Secrets::key_file(std::string const& name) const {
    return folder_ / (name + "-key.json");
}

std::filesystem::path Secrets::jwks_file(std::string const& name) const {
    return folder_ / (name + "-jwks.json");
}

}  // namespace frontrow::local
