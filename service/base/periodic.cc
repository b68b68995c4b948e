// Runs work on a thread of its own, with pauses.
#include "service/base/periodic.h"

#include <utility>

namespace lots {

Periodic::Periodic(absl::Duration period, std::function<void()> work)
    : thread_([this, period, work = std::move(work)] {
        do {
          work();
        } while (!stop_.WaitForNotificationWithTimeout(period));
      }) {}

Periodic::~Periodic() {
  stop_.Notify();
  thread_.join();
}

}  // namespace lots
