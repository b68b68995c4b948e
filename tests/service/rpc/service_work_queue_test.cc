// The queue before the workers, and the small pieces that calls are described by.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "service/observe/log.h"
#include "service/rpc/work_queue.h"

namespace lots {
namespace {

class NamedJob final : public Job {
 public:
  NamedJob(std::string name, const void* batch) : name(std::move(name)), batch_(batch) {}
  const void* batch() const override { return batch_; }

  const std::string name;

 private:
  const void* const batch_;
};

// A queue with one worker, which is kept busy until Release.
class BusyQueue {
 public:
  explicit BusyQueue(const WorkQueue::Options& options)
      : queue_(
            std::make_unique<WorkQueue>(options, [this](std::vector<Job*> jobs) { Run(jobs); })) {
    EXPECT_TRUE(queue_->Push("busy", busy_));
    taken_.WaitForNotification();
  }

  bool Push(const std::string& company, const std::string& name, const void* batch = nullptr) {
    jobs_.push_back(std::make_unique<NamedJob>(name, batch));
    return queue_->Push(company, *jobs_.back());
  }
  // What was done, in its order, with what was done together in one text.
  const std::vector<std::string>& Release() {
    release_.Notify();
    queue_.reset();
    return done_;
  }

 private:
  void Run(const std::vector<Job*>& jobs) {
    if (jobs.front() == &busy_) {
      taken_.Notify();
      release_.WaitForNotification();
      return;
    }
    std::string together;
    for (Job* job : jobs) together += static_cast<NamedJob*>(job)->name;
    done_.push_back(together);
  }

  NamedJob busy_{"busy", nullptr};
  std::vector<std::unique_ptr<NamedJob>> jobs_;
  absl::Notification taken_;
  absl::Notification release_;
  std::vector<std::string> done_;
  std::unique_ptr<WorkQueue> queue_;
};

using Done = std::vector<std::string>;

TEST(WorkQueue, LetsCompaniesTakeTurns) {
  BusyQueue queue(
      {.workers = 1, .waiting_max = 10, .waiting_max_per_company = 10, .batch_max = 10});
  for (const char* name : {"B", "C", "D"}) EXPECT_TRUE(queue.Push("big", name));
  EXPECT_TRUE(queue.Push("small", "s"));
  EXPECT_TRUE(queue.Push("tiny", "t"));

  EXPECT_EQ(queue.Release(), (Done{"s", "t", "B", "C", "D"}));
}

TEST(WorkQueue, IsBoundedForAllAndForEach) {
  BusyQueue queue({.workers = 1, .waiting_max = 4, .waiting_max_per_company = 3, .batch_max = 10});

  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push("big", "b"));
  EXPECT_FALSE(queue.Push("big", "refused"));
  EXPECT_TRUE(queue.Push("small", "s"));
  EXPECT_FALSE(queue.Push("small", "refused"));
  EXPECT_FALSE(queue.Push("tiny", "refused"));

  EXPECT_EQ(queue.Release(), (Done{"s", "b", "b", "b"}));
}

TEST(WorkQueue, TakesABatchOfOneCompanyTogether) {
  BusyQueue queue({.workers = 1, .waiting_max = 20, .waiting_max_per_company = 20, .batch_max = 3});
  const int reads = 0;
  const int finds = 0;
  EXPECT_TRUE(queue.Push("big", "1", &reads));
  EXPECT_TRUE(queue.Push("big", "w"));
  for (const char* name : {"2", "3", "4", "5"}) EXPECT_TRUE(queue.Push("big", name, &reads));
  EXPECT_TRUE(queue.Push("big", "f", &finds));
  EXPECT_TRUE(queue.Push("small", "s", &reads));

  EXPECT_EQ(queue.Release(), (Done{"s", "123", "w", "45", "f"}));
}

TEST(LogFields, AreJson) {
  LogFields fields;

  fields.Add("text", "a \"quoted\" \\ line\n").Add("count", 7).Add("ms", absl::Microseconds(1250));
  fields.AddIfAny("empty", "");

  EXPECT_EQ(fields.json(), R"(,"text":"a \"quoted\" \\ line\u000a","count":7,"ms":1.250)");
}

}  // namespace
}  // namespace lots
