// Everything of frontrow on one machine: started in order, found again, stopped, forgotten.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontrowctl/local/gateway.hpp"
#include "frontrowctl/local/kafka_broker.hpp"
#include "frontrowctl/local/layout.hpp"
#include "frontrowctl/local/ports.hpp"
#include "frontrowctl/local/postgres_server.hpp"
#include "frontrowctl/local/secrets.hpp"
#include "frontrowctl/local/services.hpp"

namespace frontrow::local {

/// Parts that somebody else runs; both are used as they are and never stopped.
struct External {
    std::string kafka{};     ///< bootstrap servers; empty: our own broker
    std::string postgres{};  ///< a superuser's URL; empty: our own cluster
    /// From FRONTROW_EXTERNAL_KAFKA and FRONTROW_EXTERNAL_POSTGRES.
    static External from_environment();
};

struct PartState {
    std::string name;
    std::string state;  ///< ready, running (but not ready), stopped, external
    std::string address;
    pid_t id{0};
};

class Stack {
  public:
    /// What is printed while it starts: the step, and what came of it.
    using Say = std::function<void(std::string const& step, std::string const& text)>;

    Stack(Layout layout, External external, Say say);

    /// Servers, databases, migrations, topics, services, gateway, and the first purchase. What runs
    /// already is left running. On failure or Ctrl-C, what this call started is stopped again.
    void up();
    void down();
    /// Stops everything and removes every file that `up` made, PostgreSQL's included.
    void wipe();
    [[nodiscard]] std::vector<PartState> status();
    /// What a shell needs to work with it, in the order of printing.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> exports();

  private:
    using Variables = std::map<std::string, std::string>;

    void start_all();
    void start_servers();
    void start_services();
    void start_gateway();
    void prepare_databases();
    void will_start(std::string const& name, bool running, std::function<void()> stop);
    void stop_started();
    void run_tool(std::string const& step, std::vector<std::string> const& arguments,
                  std::filesystem::path const& log_file);
    void buy_once();
    [[nodiscard]] std::vector<std::string> taken_ports();
    void choose_free_ports();
    [[nodiscard]] PostgresServer postgres();
    [[nodiscard]] KafkaBroker kafka();
    [[nodiscard]] Gateway gateway();
    [[nodiscard]] Service service(ServiceName const& name);
    [[nodiscard]] Variables settings_of(ServiceName const& name);
    [[nodiscard]] std::string bootstrap_servers();
    [[nodiscard]] std::string database_url(std::string const& role, std::string const& database);
    [[nodiscard]] std::string hint_address(std::string const& name);

    Layout layout_;
    External external_;
    Say say_;
    Ports ports_;
    Secrets secrets_;
    std::vector<std::pair<std::string, std::function<void()>>> started_;  ///< how to stop each
};

}  // namespace frontrow::local
