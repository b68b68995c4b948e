// Writes a last text from a signal handler.
#include "service/ctl/base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <utility>

namespace lots::ctl {
namespace {

// The handler has no other way to the text.
std::atomic<const std::string*> last_words{nullptr};

// Called once: the signal is then handled as before lotctl, which ends the program in the way that
// its shell expects, and ends a script with it.
void WriteLastWords(int signal) {
  const std::string* const text = last_words.load();
  if (text != nullptr) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text->data(), text->size());
  }
  raise(signal);
}

}  // namespace

LastWords::LastWords(std::string text) : text_(std::move(text)) {
  last_words.store(&text_);
  struct sigaction action = {};
  action.sa_handler = WriteLastWords;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &action, &before_[i]);
}

LastWords::~LastWords() {
  for (int i = 0; i < kSignalCount; ++i) sigaction(kSignals[i], &before_[i], nullptr);
  last_words.store(nullptr);
}

}  // namespace lots::ctl
