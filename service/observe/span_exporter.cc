// The thread that posts spans to a collector.
#include "service/observe/span_exporter.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace lots {
namespace {

prometheus::Family<prometheus::Counter>& DroppedIn(prometheus::Registry& registry) {
  return prometheus::BuildCounter()
      .Name("lots_spans_dropped_total")
      .Help("Spans that no collector got: too many waited, or it did not take them.")
      .Register(registry);
}

size_t Ignore(char*, size_t size, size_t count, void*) { return size * count; }

}  // namespace

SpanExporter::SpanExporter(Options options, prometheus::Registry& registry, Log& log)
    : options_(std::move(options)),
      url_(absl::StrCat(absl::StripSuffix(options_.endpoint, "/"), "/v1/traces")),
      log_(log),
      exported_(prometheus::BuildCounter()
                    .Name("lots_spans_exported_total")
                    .Help("Spans that the collector took.")
                    .Register(registry)
                    .Add({})),
      dropped_full_(DroppedIn(registry).Add({{"reason", "full"}})),
      dropped_refused_(DroppedIn(registry).Add({{"reason", "refused"}})) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialized);
  thread_ = std::thread([this] { Run(); });
}

SpanExporter::~SpanExporter() { Stop(); }

void SpanExporter::Record(Span span) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_ && waiting_.size() < options_.waiting_max) {
      waiting_.push_back(std::move(span));
      return;
    }
  }
  dropped_full_.Increment();
}

void SpanExporter::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void SpanExporter::Run() {
  while (true) {
    const std::vector<Span> batch = NextBatch();
    if (batch.empty()) return;
    if (Export(batch)) continue;
    absl::MutexLock lock(&mutex_);
    if (!stopping_) continue;
    // Stop waits at most once for a dead collector.
    dropped_refused_.Increment(static_cast<double>(waiting_.size()));
    waiting_.clear();
  }
}

std::vector<Span> SpanExporter::NextBatch() {
  absl::MutexLock lock(&mutex_);
  const auto has_some = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  const auto has_enough = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || waiting_.size() >= options_.batch_max;
  };
  mutex_.Await(absl::Condition(&has_some));
  mutex_.AwaitWithTimeout(absl::Condition(&has_enough), options_.period);
  const auto end = waiting_.begin() + std::min(waiting_.size(), options_.batch_max);
  std::vector<Span> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

bool SpanExporter::Export(const std::vector<Span>& batch) {
  const absl::Status taken = Post(OtlpJson(batch, options_.version));
  const auto count = static_cast<double>(batch.size());
  (taken.ok() ? exported_ : dropped_refused_).Increment(count);
  // One line for each change: a dead collector must not fill the log.
  if (taken.ok() == failing_) {
    failing_ = !taken.ok();
    log_.Write(failing_ ? LogLevel::kWarning : LogLevel::kInfo,
               failing_ ? "spans_not_taken" : "spans_taken_again",
               LogFields().AddIfAny("error", failing_ ? taken.message() : ""));
  }
  return taken.ok();
}

absl::Status SpanExporter::Post(const std::string& body) const {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  if (curl == nullptr) return absl::ResourceExhaustedError("no memory for a request");
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Ignore);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  // Without this, libcurl uses signals, which is not safe with threads.
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  const CURLcode sent = curl_easy_perform(curl.get());
  if (sent != CURLE_OK) return absl::UnavailableError(curl_easy_strerror(sent));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the collector answered ", status));
}

}  // namespace lots
