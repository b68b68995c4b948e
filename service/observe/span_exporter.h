// Sends spans to a collector of traces by OTLP over HTTP, in the background: a slow or dead
// collector costs spans, which are counted, and never a call its time.
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
    std::string endpoint;  // "http://collector:4318"; its path /v1/traces is asked
    std::string version;
    absl::Duration period = absl::Seconds(1);   // how long a span waits for company
    absl::Duration timeout = absl::Seconds(5);  // of one batch
    size_t waiting_max = 8'192;                 // spans; about 4 MiB
    size_t batch_max = 1'024;
  };
  SpanExporter(Options options, prometheus::Registry& registry, Log& log);
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  // Never waits: when too many wait already, or Stop was called, the span is dropped and counted.
  void Record(Span span);

  // Sends what waits, until the first batch that is not taken; then nothing is sent any more.
  void Stop();

 private:
  void Run();
  // What is to be sent next: a full batch, or all that there is after a while. Empty: Stop was
  // called, and nothing waits.
  std::vector<Span> NextBatch();
  // Sends the batch, and counts and tells what became of it. Whether it was taken.
  bool Export(const std::vector<Span>& batch);
  absl::Status Post(const std::string& body) const;

  const Options options_;
  const std::string url_;
  Log& log_;
  prometheus::Counter& exported_;
  prometheus::Counter& dropped_full_;
  prometheus::Counter& dropped_refused_;
  bool failing_ = false;  // by the thread alone

  absl::Mutex mutex_;
  std::vector<Span> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace lots
