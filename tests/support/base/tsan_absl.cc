// For builds with ThreadSanitizer only. Debian's Abseil is not instrumented, so the sanitizer does
// not know that absl::Mutex synchronises threads, and would report a race for all data that a mutex
// guards. The definitions in this file replace those of the library: each calls the function of the
// library and reports the acquisition or the release to the sanitizer.
#include <dlfcn.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "storage/base/check.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// The beginning of the mangled name of a member function of an Abseil class.
#define LOTS_ABSL "_ZN4absl7debian3"
#define LOTS_ABSL_CONST "_ZNK4absl7debian3"

// The definition in the library of a function that this file replaces.
template <class Function>
Function* Library(const char* mangled) {
  void* found = dlsym(RTLD_NEXT, mangled);
  lots::Check(found != nullptr);
  return reinterpret_cast<Function*>(found);
}

// Reports to the sanitizer that the mutex is released while a thread waits. The library evaluates
// the conditions of waiting threads on the thread that unlocks. That thread still holds the mutex,
// but has already reported the release; therefore the sanitizer ignores these reads.
class Released {
 public:
  explicit Released(absl::Mutex* mutex) : mutex_(mutex) {
    __tsan_release(mutex_);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  }
  ~Released() {
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    __tsan_acquire(mutex_);
  }

 private:
  absl::Mutex* mutex_;
};

}  // namespace

void absl::Mutex::Lock() {
  static auto* const library = Library<void(Mutex*)>(LOTS_ABSL "5Mutex4LockEv");
  library(this);
  __tsan_acquire(this);
}

void absl::Mutex::Unlock() {
  static auto* const library = Library<void(Mutex*)>(LOTS_ABSL "5Mutex6UnlockEv");
  __tsan_release(this);
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  library(this);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

void absl::Mutex::ReaderLock() {
  static auto* const library = Library<void(Mutex*)>(LOTS_ABSL "5Mutex10ReaderLockEv");
  library(this);
  __tsan_acquire(this);
}

void absl::Mutex::ReaderUnlock() {
  static auto* const library = Library<void(Mutex*)>(LOTS_ABSL "5Mutex12ReaderUnlockEv");
  __tsan_release(this);
  library(this);
}

void absl::Mutex::Await(const Condition& condition) {
  static auto* const library =
      Library<void(Mutex*, const Condition&)>(LOTS_ABSL "5Mutex5AwaitERKNS0_9ConditionE");
  Released released(this);
  library(this, condition);
}

bool absl::Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  static auto* const library = Library<bool(Mutex*, const Condition&, Duration)>(
      LOTS_ABSL "5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  Released released(this);
  return library(this, condition, timeout);
}

bool absl::Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static auto* const library = Library<bool(Mutex*, const Condition&, Time)>(
      LOTS_ABSL "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  Released released(this);
  return library(this, condition, deadline);
}

void absl::CondVar::Wait(Mutex* mutex) {
  static auto* const library =
      Library<void(CondVar*, Mutex*)>(LOTS_ABSL "7CondVar4WaitEPNS0_5MutexE");
  Released released(mutex);
  library(this, mutex);
}

bool absl::CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const library = Library<bool(CondVar*, Mutex*, Time)>(
      LOTS_ABSL "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  Released released(mutex);
  return library(this, mutex, deadline);
}

void absl::Notification::Notify() {
  static auto* const library = Library<void(Notification*)>(LOTS_ABSL "12Notification6NotifyEv");
  __tsan_release(this);
  library(this);
}

void absl::Notification::WaitForNotification() const {
  static auto* const library =
      Library<void(const Notification*)>(LOTS_ABSL_CONST "12Notification19WaitForNotificationEv");
  library(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool absl::Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  static auto* const library = Library<bool(const Notification*, Duration)>(
      LOTS_ABSL_CONST "12Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool notified = library(this, timeout);
  __tsan_acquire(const_cast<Notification*>(this));
  return notified;
}
