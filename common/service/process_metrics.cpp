// Reads /proc/self at each scrape.
#include "common/service/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

namespace frontrow::service {
namespace {

double resident_octets() {
    auto pages_virtual = 0.0;
    auto pages_resident = 0.0;
    std::ifstream{"/proc/self/statm"} >> pages_virtual >> pages_resident;
    return pages_resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
    auto usage = rusage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const seconds = [](timeval const& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_files() {
    auto error = std::error_code{};
    auto const files = std::filesystem::directory_iterator{"/proc/self/fd", error};
    return error ? 0 : static_cast<double>(std::distance(begin(files), end(files)) - 1);
}

double seconds_since_1970() {
    auto const since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>{since}.count();
}

}  // namespace

void register_process_metrics(metrics::Registry& registry) {
    registry.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.")
        .set(seconds_since_1970());
    auto memory =
        registry.gauge("process_resident_memory_bytes", "Memory that the process has in use.");
    auto files = registry.gauge("process_open_fds", "Files and sockets that are open.");
    auto processor = registry.counter("process_cpu_seconds_total",
                                      "Processor time that was used, by user and system together.");
    auto const last = std::make_shared<std::pair<std::mutex, double>>();
    registry.on_scrape([memory, files, processor, last]() mutable {
        memory.set(resident_octets());
        files.set(open_files());
        auto const guard = std::scoped_lock{last->first};
        auto const now = processor_seconds();
        processor.add(now - last->second);
        last->second = now;
    });
}

}  // namespace frontrow::service
