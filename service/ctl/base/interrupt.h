// What lotctl says when a signal ends it.
#pragma once

#include <array>
#include <csignal>
#include <cstddef>
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

  // Another text from now on. There is no moment without one.
  void Change(std::string text);

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
  static constexpr int kSignalCount = 3;

  // The text and the one before, which a handler may still be writing.
  std::array<std::string, 2> texts_;
  size_t current_ = 0;
  struct sigaction before_[kSignalCount];
};

}  // namespace lots::ctl
