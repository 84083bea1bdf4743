// By OpenSSL's EVP.
#include "common/core/sha256.hpp"

#include <openssl/evp.h>

#include <memory>

#include "common/core/ensure.hpp"

namespace frontrow {

namespace {

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string sha256(std::string_view octets) {
    static auto* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // kept for ever
    thread_local auto const context = std::unique_ptr<EVP_MD_CTX, Free>{EVP_MD_CTX_new()};
    ENSURE(algorithm != nullptr && context != nullptr);
    auto digest = std::string(32, '\0');
    auto length = 0U;
    ENSURE(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), octets.data(), octets.size()) == 1 &&
           EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                              &length) == 1);
    ENSURE(length == digest.size());
    return digest;
}

}  // namespace frontrow
