// The same by many at once.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace frontrow::whole {

/// Runs `task` for 0, 1, 2, ... by 64 workers, or more if most of them wait.
template <class Task>
void by_many(int count, Task task, int workers = 64) {
    auto next = std::atomic<int>{0};
    auto threads = std::vector<std::thread>{};
    for (auto worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&] {
            for (auto n = next++; n < count; n = next++) {
                task(n);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

}  // namespace frontrow::whole
