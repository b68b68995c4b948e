// Lists and summaries of lots: order, filters, search, pages.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/domain/kinds/lot_state.h"
#include "storage/domain/kinds/movement.h"
#include "storage/domain/lot_ref.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/lots.h"
#include "tests/support/world/answers.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ListLotsTest : public ::testing::Test {
 protected:
  std::string Refusal(const ListLotsQuery& query) {
    return RefusalOf(ListLots(world_.db(), query).status());
  }
  ListLotsQuery Query() {
    return {.query = {.company = world_.company()}, .limit = 10, .now = world_.now()};
  }
  std::string Filtered(absl::string_view filter) {
    return absl::StrJoin(world_.List({.filter = std::string(filter)}), " ");
  }
  std::string Found(absl::string_view text) {
    return absl::StrJoin(world_.List({.text = std::string(text)}), " ");
  }
  // A lot a day, with this number and reference.
  LotId Add(absl::string_view product, absl::string_view number, absl::string_view reference = "") {
    CreateLotsCommand command = world_.CreateCommand(product, {std::string(number)});
    command.lots[0].reference = std::string(reference);
    const LotId id = CreateLots(world_.db(), command)->lots[0].lot_id;
    world_.set_now(world_.now() + absl::Hours(24));
    return id;
  }
  void SetDates(const LotId& id, absl::string_view column, absl::string_view day) {
    world_.Execute(absl::StrCat("UPDATE lots SET ", column, " = '", day, "' WHERE lot_id = '",
                                id.value().ToString(), "'"));
  }

  TestDatabase database_{TestDatabase::kMigrated};
  World world_{database_};
};

TEST_F(ListLotsTest, OrdersBothWaysInPagesOfAnySize) {
  const LotId b = Add("wire", "b");
  const LotId c = Add("wire", "c");
  const LotId a = Add("wire", "A");
  Add("wire", "d");
  SetDates(b, "expires_on", "2026-05-02");
  SetDates(c, "expires_on", "2026-05-01");
  SetDates(a, "expires_on", "2026-05-02");
  struct Case {
    const char* order_by;
    const char* numbers;
  };
  for (const Case& order : std::vector<Case>{
           {"", "d A c b"},
           {"create_time", "b c A d"},
           {"create_time desc", "d A c b"},
           {"number", "A b c d"},
           {"number desc", "d c b A"},
           {"expire_date, number", "c A b d"},
           {"expire_date desc, number", "A b c d"},
           {"expire_date desc, number desc", "b A c d"},
       }) {
    for (const int page : {1, 2, 3, 100}) {
      SCOPED_TRACE(absl::StrCat(order.order_by, ", pages of ", page));
      EXPECT_EQ(absl::StrJoin(world_.List({}, order.order_by, page), " "), order.numbers);
    }
  }
}

TEST_F(ListLotsTest, TiesAndDatesThatAreMissingLoseNothing) {
  std::vector<std::string> numbers;
  for (int i = 100; i < 130; ++i) numbers.push_back(absl::StrCat("L", i));
  const auto created = CreateLots(world_.db(), world_.CreateCommand("wire", numbers));
  for (int i = 0; i < 30; i += 3) {
    SetDates(created->lots[i].lot_id, "expires_on", i < 15 ? "2026-05-01" : "2026-05-02");
  }
  for (const char* order_by : {"", "create_time", "number desc", "expire_date", "expire_date desc",
                               "expire_date desc, create_time"}) {
    for (const int page : {1, 7, 10, 15}) {
      SCOPED_TRACE(absl::StrCat(order_by, ", pages of ", page));
      std::vector<std::string> listed = world_.List({}, order_by, page);
      std::sort(listed.begin(), listed.end());
      EXPECT_EQ(listed, numbers);
    }
  }
}

TEST_F(ListLotsTest, PagesLoseAndRepeatNothingWhileLotsAreCreated) {
  constexpr int kBefore = 3'000;
  const auto before =
      CreateLots(world_.db(), world_.CreateCountCommand("cable", kBefore, "A00001"));
  ASSERT_TRUE(before.ok()) << before.status();
  for (const char* order_by : {"", "create_time", "number", "number desc"}) {
    SCOPED_TRACE(order_by);
    std::atomic<bool> walking = true;
    std::thread creator([&] {
      World other(world_, database_.Connect());
      // Before, among and behind what is walked.
      for (int i = 0; walking; ++i) {
        const CreateLotsCommand command = other.CreateCommand(
            "cable", {absl::StrCat("A0", order_by, i), absl::StrCat("0", order_by, i),
                      absl::StrCat("Z", order_by, i)});
        EXPECT_EQ(RefusalOf(CreateLots(other.db(), command).status()), "OK");
      }
    });
    std::vector<std::string> listed = world_.List({}, order_by, 97);
    walking = false;
    creator.join();

    std::sort(listed.begin(), listed.end());
    EXPECT_EQ(std::adjacent_find(listed.begin(), listed.end()), listed.end()) << "twice";
    for (const NumberedLot& lot : before->lots) {
      ASSERT_TRUE(std::binary_search(listed.begin(), listed.end(), lot.number)) << lot.number;
    }
  }
}

TEST_F(ListLotsTest, OrdersAndPositionsAreRefused) {
  ListLotsQuery query = Query();
  query.order_by = "notes";
  EXPECT_EQ(Refusal(query), "FIELD_INVALID order_by");
  query = Query();
  query.order_by = "number sideways";
  EXPECT_EQ(Refusal(query), "FIELD_INVALID order_by");
  for (const ListPosition& position : std::vector<ListPosition>{
           {"1"}, {"x", Uuid::MakeV7().ToString()}, {"1", "no uuid"}, {"1", "2", "3"}}) {
    query = Query();
    query.after = position;
    EXPECT_EQ(Refusal(query), "PAGE_TOKEN_INVALID page_token");
  }
}

TEST_F(ListLotsTest, ArchivedAndVoidLotsAreHiddenUntilAskedFor) {
  Add("pump", "active");
  const LotId archived = Add("pump", "archived");
  const LotId gone = Add("pump", "void");
  world_.Assign("WO-1", "pump", {"planned"});
  ASSERT_TRUE(ArchiveLot(world_.db(), world_.LotCommandFor(archived)).ok());
  world_.SetState(gone, LotState::kVoid);

  EXPECT_EQ(Filtered(""), "active planned");
  EXPECT_EQ(Filtered("product_id = pump"), "active planned");
  EXPECT_EQ(Filtered("state = VOID"), "void");
  EXPECT_EQ(Filtered("state = LOT_STATE_ARCHIVED OR state = PLANNED"), "archived planned");
  EXPECT_EQ(Filtered("state != ACTIVE"), "archived planned void");
  EXPECT_THAT(world_.List({.show_archived = true}),
              ElementsAre("active", "archived", "planned", "void"));
}

TEST_F(ListLotsTest, EveryFieldMayBeFilteredBy) {
  world_.set_now(absl::FromCivil(absl::CivilDay(2026, 3, 1), absl::UTCTimeZone()));
  const LotId a = Add("wire", "A-1", "Supplier-7");
  const LotId b = Add("cable", "b-2", "other");
  Add("pump", "C-3");
  for (const char* column :
       {"manufactured_on", "expires_on", "best_before_on", "removal_on", "alert_on"}) {
    SetDates(a, column, "2026-06-01");
    SetDates(b, column, "2026-07-01");
  }
  world_.Execute("UPDATE lots SET updated_at = created_at + interval '12 hours'");
  world_.Execute("UPDATE companies SET time_zone = 'Europe/Berlin'");
  struct Case {
    const char* filter;
    const char* numbers;
  };
  for (const Case& c : std::vector<Case>{
           {"", "A-1 b-2 C-3"},
           {"product_id = wire", "A-1"},
           {"product_id != \"wire\"", "b-2 C-3"},
           {"product_id = \"wire\" AND expire_date < 2026-12-31", "A-1"},
           {"number = a-1", "A-1"},
           {"number = \"a*\"", "A-1"},
           {"number:\"-\"", "A-1 b-2 C-3"},
           {"number:7", ""},
           {"reference = \"Supplier-7\"", "A-1"},
           {"reference = \"Supplier-*\"", "A-1"},
           {"reference:supplier", "A-1"},
           {"reference:a-1", ""},
           {"reference:*", "A-1 b-2"},
           {"NOT reference:*", "C-3"},
           {"tracking = SERIAL", "C-3"},
           {"tracking = TRACKING_LOT", "A-1 b-2"},
           {"state = ACTIVE", "A-1 b-2 C-3"},
           {"create_time >= 2026-03-02", "b-2 C-3"},
           {"create_time = 2026-03-01", "A-1"},
           {"create_time < \"2026-03-02T00:00:00Z\"", "A-1"},
           {"update_time < \"2026-03-01T13:00:00Z\"", "A-1"},
           {"update_time < \"2026-03-01T11:00:00Z\"", ""},
           {"manufacture_date = 2026-06-01", "A-1"},
           {"expire_date > 2026-06-01", "b-2"},
           {"best_before_date <= 2026-06-30", "A-1"},
           {"removal_date:*", "A-1 b-2"},
           {"alert_date != 2026-06-01", "b-2 C-3"},
       }) {
    SCOPED_TRACE(c.filter);
    EXPECT_EQ(Filtered(c.filter), c.numbers);
  }
}

TEST_F(ListLotsTest, FiltersByWhatIsOnHand) {
  const LotId some = world_.CreateLot("wire", "some", "10");
  world_.CreateLot("wire", "none");
  const LotId sold = world_.CreateLot("wire", "sold", "5");
  world_.Move(MovementKind::kTransfer, some, "4", "stock", "truck");
  world_.Move(MovementKind::kDelivery, sold, "5", "stock", "CUSTOMER");

  EXPECT_EQ(Filtered("on_hand_quantity > 0"), "some");
  EXPECT_EQ(Filtered("on_hand_quantity = 10"), "some");
  EXPECT_EQ(Filtered("on_hand_quantity >= 10.001"), "");
  EXPECT_EQ(Filtered("NOT on_hand_quantity:*"), "none sold");
}

TEST_F(ListLotsTest, FiltersByWorkOrder) {
  world_.Assign("WO-1", "pump", {"P-1", "P-2"});
  world_.Assign("WO-2", "pump", {"P-3"});
  Add("pump", "P-4");

  EXPECT_EQ(Filtered("work_order_id = \"WO-1\""), "P-1 P-2");
  EXPECT_EQ(Filtered("work_order_id = \"WO-1\" AND number = P-2"), "P-2");
  EXPECT_EQ(Filtered("work_order_id = \"WO-1\" AND number = P-3"), "");
  EXPECT_EQ(Filtered("NOT work_order_id = \"WO-1\""), "P-3 P-4");
}

TEST_F(ListLotsTest, FiltersAreRefused) {
  for (const char* filter : {"nothing = 1", "state = 7", "number <", "notes = x", "(", "1 = 1",
                             "expire_date > yesterday", "work_order_id > 1"}) {
    ListLotsQuery query = Query();
    query.query.filter = filter;
    EXPECT_EQ(Refusal(query), "FILTER_INVALID filter") << filter;
  }
}

TEST_F(ListLotsTest, FindsSubstringsOfNumberOrReferenceInAnyCase) {
  Add("wire", "LOT-2026-0001", "Acme 77");
  Add("cable", "Stra\u00dfe", "100%_sure\\");
  Add("pump", "xlot", "100 %sure");
  struct Case {
    const char* text;
    const char* numbers;
  };
  for (const Case& c : std::vector<Case>{
           {"2026", "LOT-2026-0001"},
           {"lot", "LOT-2026-0001 xlot"},
           {"ACME 7", "LOT-2026-0001"},
           {"STRASSE", "Stra\u00dfe"},
           {"0001acme", ""},
           // What stands for itself in the pattern.
           {"0%_s", "Stra\u00dfe"},
           {"00%", "Stra\u00dfe"},
           {"e\\", ""},
           {"re\\", "Stra\u00dfe"},
           {"___", ""},
           {"%%%", ""},
           // Shorter than three characters: the number begins with it.
           {"lo", "LOT-2026-0001"},
           {"x", "xlot"},
           {"L", "LOT-2026-0001"},
           {"ac", ""},
           {"%", ""},
           {"_", ""},
       }) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(Found(c.text), c.numbers);
  }
}

TEST_F(ListLotsTest, ASearchMayBeFilteredAndPaged) {
  for (int i = 0; i < 9; ++i) Add(i % 2 == 0 ? "wire" : "pump", absl::StrCat("find-", i));
  Add("wire", "other");

  EXPECT_THAT(world_.List({.filter = "product_id = wire", .text = "FIND"}, "number", 2),
              ElementsAre("find-0", "find-2", "find-4", "find-6", "find-8"));
}

TEST_F(ListLotsTest, WhatDoesNotExistIsNotFound) {
  Add("wire", "1");
  const auto refusal = [&](const LotQuery& query) {
    LotQuery asked = query;
    if (asked.company.value().empty()) asked.company = world_.company();
    const std::string listed =
        RefusalOf(ListLots(world_.db(), {.query = asked, .limit = 10}).status());
    EXPECT_EQ(RefusalOf(SummarizeLots(world_.db(), {.query = asked, .limit = 10}).status()),
              listed);
    return listed;
  };
  EXPECT_EQ(refusal({.company = CompanyId("nobody")}), "COMPANY_NOT_FOUND");
  EXPECT_EQ(refusal({.filter = "product_id = nothing"}), "PRODUCT_NOT_FOUND filter");
  EXPECT_EQ(refusal({.filter = "number = 1 AND product_id = nothing"}), "PRODUCT_NOT_FOUND filter");
  EXPECT_EQ(refusal({.filter = "work_order_id = nothing"}), "WORK_ORDER_NOT_FOUND filter");
  // A product without lots is an empty page, and so is an alternative.
  EXPECT_EQ(refusal({.filter = "product_id = pump"}), "OK");
  EXPECT_EQ(refusal({.filter = "product_id = nothing OR number = 2"}), "OK");
}

TEST_F(ListLotsTest, OneCompanyNeverSeesAnothers) {
  World other(database_, "other");
  other.CreateLot("wire", "theirs", "5");
  other.Assign("WO-1", "pump", {"P-9"});
  Add("wire", "ours");

  for (const LotQuery& query :
       std::vector<LotQuery>{{},
                             {.text = "heirs"},
                             {.filter = "number = theirs OR number = ours"},
                             {.filter = "work_order_id = \"WO-1\" OR on_hand_quantity >= 0"}}) {
    for (const std::string& number : world_.List(query)) EXPECT_EQ(number, "ours");
  }
  const auto groups =
      SummarizeLots(world_.db(), {.query = {.company = world_.company()}, .limit = 10});
  ASSERT_EQ(groups->groups.size(), 1);
  EXPECT_TRUE(groups->groups[0].on_hand.IsZero());
}

class SummarizeLotsTest : public ListLotsTest {
 protected:
  // "wire 2 lots 15" of every group, walking pages of `page`.
  std::vector<std::string> Summary(LotQuery selection, int page = 10) {
    selection.company = world_.company();
    SummarizeLotsQuery query{.query = selection, .limit = page};
    std::vector<std::string> lines;
    while (true) {
      const auto groups = SummarizeLots(world_.db(), query);
      if (!groups.ok()) return {RefusalOf(groups.status())};
      for (const LotGroup& group : groups->groups) {
        lines.push_back(absl::StrCat(group.product_id.value(), " ", group.lot_count, " lots ",
                                     group.on_hand.Format(group.scale)));
      }
      if (!groups->has_more) return lines;
      query.after = groups->groups.back().product_id;
    }
  }
};

TEST_F(SummarizeLotsTest, CountsLotsAndWhatIsOnHandByProduct) {
  const LotId wire = world_.CreateLot("wire", "1", "10");
  world_.CreateLot("wire", "2", "2.5");
  world_.CreateLot("wire", "3");
  world_.CreateLot("pump", "1", "1");
  world_.CreateLot("cable", "1");
  // In two places, a lot is one lot; what left is not on hand.
  world_.Move(MovementKind::kTransfer, wire, "3", "stock", "shelf");
  world_.Move(MovementKind::kDelivery, wire, "1", "stock", "CUSTOMER");

  for (const int page : {1, 2, 10}) {
    EXPECT_THAT(Summary({}, page),
                ElementsAre("cable 1 lots 0", "pump 1 lots 1", "wire 3 lots 11.500"));
  }
  EXPECT_THAT(Summary({.filter = "number = 1"}),
              ElementsAre("cable 1 lots 0", "pump 1 lots 1", "wire 1 lots 9.000"));
  EXPECT_THAT(Summary({.filter = "on_hand_quantity > 0"}),
              ElementsAre("pump 1 lots 1", "wire 2 lots 11.500"));
  EXPECT_THAT(Summary({.text = "3"}), ElementsAre("wire 1 lots 0.000"));
}

TEST_F(SummarizeLotsTest, HidesArchivedOnesAndRefusesFilters) {
  const LotId id = world_.CreateLot("wire", "1");
  ASSERT_TRUE(ArchiveLot(world_.db(), world_.LotCommandFor(id)).ok());

  EXPECT_THAT(Summary({}), IsEmpty());
  EXPECT_THAT(Summary({.show_archived = true}), ElementsAre("wire 1 lots 0.000"));
  EXPECT_THAT(Summary({.filter = "nonsense ="}), ElementsAre("FILTER_INVALID filter"));
}

}  // namespace
}  // namespace lots
