// Sends gRPC's own messages to the log, a bounded number a minute.
#include "service/observe/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdint>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/server_limits.h"
#include "storage/base/check.h"

namespace lots {
namespace {

// gRPC has one log function for the process, without an argument for state; so the state is global.
ABSL_CONST_INIT absl::Mutex mutex(absl::kConstInit);
Log* current ABSL_GUARDED_BY(mutex) = nullptr;
absl::Time minute ABSL_GUARDED_BY(mutex);
int lines ABSL_GUARDED_BY(mutex) = 0;  // in this minute
int64_t dropped ABSL_GUARDED_BY(mutex) = 0;

LogLevel LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return LogLevel::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return LogLevel::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      break;
  }
  // Nearly always the peer's fault. lotd's own errors have other events.
  return LogLevel::kWarning;
}

bool MayWrite(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
  if (now - minute >= absl::Minutes(1)) {
    minute = now;
    lines = 0;
  }
  return ++lines <= kGrpcLinesPerMinute;
}

absl::string_view FileOf(absl::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

void Write(gpr_log_func_args* args) {
  absl::MutexLock lock(&mutex);
  if (current == nullptr) return;
  if (!MayWrite(absl::Now())) {
    ++dropped;
    return;
  }
  LogFields fields;
  fields.Add("text", absl::string_view(args->message).substr(0, kGrpcLineBytesMax))
      .Add("source", absl::StrCat(FileOf(args->file), ":", args->line));
  if (dropped > 0) fields.Add("dropped", dropped);
  dropped = 0;
  current->Write(LevelOf(args->severity), "grpc", fields);
}

}  // namespace

GrpcLog::GrpcLog(Log& log) {
  absl::MutexLock lock(&mutex);
  Check(current == nullptr);
  current = &log;
  minute = absl::InfinitePast();
  dropped = 0;
  gpr_set_log_function(&Write);
}

GrpcLog::~GrpcLog() {
  // The function stays installed, because gRPC's threads may be in it. It writes nothing from now
  // on.
  absl::MutexLock lock(&mutex);
  current = nullptr;
}

}  // namespace lots
