// One call between its arrival and its end. PendingCall is the part that the call path sees;
// PendingUnaryCall, PendingBatchCall and PendingStreamCall are gRPC's reactors and know the
// messages. A pending call deletes itself in OnDone, when gRPC needs it no more.
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
#include "service/base/server_limits.h"
#include "service/observe/trace_context.h"
#include "service/rpc/call.h"
#include "service/rpc/caller_limits.h"
#include "service/rpc/dry_run.h"
#include "service/rpc/work_queue.h"
#include "storage/base/check.h"
#include "storage/pg/connection.h"

namespace lots {

enum class CallKind { kUnary, kStream };

class PendingCall : public Job {
 public:
  ~PendingCall() override {
    if (on_destroyed) on_destroyed();
  }
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

  // Runs the handler on a worker, for `calls`. `calls` is this call alone or, with a batch handler,
  // this call first and further calls of its batch. Returns one status for each call.
  virtual std::vector<absl::Status> Handle(absl::Span<PendingCall* const> calls,
                                           pg::Connection& db) = 0;
  // Returns false when the handler has finished. Returns true when the handler has only paused;
  // `resume` is then called, by any thread and perhaps at once, as soon as the handler may run
  // again. The pending call may be deleted before Pause returns.
  virtual bool Pause(const std::function<void()>& resume) {
    static_cast<void>(resume);
    return false;
  }
  // Ends the call. Called once; the pending call may be deleted before Finish returns.
  virtual void Finish(grpc::Status status) = 0;
  // The number of messages that the handler made for the client.
  virtual int64_t messages_sent() const = 0;

  Call call;
  CallKind kind = CallKind::kUnary;
  std::string request_id;
  bool dry_run = false;
  std::string peer;
  CallTrace trace;
  bool begun = false;       // a worker has taken the call before
  absl::Duration queued;    // time in the queue
  absl::Duration database;  // time in statements
  std::atomic<bool> cancelled = false;
  std::function<void()> on_destroyed;
  CallerLimits::CallSlot slot;

 protected:
  PendingCall() { call.cancelled = &cancelled; }
};

// A call with one answer.
template <class Request, class Response>
class PendingAnswer : public grpc::ServerUnaryReactor, public PendingCall {
 public:
  void Finish(grpc::Status status) override { ServerUnaryReactor::Finish(std::move(status)); }
  int64_t messages_sent() const override { return answered_ ? 1 : 0; }

  void OnCancel() override { cancelled = true; }
  void OnDone() override { delete this; }

 protected:
  // gRPC keeps request and response until OnDone.
  PendingAnswer(const Request& request, Response& response)
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
class PendingUnaryCall final : public PendingAnswer<Request, Response> {
 public:
  PendingUnaryCall(const Request& request, Response& response,
                   UnaryHandler<Request, Response> handler)
      : PendingAnswer<Request, Response>(request, response), handler_(handler) {}

  std::vector<absl::Status> Handle(absl::Span<PendingCall* const>, pg::Connection& db) override {
    return {this->Answer(RunHandler(handler_, this->request_, this->call, db))};
  }

 private:
  const UnaryHandler<Request, Response> handler_;
};

// Calls of one method and company that wait together are answered together.
template <class Request, class Response>
class PendingBatchCall final : public PendingAnswer<Request, Response> {
 public:
  PendingBatchCall(const Request& request, Response& response, const Method& method,
                   BatchHandler<Request, Response> handler)
      : PendingAnswer<Request, Response>(request, response), method_(method), handler_(handler) {}

  const void* batch() const override { return &method_; }

  std::vector<absl::Status> Handle(absl::Span<PendingCall* const> calls,
                                   pg::Connection& db) override {
    std::vector<const Request*> requests;
    for (PendingCall* const each : calls) {
      requests.push_back(&static_cast<PendingBatchCall*>(each)->request_);
    }
    std::vector<absl::StatusOr<Response>> answers = handler_(requests, this->call, db);
    Check(answers.size() == calls.size());
    std::vector<absl::Status> statuses;
    for (size_t i = 0; i < calls.size(); ++i) {
      statuses.push_back(static_cast<PendingBatchCall*>(calls[i])->Answer(std::move(answers[i])));
    }
    return statuses;
  }

 private:
  const Method& method_;
  const BatchHandler<Request, Response> handler_;
};

// A call with a stream of answers. Messages wait in `waiting_`; gRPC is writing the first of them.
template <class Request, class Response>
class PendingStreamCall final : public grpc::ServerWriteReactor<Response>,
                                public PendingCall,
                                private Sink<Response> {
 public:
  PendingStreamCall(const Request& request, StreamHandler<Request, Response> handler)
      : request_(request), handler_(handler) {}

  std::vector<absl::Status> Handle(absl::Span<PendingCall* const>, pg::Connection& db) override {
    if (rest_ == nullptr) return {handler_(request_, call, db, *this)};
    const auto rest = std::exchange(rest_, nullptr);
    return {rest(db, *this)};
  }

  bool Pause(const std::function<void()>& resume) override {
    if (rest_ == nullptr) return false;
    {
      absl::MutexLock lock(&mutex_);
      if (!HasRoom()) {
        resume_ = resume;
        return true;
      }
    }
    resume();
    return true;
  }

  // Ends the call after the client has taken all waiting messages.
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
    std::function<void()> resume;
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
      if (HasRoom()) resume.swap(resume_);
    }
    if (next != nullptr) this->StartWrite(next);
    if (end.has_value()) grpc::ServerWriteReactor<Response>::Finish(*std::move(end));
    // Last: the call may end at any moment afterwards.
    if (resume != nullptr) resume();
  }
  // A paused handler is resumed, so that it notices.
  void OnCancel() override {
    cancelled = true;
    std::function<void()> resume;
    {
      absl::MutexLock lock(&mutex_);
      resume.swap(resume_);
    }
    if (resume != nullptr) resume();
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

  void ResumeWith(typename Sink<Response>::Rest rest) override { rest_ = std::move(rest); }

  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return cancelled || waiting_bytes_ <= kStreamBytesWaitingMax / 2;
  }
  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    waiting_.clear();
    waiting_bytes_ = 0;
  }

  const Request& request_;
  const StreamHandler<Request, Response> handler_;
  // Used by the worker that runs the call.
  int64_t appended_ = 0;
  typename Sink<Response>::Rest rest_;

  mutable absl::Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> resume_ ABSL_GUARDED_BY(mutex_);  // set while the handler is paused
};

}  // namespace lots
