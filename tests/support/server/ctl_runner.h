// Runs lotctl inside the test, with a TestServer.
#pragma once

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "service/ctl/run.h"
#include "tests/support/server/test_server.h"

namespace lots {

// The exit code of a command and its output.
struct CtlEnd {
  int code = 0;
  std::string out;
  std::string err;
};

// CtlRunner runs commands for one company.
class CtlRunner {
 public:
  CtlRunner(TestServer& server, std::string company)
      : address_(server.server().address()), company_(std::move(company)) {}

  // `columns` is the width of a terminal with colours that the command writes to; 0: a file.
  CtlEnd Run(std::vector<std::string> arguments, int columns = 0) const {
    arguments.insert(arguments.begin(), {"--address", address_, "--company", company_});
    std::ostringstream out;
    std::ostringstream err;
    const int code = ctl::Run(arguments, "test",
                              {.out = out, .err = err, .colours = columns > 0, .columns = columns});
    return {code, out.str(), err.str()};
  }

  // The output of a command. The command must succeed and write nothing to standard error.
  std::string Ok(const std::vector<std::string>& arguments) const {
    const CtlEnd end = Run(arguments);
    EXPECT_EQ(end.code, 0) << testing::PrintToString(arguments) << end.err;
    EXPECT_EQ(end.err, "") << testing::PrintToString(arguments);
    return end.out;
  }

  // The messages that a command writes with --output json: one message a line, and nothing else.
  template <class Message>
  std::vector<Message> Messages(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--output", "json"});
    std::vector<Message> messages;
    const std::string out = Ok(arguments);
    for (const absl::string_view line : absl::StrSplit(out, '\n', absl::SkipEmpty())) {
      Message message;
      const auto status = google::protobuf::util::JsonStringToMessage(std::string(line), &message);
      EXPECT_TRUE(status.ok()) << testing::PrintToString(arguments) << line;
      messages.push_back(std::move(message));
    }
    return messages;
  }

  template <class Message>
  Message Answer(const std::vector<std::string>& arguments) const {
    const std::vector<Message> messages = Messages<Message>(arguments);
    EXPECT_EQ(messages.size(), 1u) << testing::PrintToString(arguments);
    return messages.empty() ? Message() : messages.front();
  }

 private:
  const std::string address_;
  const std::string company_;
};

}  // namespace lots
