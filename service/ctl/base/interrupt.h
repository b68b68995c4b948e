// What lotctl says when a signal ends it.
#pragma once

#include <signal.h>

#include <string>

namespace lots::ctl {

// While a SignalMessage lives, a signal that ends lotctl (ctrl-C, a closed terminal, kill) first
// writes the text to standard error. There is one at a time.
class SignalMessage {
 public:
  explicit SignalMessage(std::string text);
  ~SignalMessage();
  SignalMessage(const SignalMessage&) = delete;
  SignalMessage& operator=(const SignalMessage&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
  static constexpr int kSignalCount = 3;

  const std::string text_;
  struct sigaction before_[kSignalCount];
};

}  // namespace lots::ctl
