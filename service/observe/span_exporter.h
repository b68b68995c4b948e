// Sends spans to a collector of traces by OTLP over HTTP, in the background. When the collector is
// slow or dead, spans are dropped and counted; calls never wait.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"
#include "service/observe/log.h"
#include "service/observe/span.h"

namespace lots {

// Thread safe.
class SpanExporter {
 public:
  struct Options {
    std::string endpoint;  // "http://collector:4318"; spans are posted to /v1/traces
    std::string version;
    absl::Duration period = absl::Seconds(1);   // between two batches
    absl::Duration timeout = absl::Seconds(5);  // of one batch
    size_t waiting_max = 8'192;                 // spans; about 4 MiB
    size_t batch_max = 1'024;
  };
  SpanExporter(Options options, prometheus::Registry& registry, Log& log);
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  // Never waits. Drops and counts the span when too many are waiting, or after Stop.
  void Record(Span span);

  // Sends the waiting spans until a batch fails. Nothing is sent after Stop.
  void Stop();

 private:
  void Run();
  // Waits for a full batch or for the end of the period, and returns the spans to send next. Empty
  // when Stop was called and nothing waits.
  std::vector<Span> NextBatch();
  // Sends the batch, counts its spans as exported or dropped, and logs failures. Returns whether
  // the collector took the batch.
  bool Export(const std::vector<Span>& batch);
  absl::Status Post(const std::string& body) const;

  const Options options_;
  const std::string url_;
  Log& log_;
  prometheus::Counter& exported_;
  prometheus::Counter& dropped_full_;
  prometheus::Counter& dropped_refused_;
  bool failing_ = false;  // used by the thread only

  absl::Mutex mutex_;
  std::vector<Span> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last member, because it uses the others
};

}  // namespace lots
