// The log: one JSON object a line, to stderr or a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace spdlog {
class logger;
}

namespace lots {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// The fields of one line, in the order they were added.
class LogFields {
 public:
  LogFields& Add(absl::string_view name, absl::string_view value);
  LogFields& Add(absl::string_view name, int64_t value);
  LogFields& Add(absl::string_view name, absl::Duration value);  // milliseconds
  // Adds nothing when the value is empty.
  LogFields& AddIfAny(absl::string_view name, absl::string_view value);

  const std::string& json() const { return json_; }  // ,"name":value,…

 private:
  std::string json_;
};

// Thread safe.
class Log {
 public:
  struct Options {
    LogLevel level = LogLevel::kInfo;
    std::string file;  // empty: stderr
  };
  // Fails when the file cannot be written.
  static absl::StatusOr<std::unique_ptr<Log>> Open(const Options& options);

  bool enabled(LogLevel level) const;
  void set_level(LogLevel level);
  // {"time":"…","level":"info","event":"rpc",…}
  void Write(LogLevel level, absl::string_view event, const LogFields& fields = {});

 private:
  explicit Log(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace lots
