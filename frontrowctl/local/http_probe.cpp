// Asking a server over HTTP whether it is ready.
#include "frontrowctl/local/http_probe.hpp"

#include <curl/curl.h>

#include <memory>

namespace frontrow::local {
namespace {

struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

std::size_t discard(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

}  // namespace

int http_status(std::string const& url) {
    auto const handle = std::unique_ptr<CURL, Cleanup>{curl_easy_init()};
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, 1000L);
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &discard);
    if (curl_easy_perform(handle.get()) != CURLE_OK) {
        return 0;
    }
    auto status = 0L;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

}  // namespace frontrow::local
