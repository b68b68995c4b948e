// One call between its arrival and its end. Trip is what the call path knows of it; UnaryTrip,
// BatchTrip and StreamTrip are gRPC's reactors, which know the messages. A trip deletes itself when
// gRPC is done with it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "grpcpp/grpcpp.h"
#include "service/observe/trace_context.h"
#include "service/rpc/call.h"
#include "service/rpc/caller_limits.h"
#include "service/rpc/work_queue.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/pg/connection.h"

namespace lots {

enum class TripKind { kUnary, kStream };

class Trip : public Job {
 public:
  ~Trip() override {
    if (on_gone) on_gone();
  }
  Trip(const Trip&) = delete;
  Trip& operator=(const Trip&) = delete;

  // Runs the handler for the trips, on a worker. They are this one alone or, where it has a batch,
  // this one first and others of it. One status a trip.
  virtual std::vector<absl::Status> Handle(absl::Span<Trip* const> trips, pg::Connection& db) = 0;
  // Whether the handler has only paused. `go_on` is then called, by any thread and perhaps at once,
  // when it is to run again; the trip may be gone when Park returns.
  virtual bool Park(const std::function<void()>& go_on) {
    static_cast<void>(go_on);
    return false;
  }
  // Ends the call, once; the trip may be gone when it returns.
  virtual void Finish(grpc::Status status) = 0;
  // How many messages were made for the client.
  virtual int64_t messages_sent() const = 0;

  Call call;
  TripKind kind = TripKind::kUnary;
  std::string request_id;
  std::string peer;
  CallTrace trace;
  bool begun = false;       // the handler has run before
  absl::Duration queued;    // in the queue
  absl::Duration database;  // in statements
  std::atomic<bool> cancelled = false;
  std::function<void()> on_gone;
  CallerLimits::Place place;

 protected:
  Trip() { call.cancelled = &cancelled; }
};

// A call with one answer.
template <class Request, class Response>
class AnsweredTrip : public grpc::ServerUnaryReactor, public Trip {
 public:
  void Finish(grpc::Status status) override { ServerUnaryReactor::Finish(std::move(status)); }
  int64_t messages_sent() const override { return answered_ ? 1 : 0; }

  void OnCancel() override { cancelled = true; }
  void OnDone() override { delete this; }

 protected:
  // gRPC keeps request and response until OnDone.
  AnsweredTrip(const Request& request, Response& response)
      : request_(request), response_(response) {}

  absl::Status Answer(absl::StatusOr<Response> answer) {
    if (!answer.ok()) return std::move(answer).status();
    response_ = *std::move(answer);
    answered_ = true;
    return absl::OkStatus();
  }

  const Request& request_;

 private:
  Response& response_;
  bool answered_ = false;
};

template <class Request, class Response>
class UnaryTrip final : public AnsweredTrip<Request, Response> {
 public:
  UnaryTrip(const Request& request, Response& response, UnaryHandler<Request, Response> handler)
      : AnsweredTrip<Request, Response>(request, response), handler_(handler) {}

  std::vector<absl::Status> Handle(absl::Span<Trip* const>, pg::Connection& db) override {
    return {this->Answer(handler_(this->request_, this->call, db))};
  }

 private:
  const UnaryHandler<Request, Response> handler_;
};

// Calls of one method and company that wait together are answered together.
template <class Request, class Response>
class BatchTrip final : public AnsweredTrip<Request, Response> {
 public:
  BatchTrip(const Request& request, Response& response, const Method& method,
            BatchHandler<Request, Response> handler)
      : AnsweredTrip<Request, Response>(request, response), method_(method), handler_(handler) {}

  const void* batch() const override { return &method_; }

  std::vector<absl::Status> Handle(absl::Span<Trip* const> trips, pg::Connection& db) override {
    std::vector<const Request*> requests;
    for (Trip* const trip : trips) requests.push_back(&static_cast<BatchTrip*>(trip)->request_);
    std::vector<absl::StatusOr<Response>> answers = handler_(requests, this->call, db);
    Check(answers.size() == trips.size());
    std::vector<absl::Status> statuses;
    for (size_t i = 0; i < trips.size(); ++i) {
      statuses.push_back(static_cast<BatchTrip*>(trips[i])->Answer(std::move(answers[i])));
    }
    return statuses;
  }

 private:
  const Method& method_;
  const BatchHandler<Request, Response> handler_;
};

// Messages wait in `waiting_`; the first of them is the one being written.
template <class Request, class Response>
class StreamTrip final : public grpc::ServerWriteReactor<Response>,
                         public Trip,
                         private Sink<Response> {
 public:
  StreamTrip(const Request& request, StreamHandler<Request, Response> handler)
      : request_(request), handler_(handler) {}

  std::vector<absl::Status> Handle(absl::Span<Trip* const>, pg::Connection& db) override {
    if (rest_ == nullptr) return {handler_(request_, call, db, *this)};
    const auto rest = std::exchange(rest_, nullptr);
    return {rest(db, *this)};
  }

  bool Park(const std::function<void()>& go_on) override {
    if (rest_ == nullptr) return false;
    {
      absl::MutexLock lock(&mutex_);
      if (!HasRoom()) {
        go_on_ = go_on;
        return true;
      }
    }
    go_on();
    return true;
  }

  // Once the client took what waits.
  void Finish(grpc::Status status) override {
    {
      absl::MutexLock lock(&mutex_);
      if (!waiting_.empty()) {
        end_ = std::move(status);
        return;
      }
    }
    grpc::ServerWriteReactor<Response>::Finish(std::move(status));
  }
  int64_t messages_sent() const override { return appended_; }

  void OnWriteDone(bool ok) override {
    if (!ok) cancelled = true;
    const Response* next = nullptr;
    std::optional<grpc::Status> end;
    std::function<void()> go_on;
    {
      absl::MutexLock lock(&mutex_);
      waiting_bytes_ -= waiting_.front().bytes;
      waiting_.pop_front();
      if (cancelled) Drop();
      if (!waiting_.empty()) {
        next = &waiting_.front().message;
      } else {
        end.swap(end_);
      }
      if (HasRoom()) go_on.swap(go_on_);
    }
    if (next != nullptr) this->StartWrite(next);
    if (end.has_value()) grpc::ServerWriteReactor<Response>::Finish(*std::move(end));
    // Last: the call may end at any moment afterwards.
    if (go_on != nullptr) go_on();
  }
  // A parked handler is called to see it.
  void OnCancel() override {
    cancelled = true;
    std::function<void()> go_on;
    {
      absl::MutexLock lock(&mutex_);
      go_on.swap(go_on_);
    }
    if (go_on != nullptr) go_on();
  }
  void OnDone() override { delete this; }

 private:
  struct Waiting {
    Response message;
    size_t bytes;
  };

  void Append(Response message) override {
    if (cancelled) return;
    ++appended_;
    const size_t bytes = message.ByteSizeLong();
    const Response* first = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      waiting_bytes_ += bytes;
      waiting_.push_back({std::move(message), bytes});
      if (waiting_.size() == 1) first = &waiting_.front().message;
    }
    if (first != nullptr) this->StartWrite(first);
  }

  bool full() const override {
    absl::MutexLock lock(&mutex_);
    return cancelled || waiting_bytes_ >= kStreamBytesWaitingMax;
  }

  void Later(typename Sink<Response>::Rest rest) override { rest_ = std::move(rest); }

  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return cancelled || waiting_bytes_ <= kStreamBytesWaitingMax / 2;
  }
  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    waiting_.clear();
    waiting_bytes_ = 0;
  }

  const Request& request_;
  const StreamHandler<Request, Response> handler_;
  // By the worker that has the trip.
  int64_t appended_ = 0;
  typename Sink<Response>::Rest rest_;

  mutable absl::Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> go_on_ ABSL_GUARDED_BY(mutex_);  // of a parked handler
};

}  // namespace lots
