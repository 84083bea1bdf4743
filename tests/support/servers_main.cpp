// Starts the servers that test stages share, prints how to reach them, and ends them when its input
// ends.
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/postgres_cluster.hpp"

int main() {
    try {
        std::printf("FRONTROW_TEST_POSTGRES=%s\n",
                    frontrow::support::postgres().superuser_url().c_str());
        std::printf("FRONTROW_TEST_KAFKA=%s\n",
                    frontrow::support::kafka().bootstrap_servers().c_str());
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::printf("ready\n");
    std::fflush(stdout);
    char octet = 0;
    while (::read(STDIN_FILENO, &octet, 1) > 0) {
    }
    return 0;
}
