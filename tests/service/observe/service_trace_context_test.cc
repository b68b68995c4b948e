// What a call takes over from its caller's trace, and passes on.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/observe/trace_context.h"

namespace lots {
namespace {

std::string Joined(const std::vector<std::string>& headers) {
  return JoinTraceState(std::vector<absl::string_view>(headers.begin(), headers.end()));
}

TEST(ParseTraceParent, TakesWhatTheStandardSays) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string rest = "-00f067aa0ba902b7-01";

  EXPECT_EQ(ParseTraceParent("00-" + id + rest).trace_id, id);
  EXPECT_EQ(ParseTraceParent("00-" + id + rest).span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(ParseTraceParent("00-" + id + "-00f067aa0ba902b7-01").sampled);
  EXPECT_FALSE(ParseTraceParent("00-" + id + "-00f067aa0ba902b7-0a").sampled);
  EXPECT_EQ(ParseTraceParent("cc-" + id + rest + "-what-comes-later").trace_id, id);
  for (const std::string& bad :
       {std::string(), "00-" + id, "ff-" + id + rest, "00-" + id + rest + "-x",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736" + rest, "00-" + std::string(32, '0') + rest,
        "00-" + id + "-0000000000000000-01", "0-" + id + rest}) {
    EXPECT_EQ(ParseTraceParent(bad).trace_id, "") << bad;
  }
}

TEST(JoinTraceState, PassesOnWhatTheStandardSays) {
  EXPECT_EQ(Joined({}), "");
  EXPECT_EQ(Joined({"congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7, tenant@sys=a b"}),
            "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7,tenant@sys=a b");
  EXPECT_EQ(Joined({" a=1 ,, ", ""}), "a=1");
  EXPECT_EQ(Joined({"1/x_-*=~!"}), "1/x_-*=~!");
}

TEST(JoinTraceState, DropsAllOfWhatIsMalformed) {
  for (const std::string& bad :
       {std::string("a"), std::string("a="), std::string("=1"), std::string("A=1"),
        std::string("a=1=2"), std::string("a=\x01"), std::string("a=\xc3\xa9"), std::string("-a=1"),
        std::string("a b=1"), absl::StrCat("a=", std::string(257, 'x')),
        absl::StrCat(std::string(257, 'k'), "=1")}) {
    EXPECT_EQ(Joined({"ok=1", bad}), "") << bad;
  }
}

TEST(JoinTraceState, TakesThirtyTwoMembers) {
  std::vector<std::string> members(32, "a=1");
  EXPECT_EQ(Joined(members), absl::StrJoin(members, ","));
  members.emplace_back("a=1");
  EXPECT_EQ(Joined(members), "");
}

TEST(JoinTraceState, OfTooMuchLeavesOutLongMembersAndThenTheLast) {
  const auto member = [](const char* key, size_t size) {
    return absl::StrCat(key, "=", std::string(size - 2, 'x'));
  };
  const std::string a = member("a", 128), b = member("b", 129), c = member("c", 128);
  const std::string d = member("d", 129), e = member("e", 128);

  // 512 characters in all, with the commas.
  EXPECT_EQ(Joined({a, c, e, member("f", 125)}), absl::StrJoin({a, c, e, member("f", 125)}, ","));
  EXPECT_EQ(Joined({a, c, e, member("f", 126)}), absl::StrJoin({a, c, e}, ","));
  EXPECT_EQ(Joined({a, b, c, d}), absl::StrJoin({a, b, c}, ","));
  EXPECT_EQ(Joined({a, b, c, d, e}), absl::StrJoin({a, c, e}, ","));
}

TEST(CallTrace, IsPassedOnAsItsOwnSpan) {
  CallTrace trace{.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                  .span_id = "00f067aa0ba902b7",
                  .parent_span_id = "b7ad6b7169203331"};
  EXPECT_EQ(trace.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  trace.sampled = true;
  EXPECT_EQ(trace.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(CallTrace().traceparent(), "");
}

}  // namespace
}  // namespace lots
