// One call between its arrival and its end. Trip is what the road knows of it; UnaryTrip and
// StreamTrip are gRPC's reactors, which know the messages. A trip deletes itself when gRPC is done
// with it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "service/call.h"
#include "storage/pg/connection.h"

namespace lots {

enum class TripKind { kUnary, kStream };

class Trip {
 public:
  virtual ~Trip() {
    if (on_gone) on_gone();
  }
  Trip(const Trip&) = delete;
  Trip& operator=(const Trip&) = delete;

  // Runs the handler; on a worker.
  virtual absl::Status Handle(pg::Connection& db) = 0;
  // Ends the call, once; the trip may be gone when it returns.
  virtual void Finish(grpc::Status status) = 0;
  // How many messages were made for the client.
  virtual int64_t messages_sent() const = 0;

  Call call;
  TripKind kind = TripKind::kUnary;
  std::string request_id;
  std::string peer;
  std::string trace_id;
  absl::Duration queued;    // in the queue
  absl::Duration database;  // in statements
  std::atomic<bool> cancelled = false;
  std::function<void()> on_gone;

 protected:
  Trip() { call.cancelled = &cancelled; }
};

template <class Request, class Response>
class UnaryTrip final : public grpc::ServerUnaryReactor, public Trip {
 public:
  // gRPC keeps request and response until OnDone.
  UnaryTrip(const Request& request, Response& response, UnaryHandler<Request, Response> handler)
      : request_(request), response_(response), handler_(handler) {}

  absl::Status Handle(pg::Connection& db) override {
    absl::StatusOr<Response> answer = handler_(request_, call, db);
    if (!answer.ok()) return std::move(answer).status();
    response_ = *std::move(answer);
    answered_ = true;
    return absl::OkStatus();
  }
  void Finish(grpc::Status status) override { ServerUnaryReactor::Finish(std::move(status)); }
  int64_t messages_sent() const override { return answered_ ? 1 : 0; }

  void OnCancel() override { cancelled = true; }
  void OnDone() override { delete this; }

 private:
  const Request& request_;
  Response& response_;
  const UnaryHandler<Request, Response> handler_;
  bool answered_ = false;
};

// Messages wait in `waiting_`; the first of them is the one being written.
template <class Request, class Response>
class StreamTrip final : public grpc::ServerWriteReactor<Response>,
                         public Trip,
                         private Sink<Response> {
 public:
  StreamTrip(const Request& request, StreamHandler<Request, Response> handler)
      : request_(request), handler_(handler) {}

  absl::Status Handle(pg::Connection& db) override { return handler_(request_, call, db, *this); }

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
    {
      absl::MutexLock lock(&mutex_);
      waiting_.pop_front();
      if (cancelled) waiting_.clear();
      if (!waiting_.empty()) {
        next = &waiting_.front();
      } else {
        end.swap(end_);
      }
    }
    if (next != nullptr) this->StartWrite(next);
    if (end.has_value()) grpc::ServerWriteReactor<Response>::Finish(*std::move(end));
  }
  void OnCancel() override { cancelled = true; }
  void OnDone() override { delete this; }

 private:
  void Append(Response message) override {
    if (cancelled) return;
    ++appended_;
    const Response* first = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(std::move(message));
      if (waiting_.size() == 1) first = &waiting_.front();
    }
    if (first != nullptr) this->StartWrite(first);
  }

  const Request& request_;
  const StreamHandler<Request, Response> handler_;
  int64_t appended_ = 0;  // by the handler's thread only

  absl::Mutex mutex_;
  std::deque<Response> waiting_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lots
