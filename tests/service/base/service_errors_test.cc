// Every reason of storage has its value in the API.
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lots/v1/errors.pb.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

// Clients branch on the names of the proto; storage knows no proto. This test holds the two
// together.
TEST(Errors, EveryReasonOfTheApiIsTheSameInStorage) {
  const google::protobuf::EnumDescriptor* reasons = v1::ErrorReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const auto* value = reasons->value(i);
    const Reason reason = static_cast<Reason>(value->number());
    EXPECT_EQ(absl::StrCat("ERROR_REASON_", Name(reason)), value->name());
  }
}

// The code stands in brackets before each reason's comment in errors.proto; this table repeats it.
TEST(Errors, CodesFollowTheRangesOfTheReasons) {
  const google::protobuf::EnumDescriptor* reasons = v1::ErrorReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const int number = reasons->value(i)->number();
    const absl::StatusCode code = CodeOf(static_cast<Reason>(number));
    if (number < 20) {
      EXPECT_EQ(code, absl::StatusCode::kInvalidArgument) << number;
    } else if (number < 40) {
      EXPECT_EQ(code, absl::StatusCode::kNotFound) << number;
    } else if (number < 60) {
      EXPECT_EQ(code, absl::StatusCode::kAlreadyExists) << number;
    } else if (number < 130) {
      EXPECT_EQ(code, absl::StatusCode::kFailedPrecondition) << number;
    }
  }
}

TEST(Errors, ProblemsTravelInTheStatus) {
  const absl::Status status =
      Refuse({FieldInvalid("number", "a\xff", "has bytes that are no UTF-8"),
              {Reason::kNotEnough, "movements[1]", "only 2 there", {{"available", "2"}}}});

  const std::vector<Problem> problems = ProblemsOf(status);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "number: has bytes that are no UTF-8 (and 1 more problem)");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].facts[1].second, "a\xff");
  EXPECT_EQ(problems[1].reason, Reason::kNotEnough);
  EXPECT_EQ(problems[1].field, "movements[1]");
  EXPECT_TRUE(ProblemsOf(absl::InternalError("no refusal")).empty());
}

}  // namespace
}  // namespace lots
