// Writes log lines as JSON through spdlog.
#include "service/observe/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace lots {
namespace {

// The text as a JSON string. Bytes from 0x80 up pass through, because protobuf has checked that
// texts of callers are UTF-8.
void AppendQuoted(std::string& out, absl::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, c));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

struct Level {
  LogLevel level;
  absl::string_view name;
  spdlog::level::level_enum spdlog;
};

constexpr Level kLevels[] = {
    {LogLevel::kDebug, "debug", spdlog::level::debug},
    {LogLevel::kInfo, "info", spdlog::level::info},
    {LogLevel::kWarning, "warning", spdlog::level::warn},
    {LogLevel::kError, "error", spdlog::level::err},
};

const Level& RowOf(LogLevel level) { return kLevels[static_cast<int>(level)]; }

spdlog::sink_ptr MakeSink(const std::string& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

}  // namespace

LogFields& LogFields::Add(absl::string_view name, absl::string_view value) {
  absl::StrAppend(&json_, ",\"", name, "\":");
  AppendQuoted(json_, value);
  return *this;
}

LogFields& LogFields::Add(absl::string_view name, int64_t value) {
  absl::StrAppend(&json_, ",\"", name, "\":", value);
  return *this;
}

LogFields& LogFields::Add(absl::string_view name, absl::Duration value) {
  absl::StrAppendFormat(&json_, ",\"%s\":%.3f", name, absl::ToDoubleMilliseconds(value));
  return *this;
}

LogFields& LogFields::AddIfAny(absl::string_view name, absl::string_view value) {
  return value.empty() ? *this : Add(name, value);
}

absl::StatusOr<std::unique_ptr<Log>> Log::Open(const Options& options) {
  try {
    auto logger = std::make_shared<spdlog::logger>("lots", MakeSink(options.file));
    logger->set_pattern("%v");
    logger->set_level(RowOf(options.level).spdlog);
    logger->flush_on(spdlog::level::debug);
    return std::unique_ptr<Log>(new Log(std::move(logger)));
  } catch (const spdlog::spdlog_ex& error) {
    return absl::FailedPreconditionError(
        absl::StrCat("log file ", options.file, ": ", error.what()));
  }
}

bool Log::enabled(LogLevel level) const { return logger_->should_log(RowOf(level).spdlog); }

void Log::set_level(LogLevel level) { logger_->set_level(RowOf(level).spdlog); }

void Log::Write(LogLevel level, absl::string_view event, const LogFields& fields) {
  if (!enabled(level)) return;
  const std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()),
      "\",\"level\":\"", RowOf(level).name, "\",\"event\":\"", event, "\"", fields.json(), "}");
  logger_->log(RowOf(level).spdlog, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace lots
