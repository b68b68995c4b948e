// The queue before the workers, and the small pieces that calls are described by.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "service/log.h"
#include "service/trace_context.h"
#include "service/work_queue.h"

namespace lots {
namespace {

// A queue with one worker, which is kept busy until Release.
class BusyQueue {
 public:
  explicit BusyQueue(const WorkQueue::Options& options)
      : queue_(std::make_unique<WorkQueue>(options)) {
    EXPECT_TRUE(queue_->Push("busy", [this] {
      taken_.Notify();
      release_.WaitForNotification();
    }));
    taken_.WaitForNotification();
  }

  bool Push(const std::string& company) {
    return queue_->Push(company, [this, company] { done_.push_back(company); });
  }
  // What was done, in its order.
  const std::vector<std::string>& Release() {
    release_.Notify();
    queue_.reset();
    return done_;
  }

 private:
  absl::Notification taken_;
  absl::Notification release_;
  std::vector<std::string> done_;
  std::unique_ptr<WorkQueue> queue_;
};

TEST(WorkQueue, LetsCompaniesTakeTurns) {
  BusyQueue queue({.workers = 1, .waiting_max = 10, .waiting_max_per_company = 10});
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue.Push("big"));
  EXPECT_TRUE(queue.Push("small"));
  EXPECT_TRUE(queue.Push("tiny"));

  const std::vector<std::string> kTurns = {"small", "tiny", "big", "big", "big", "big"};
  EXPECT_EQ(queue.Release(), kTurns);
}

TEST(WorkQueue, IsBoundedForAllAndForEach) {
  BusyQueue queue({.workers = 1, .waiting_max = 4, .waiting_max_per_company = 3});

  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push("big"));
  EXPECT_FALSE(queue.Push("big"));
  EXPECT_TRUE(queue.Push("small"));
  EXPECT_FALSE(queue.Push("small"));
  EXPECT_FALSE(queue.Push("tiny"));

  EXPECT_EQ(queue.Release().size(), 4u);
}

TEST(TraceIdOf, TakesWhatTheStandardSays) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string rest = "-00f067aa0ba902b7-01";

  EXPECT_EQ(TraceIdOf("00-" + id + rest), id);
  EXPECT_EQ(TraceIdOf("cc-" + id + rest + "-what-comes-later"), id);
  for (const std::string& bad :
       {std::string(), "00-" + id, "ff-" + id + rest, "00-" + id + rest + "-x",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736" + rest, "00-" + std::string(32, '0') + rest,
        "00-" + id + "-0000000000000000-01", "0-" + id + rest}) {
    EXPECT_EQ(TraceIdOf(bad), "") << bad;
  }
}

TEST(LogFields, AreJson) {
  LogFields fields;

  fields.Add("text", "a \"quoted\" \\ line\n").Add("count", 7).Add("ms", absl::Microseconds(1250));
  fields.AddIfAny("empty", "");

  EXPECT_EQ(fields.json(), R"(,"text":"a \"quoted\" \\ line\u000a","count":7,"ms":1.250)");
}

}  // namespace
}  // namespace lots
