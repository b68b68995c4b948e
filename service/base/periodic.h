// A thread that repeats some work.
#pragma once

#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace lots {

class Periodic {
 public:
  // Calls `work` at once, and again `period` after each call has ended, until destroyed.
  Periodic(absl::Duration period, std::function<void()> work);
  // Waits for the running work.
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  absl::Notification stop_;
  std::thread thread_;
};

}  // namespace lots
