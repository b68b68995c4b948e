#include "tests/bench/load.h"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <iostream>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "tests/support/server/test_server.h"

namespace lots::bench {
namespace {

constexpr int kComplaintsMax = 5;
// After a fill the disk may be busy for a while, even for the pages of a program.
constexpr absl::Duration kConnectTimeout = absl::Minutes(2);

// What a slot's calls came to. A slot has one call at a time, so it needs no lock.
struct Counter {
  Histogram latency, refusals;
  int64_t bad = 0;

  void Add(Answer answer, absl::Duration took) {
    (answer == Answer::kRefused ? refusals : latency).Add(took);
    if (answer == Answer::kBad) ++bad;
  }
};

Load Sum(const std::vector<Counter>& counters, absl::Time began, double cpu_before) {
  Load load{.wall = absl::Now() - began, .client_cpu = OwnCpu() - cpu_before};
  for (const Counter& counter : counters) {
    load.latency.Add(counter.latency);
    load.refusals.Add(counter.refusals);
    load.bad += counter.bad;
  }
  load.calls = load.latency.count();
  load.refused = load.refusals.count();
  return load;
}

// Each slot sends its next call when the last one was answered.
class ClosedLoop {
 public:
  ClosedLoop(Calls& calls, int64_t count, absl::Time end)
      : calls_(calls), count_(count), end_(end), tallies_(calls.slots()) {}

  Load Run() {
    began_ = absl::Now();
    cpu_ = OwnCpu();
    busy_ = calls_.slots();
    for (int slot = 0; slot < calls_.slots(); ++slot) Next(slot, began_);
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&over_));
    Load load = Sum(tallies_, began_, cpu_);
    load.sending = sending_;
    return load;
  }

 private:
  void Next(int slot, absl::Time now) {
    const int64_t number = next_++;
    if (number >= count_ || now >= end_) return Stop();
    calls_.Send(slot, number, [this, slot, now](Answer answer) {
      const absl::Time answered = absl::Now();
      tallies_[slot].Add(answer, answered - now);
      Next(slot, answered);
    });
  }

  void Stop() {
    const int busy = --busy_;
    if (busy == calls_.slots() - 1) {
      // Each of the others has a call that is not answered.
      sending_ = {.wall = absl::Now() - began_,
                  .calls = std::min<int64_t>(next_ - 1, count_) - busy,
                  .client_cpu = OwnCpu() - cpu_};
    }
    if (busy > 0) return;
    absl::MutexLock lock(&mutex_);
    over_ = true;
  }

  Calls& calls_;
  const int64_t count_;
  const absl::Time end_;
  absl::Time began_;
  double cpu_ = 0;
  std::vector<Counter> tallies_;
  Load::Sending sending_;
  std::atomic<int64_t> next_ = 0;
  std::atomic<int> busy_ = 0;
  absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
};

// Sends at the times of a timetable, in whichever slot is free; while none is, calls are late.
class OpenLoop {
 public:
  OpenLoop(Calls& calls, double per_second) : calls_(calls), per_second_(per_second) {
    for (int slot = 0; slot < calls.slots(); ++slot) free_.push_back(slot);
  }

  Load Run(absl::Duration time) {
    const absl::Time began = absl::Now();
    const double cpu = OwnCpu();
    const auto count = static_cast<int64_t>(per_second_ * absl::ToDoubleSeconds(time));
    for (int64_t number = 0; number < count; ++number) {
      Send(number, began + absl::Seconds(static_cast<double>(number) / per_second_));
    }
    absl::MutexLock lock(&mutex_);
    const Load::Sending sending = {
        .wall = absl::Now() - began, .calls = tally_.latency.count(), .client_cpu = OwnCpu() - cpu};
    mutex_.Await(absl::Condition(this, &OpenLoop::AllFree));
    Load load = Sum({tally_}, began, cpu);
    load.late = late_;
    load.sending = sending;
    return load;
  }

 private:
  void Send(int64_t number, absl::Time intended) {
    WaitUntil(intended);
    int slot = 0;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &OpenLoop::HasFree));
      slot = free_.back();
      free_.pop_back();
    }
    late_.Add(absl::Now() - intended);
    calls_.Send(slot, number, [this, slot, intended](Answer answer) {
      const absl::Time answered = absl::Now();
      absl::MutexLock lock(&mutex_);
      tally_.Add(answer, answered - intended);
      free_.push_back(slot);
    });
  }

  static void WaitUntil(absl::Time time) {
    const timespec when = absl::ToTimespec(time);
    while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, nullptr) == EINTR) continue;
  }

  bool HasFree() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !free_.empty(); }
  bool AllFree() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return static_cast<int>(free_.size()) == calls_.slots();
  }

  Calls& calls_;
  const double per_second_;
  Histogram late_;  // by the thread that sends
  absl::Mutex mutex_;
  std::vector<int> free_ ABSL_GUARDED_BY(mutex_);
  Counter tally_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

void Complain(const std::string& method, const grpc::Status& status) {
  static std::atomic<int> complaints = 0;
  if (complaints++ >= kComplaintsMax) return;
  std::cerr << method << ": " << status.error_code() << " " << status.error_message() << "\n";
}

void Connect(grpc::Channel& channel) {
  Check(channel.WaitForConnected(absl::ToChronoTime(absl::Now() + kConnectTimeout)));
}

bool IsBusy(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         RetryInfoOf(status).has_retry_delay();
}

Load RunClosed(Calls& calls, absl::Duration time) {
  return ClosedLoop(calls, INT64_MAX, absl::Now() + time).Run();
}

Load RunClosed(Calls& calls, int64_t count) {
  return ClosedLoop(calls, count, absl::InfiniteFuture()).Run();
}

Load RunOpen(Calls& calls, double per_second, absl::Duration time) {
  return OpenLoop(calls, per_second).Run(time);
}

MeasuredLoad MeasureLoad(const CpuMeter& meter, const std::function<Load()>& run) {
  const CpuTimes before = meter.Now();
  Load load = run();
  const CpuTimes cpu = meter.Now() - before;
  Check(load.calls > 0 && load.bad == 0 && load.refused == 0);
  const auto calls = static_cast<double>(load.calls);
  const auto milliseconds = [&](double share) {
    return absl::ToDoubleMilliseconds(load.latency.Percentile(share));
  };
  Measured measured{.value = cpu.total() / calls,
                    .beside = {{"server_cpu_us", cpu.server / calls},
                               {"database_cpu_us", cpu.database / calls},
                               {"client_cpu_us", load.client_cpu / calls},
                               {"calls_per_second", load.per_second()},
                               {"p50_ms", milliseconds(0.5)},
                               {"p99_ms", milliseconds(0.99)}}};
  return {.measured = std::move(measured), .load = load};
}

}  // namespace lots::bench
