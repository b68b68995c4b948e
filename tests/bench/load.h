// The load generator: many calls in flight on gRPC's callback client, with as little of its own
// work as possible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "tests/bench/bench.h"
#include "tests/bench/histogram.h"

namespace lots::bench {

// Prints a refusal, the first few times.
void Complain(const std::string& method, const grpc::Status& status);

enum class Answer {
  kGood,
  kRefused,  // the server is busy, and says when to come again
  kBad,      // any other error, or not what it should be
};

// Whether the refusal is one that says when to come again.
bool IsBusy(const grpc::Status& status);

// Waits until the channel is connected. Before the load: it would keep both sides from shaking
// hands in time.
void Connect(grpc::Channel& channel);

// Calls of one method. Each of its slots carries one call at a time.
class Calls {
 public:
  using Done = std::function<void(Answer answer)>;

  virtual ~Calls() = default;
  virtual int slots() const = 0;
  // Sends the `number`th call in a slot that has none. `done` runs on a thread of gRPC.
  virtual void Send(int slot, int64_t number, Done done) = 0;
};

// `fill` writes the `number`th request over the slot's last one; `check` validates the answer.
template <class Request, class Response>
class UnaryCalls final : public Calls {
 public:
  using Fill = std::function<void(int64_t number, Request& request)>;
  using Check = std::function<bool(int64_t number, const Response& response)>;

  UnaryCalls(const std::shared_ptr<grpc::Channel>& channel, std::string method, int slots,
             Fill fill, Check check)
      : stub_(channel),
        method_(std::move(method)),
        fill_(std::move(fill)),
        check_(std::move(check)),
        slots_(slots) {
    Connect(*channel);
  }

  int slots() const override { return static_cast<int>(slots_.size()); }

  void Send(int slot, int64_t number, Done done) override {
    Slot& s = slots_[slot];
    s.context.emplace();  // a context carries one call
    s.done = std::move(done);
    fill_(number, s.request);
    stub_.UnaryCall(&*s.context, method_, grpc::StubOptions(), &s.request, &s.response,
                    [this, &s, number](const grpc::Status& status) {
                      // The slot is used again as soon as it is done.
                      const Done ended = std::move(s.done);
                      ended(Validate(number, status, s.response));
                    });
  }

 private:
  Answer Validate(int64_t number, const grpc::Status& status, const Response& response) const {
    if (IsBusy(status)) return Answer::kRefused;
    if (!status.ok()) Complain(method_, status);
    return status.ok() && check_(number, response) ? Answer::kGood : Answer::kBad;
  }

  struct Slot {
    std::optional<grpc::ClientContext> context;
    Request request;
    Response response;
    Done done;
  };

  grpc::TemplatedGenericStub<Request, Response> stub_;
  const std::string method_;
  const Fill fill_;
  const Check check_;
  std::vector<Slot> slots_;
};

// One load over several connections.
class ManyConnections final : public Calls {
 public:
  explicit ManyConnections(std::vector<std::unique_ptr<Calls>> connections)
      : connections_(std::move(connections)) {}

  int slots() const override {
    return connections_.front()->slots() * static_cast<int>(connections_.size());
  }
  void Send(int slot, int64_t number, Done done) override {
    const int count = static_cast<int>(connections_.size());
    connections_[slot % count]->Send(slot / count, number, std::move(done));
  }

 private:
  const std::vector<std::unique_ptr<Calls>> connections_;
};

// What a load came to.
struct Load {
  int64_t calls = 0;  // that were not refused
  int64_t bad = 0;
  int64_t refused = 0;
  absl::Duration wall;
  double client_cpu = 0;  // microseconds
  Histogram latency;
  Histogram refusals;  // how long they took
  // What was reached when the last call was sent, without the time that what waits then takes.
  struct Sending {
    absl::Duration wall;
    int64_t calls = 0;
    double client_cpu = 0;
  } sending;
  // In an open loop: how much later than at its time a call was sent, for want of a processor or
  // of a slot.
  Histogram late;

  double per_second() const { return static_cast<double>(calls) / absl::ToDoubleSeconds(wall); }
};

// All slots busy all the time, for so long or for so many calls.
Load RunClosed(Calls& calls, absl::Duration time);
Load RunClosed(Calls& calls, int64_t count);
// At a fixed rate, whatever the answers take: the latency of a call counts from when it should have
// been sent, so that a server that stalls cannot hide what it keeps waiting.
Load RunOpen(Calls& calls, double per_second, absl::Duration time);

// Runs a load and says what lotd and PostgreSQL computed for each call, in microseconds, with
// everything else beside it. Stops the program unless every call was answered, and rightly.
struct MeasuredLoad {
  Measured measured;
  Load load;
};
MeasuredLoad MeasureLoad(const CpuMeter& meter, const std::function<Load()>& run);

}  // namespace lots::bench
