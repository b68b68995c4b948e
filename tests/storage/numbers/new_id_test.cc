// The ids that callers may give to new resources.
#include "storage/numbers/new_id.h"

#include <gtest/gtest.h>

#include "storage/domain/reasons.h"

namespace lots {
namespace {

TEST(NewId, StandsInAUrlAndOnACommandLine) {
  for (const char* id : {"steel", "urn:epc:id:sgln:0614141.07346.0", "MO-1001", "a b", "Ärger",
                         "1.0", "a.b", "a@b", "_x", "~"}) {
    EXPECT_EQ(CheckNewId("product_id", id), std::nullopt) << id;
  }
  for (const char* id : {"a/b", "/", "https://example.org/414/1", "a\\b", "a?b", "a#b", "50%", "-",
                         "-x", "--limit", ".", ".."}) {
    const std::optional<Problem> problem = CheckNewId("products[3].product_id", id);
    ASSERT_TRUE(problem.has_value()) << id;
    EXPECT_EQ(problem->reason, Reason::kFieldInvalid);
    EXPECT_EQ(problem->field, "products[3].product_id");
    EXPECT_NE(problem->message.find(id), std::string::npos);
  }
}

}  // namespace
}  // namespace lots
