// What can go wrong with Kafka, sorted by whether to try again.
#pragma once

#include <stdexcept>
#include <string>

namespace frontrow::kafka {

/// A fault of the broker or of the way there.
class Error : public std::runtime_error {
  public:
    Error(int code, bool retriable, bool fatal, std::string const& message)
        : std::runtime_error{message}, code_{code}, retriable_{retriable}, fatal_{fatal} {}
    [[nodiscard]] int code() const { return code_; }  ///< an rd_kafka_resp_err_t
    [[nodiscard]] bool is_retriable() const { return retriable_; }
    [[nodiscard]] bool is_fatal() const { return fatal_; }  ///< the client instance is dead

  private:
    int code_;
    bool retriable_;
    bool fatal_;
};

/// Would trying again help without anybody's doing? An rd_kafka_resp_err_t; false for a record,
/// topic, permission or setting that is wrong and stays so.
[[nodiscard]] bool is_retriable(int code);
/// Is it the topic or the partition that is missing or wrong, and not the record?
[[nodiscard]] bool is_about_topic(int code);

}  // namespace frontrow::kafka
