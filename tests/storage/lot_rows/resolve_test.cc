// Many numbers of one product are found as few are.
#include "storage/lot_rows/resolve.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_ref.h"
#include "storage/lots/lots.h"
#include "tests/support/base/must.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAreArray;

// More than a statement of one product needs; storage/lot_rows/resolve.cc has the number.
constexpr int kMany = 150;

class ResolveTest : public ::testing::Test {
 protected:
  // The number of the lot that each reference finds; "" for none.
  std::vector<std::string> Found(const std::vector<LotRef>& refs) {
    std::vector<std::string> numbers;
    for (const auto& lot : Must(ResolveLots(world_.db(), world_.company(), refs))) {
      numbers.push_back(lot.has_value() ? lot->number : "");
    }
    return numbers;
  }
  static LotRef Named(const char* product, const std::string& number) {
    return {.product_id = ProductId(product), .number = number};
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(ResolveTest, TheCaseOfManyNumbersCountsWhereTheProductSaysSo) {
  std::vector<LotRef> refs;
  std::vector<std::string> created, found;
  for (int i = 0; i < kMany; ++i) {
    created.push_back(absl::StrCat("Ab-", i));
    const bool is_exact = i % 2 == 0;
    refs.push_back(Named("cable", absl::StrCat(is_exact ? "Ab-" : "AB-", i)));
    found.push_back(is_exact ? created.back() : "");
  }
  world_.CreateLots("cable", created);
  // The folded form of another reference is a number of its own.
  world_.CreateLot("cable", "ab-1");
  EXPECT_THAT(Found(refs), ElementsAreArray(found));

  world_.CreateLots("salt", created);
  for (LotRef& ref : refs) ref.product_id = ProductId("salt");
  EXPECT_THAT(Found(refs), ElementsAreArray(created));
}

TEST_F(ResolveTest, ManyNumbersStandBesideIdsAndOtherProducts) {
  std::vector<LotRef> refs;
  std::vector<std::string> created, found;
  for (int i = 0; i < kMany; ++i) created.push_back(absl::StrCat("S-", i));
  const std::vector<LotId> salt = world_.CreateLots("salt", created);
  world_.CreateLot("wire", "S-7");
  for (int i = 0; i < kMany; ++i) {
    refs.push_back(Named("salt", created[i]));
    found.push_back(created[i]);
  }
  refs.insert(refs.begin(), Named("wire", "s-7"));
  found.insert(found.begin(), "S-7");
  refs.push_back(Named("salt", "s-3"));  // a second time
  found.push_back("S-3");
  refs.push_back({.lot_id = salt[5]});
  found.push_back("S-5");
  refs.push_back(Named("salt", "none"));
  found.push_back("");
  EXPECT_THAT(Found(refs), ElementsAreArray(found));
}

TEST_F(ResolveTest, AFormerNumberAmongManyNamesItsLot) {
  std::vector<LotRef> refs;
  std::vector<std::string> found;
  for (int i = 0; i < kMany; ++i) {
    found.push_back(absl::StrCat("S-", i));
    refs.push_back(Named("salt", found.back()));
  }
  const std::vector<LotId> salt = world_.CreateLots("salt", found);
  UpdateLotCommand command = world_.UpdateCommand(salt[7]);
  command.number = "NEW";
  found[7] = Must(UpdateLot(world_.db(), command)).number;
  EXPECT_EQ(found[7], "NEW");
  EXPECT_THAT(Found(refs), ElementsAreArray(found));
}

}  // namespace
}  // namespace lots
