// By OpenSSL's EVP.
#include "common/core/sha256.hpp"

#include <openssl/evp.h>

#include <memory>

#include "common/core/ensure.hpp"

namespace frontrow {
namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string sha256(std::string_view octets) {
    static auto* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // kept for ever
    thread_local auto const context = std::unique_ptr<EVP_MD_CTX, FreeContext>{EVP_MD_CTX_new()};
    ENSURE(algorithm != nullptr && context != nullptr);
    auto digest = std::string(32, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(digest.data());
    auto length = 0U;
    ENSURE(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
    ENSURE(EVP_DigestUpdate(context.get(), octets.data(), octets.size()) == 1);
    ENSURE(EVP_DigestFinal_ex(context.get(), out, &length) == 1);
    ENSURE(length == digest.size());
    return digest;
}

}  // namespace frontrow
