// By OpenSSL's EVP.
#include "common/core/sha256.hpp"

#include <openssl/evp.h>

#include "common/core/ensure.hpp"

namespace frontrow {

std::string sha256(std::string_view octets) {
    static auto* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // kept for ever
    ENSURE(algorithm != nullptr);
    auto digest = std::string(32, '\0');
    auto length = 0U;
    ENSURE(EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(digest.data()),
                      &length, algorithm, nullptr) == 1);
    ENSURE(length == digest.size());
    return digest;
}

}  // namespace frontrow
