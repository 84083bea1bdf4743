// Passwords and signing keys of one machine's stack: made once, readable by its owner only.
#include "frontrowctl/local/secrets.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "common/core/bytes.hpp"
#include "frontrowctl/local/files.hpp"

namespace frontrow::local {
namespace {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct Ed25519 {
    std::string private_part;
    std::string public_part;
};

Ed25519 new_key() {
    auto const key =
        std::unique_ptr<EVP_PKEY, FreeKey>{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    auto halves = Ed25519{std::string(32, '\0'), std::string(32, '\0')};
    auto size = halves.private_part.size();
    auto const octets = [](std::string& text) {
        return reinterpret_cast<unsigned char*>(text.data());
    };
    if (!key || EVP_PKEY_get_raw_private_key(key.get(), octets(halves.private_part), &size) != 1 ||
        EVP_PKEY_get_raw_public_key(key.get(), octets(halves.public_part), &size) != 1) {
        throw std::runtime_error{"OpenSSL cannot make an Ed25519 key"};
    }
    return halves;
}

/// RFC 7638: the digest of the required members in alphabetical order.
std::string thumbprint(std::string const& x) {
    auto const text = fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", x);
    auto digest = std::string(32, '\0');
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
               EVP_sha256(), nullptr);
    return to_base64url(digest);
}

}  // namespace

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
    auto const key = new_key();
    auto const x = to_base64url(key.public_part);
    auto const members =
        fmt::format(R"("kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"{}","x":"{}")",
                    thumbprint(x), x);
    write_file(key_file(name),
               fmt::format("{{{},\"d\":\"{}\"}}\n", members, to_base64url(key.private_part)), 0600);
    write_file(jwks_file(name), fmt::format("{{\"keys\":[{{{}}}]}}\n", members));
}

std::filesystem::path Secrets::key_file(std::string const& name) const {
    return folder_ / (name + "-key.json");
}

std::filesystem::path Secrets::jwks_file(std::string const& name) const {
    return folder_ / (name + "-jwks.json");
}

}  // namespace frontrow::local
