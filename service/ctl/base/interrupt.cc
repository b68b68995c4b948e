// Writes a last text from a signal handler.
#include "service/ctl/base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <utility>

namespace lots::ctl {
namespace {

// The handler has no other way to the text.
std::atomic<const std::string*> signal_message{nullptr};

// Called once: the signal is then handled as before lotctl, which ends the program in the way that
// its shell expects, and ends a script with it.
void WriteSignalMessage(int signal) {
  const std::string* const text = signal_message.load();
  if (text != nullptr) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text->data(), text->size());
  }
  raise(signal);
}

}  // namespace

SignalMessage::SignalMessage(std::string text) {
  Change(std::move(text));
  struct sigaction action = {};
  action.sa_handler = WriteSignalMessage;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &action, &before_[i]);
}

SignalMessage::~SignalMessage() {
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &before_[i], nullptr);
  signal_message.store(nullptr);
}

void SignalMessage::Change(std::string text) {
  current_ = 1 - current_;
  texts_[current_] = std::move(text);
  signal_message.store(&texts_[current_]);
}

}  // namespace lots::ctl
