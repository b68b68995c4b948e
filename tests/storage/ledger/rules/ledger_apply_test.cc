// What movements and reversals do to plain facts: quantities, dates, places, the order of history.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/ledger/rules/apply.h"
#include "tests/support/world/ledger_facts.h"

namespace lots {
namespace {

constexpr auto kReceipt = MovementKind::kReceipt;
constexpr auto kTransfer = MovementKind::kTransfer;
constexpr auto kDelivery = MovementKind::kDelivery;
constexpr auto kReturn = MovementKind::kReturn;
constexpr auto kConsumption = MovementKind::kConsumption;
constexpr auto kProduction = MovementKind::kProduction;
constexpr auto kAdjustment = MovementKind::kAdjustment;

std::string DayOf(const std::optional<absl::Time>& time) {
  if (!time.has_value()) return "never";
  return absl::FormatTime("%d", *time, absl::UTCTimeZone());
}

// "10 arrived 01 since 01".
std::string At(const LedgerFacts& facts, const std::string& location) {
  const LocationId id(location);
  const StockDates dates = facts.DatesAt(kSteel, id);
  const std::string quantity = facts.QuantityAt(kSteel, id).ToString();
  if (dates == StockDates()) return quantity;
  return absl::StrCat(quantity, " arrived ", DayOf(dates.arrived_at), " since ",
                      DayOf(dates.stock_since));
}

Posting On(int day, Posting posting) {
  posting.occurred_at = Noon(day);
  return posting;
}

PostedMovement PostedOf(const MovementRow& row) {
  const Posting& posting = row.posting;
  return {.movement = {.movement_id = posting.movement_id,
                       .kind = posting.kind,
                       .lot_id = posting.lot_id,
                       .quantity = posting.quantity,
                       .from = posting.from,
                       .to = posting.to,
                       .occurred_at = posting.occurred_at,
                       .recorded_at = row.recorded_at,
                       .delivery = posting.delivery,
                       .transformation = posting.transformation},
          .from_before = row.from_before,
          .to_before = row.to_before,
          .reversed_by = {}};
}

MovementRow Reverse(const MovementRow& row, LedgerFacts& facts) {
  const PostedMovement original = PostedOf(row);
  const Reversal reversal{.movement_id = MovementId(Uuid::MakeV7())};
  return ApplyReversal(original, PostingOf(original, reversal), facts);
}

TEST(ApplyPosting, DatesFollowEachMovement) {
  struct Step {
    Posting posting;
    std::string place;
    std::string dates;
  };
  const std::vector<Step> steps = {
      {On(2, Move(kReceipt, kSteel, "5", "SUPPLIER", "stock")), "stock", "15 arrived 01 since 01"},
      {On(2, Move(kReceipt, kSteel, "5", "SUPPLIER", "stock")), "SUPPLIER", "-10"},
      // A TRANSFER carries stock_since along, and not arrived_at.
      {On(4, Move(kTransfer, kSteel, "4", "stock", "yard")), "yard", "4 arrived 04 since 01"},
      {On(6, Move(kReceipt, kSteel, "2", "SUPPLIER", "truck")), "truck", "2 arrived 06 since 06"},
      // Of two dates that meet the earlier one stays; the arrival is the first.
      {On(7, Move(kTransfer, kSteel, "1", "yard", "truck")), "truck", "3 arrived 06 since 01"},
      {On(8, Move(kDelivery, kSteel, "3", "yard", "CUSTOMER")), "yard", "0"},
      // Outside there is an arrival, and no date for FIFO.
      {On(8, Move(kDelivery, kSteel, "1", "stock", "CUSTOMER")), "CUSTOMER",
       "4 arrived 08 since never"},
      // A place that holds no goods has no dates.
      {On(8, Move(kConsumption, kSteel, "1", "stock", "PRODUCTION")), "PRODUCTION", "1"},
      {On(9, Move(kAdjustment, kSteel, "1", "ADJUSTMENT", "yard")), "yard",
       "1 arrived 09 since 09"},
      // Dates follow the order of recording: an earlier time moves stock_since, and not arrived_at.
      {On(3, Move(kReceipt, kSteel, "1", "SUPPLIER", "yard")), "yard", "2 arrived 09 since 03"},
  };
  LedgerFacts facts = Warehouse();
  for (const Step& step : steps) {
    ApplyPosting(step.posting, facts);
    EXPECT_EQ(At(facts, step.place), step.dates);
  }
}

TEST(ApplyPosting, RenamedGoodsKeepTheDateThatIsGiven) {
  LedgerFacts facts = Warehouse();
  Posting renamed = Move(kProduction, kSteel, "1", "PRODUCTION", "yard");
  renamed.stock_since = Noon(2);

  ApplyPosting(renamed, facts);

  EXPECT_EQ(At(facts, "yard"), "1 arrived 10 since 02");
}

TEST(ApplyPosting, RowKeepsTheDatesBefore) {
  LedgerFacts facts = Warehouse();
  ApplyPosting(On(3, Move(kReceipt, kSteel, "1", "SUPPLIER", "yard")), facts);

  const MovementRow row = ApplyPosting(Move(kTransfer, kSteel, "10", "stock", "yard"), facts);

  EXPECT_EQ(row.from_before, (StockDates{Noon(1), Noon(1)}));
  EXPECT_EQ(row.to_before, (StockDates{Noon(3), Noon(3)}));
  EXPECT_FALSE(row.reverses.has_value());
  EXPECT_TRUE(facts.HasTaken(kSteel, LocationId("stock")));
  EXPECT_FALSE(facts.HasTaken(kSteel, LocationId("yard")));
}

TEST(ApplyPosting, SerialIsWhereItWent) {
  LedgerFacts facts = Warehouse();

  ApplyPosting(Move(kTransfer, kBike, "1", "stock", "truck"), facts);

  EXPECT_EQ(facts.WhereIs(kBike)->location_id, LocationId("truck"));
  EXPECT_EQ(facts.QuantityAt(kBike, LocationId("stock")), Quantity());
  EXPECT_EQ(facts.QuantityAt(kBike, LocationId("truck")), Quantity::FromUnits(1));
}

TEST(ApplyPosting, ReturnTakesFromWhatIsLeftOfTheDelivery) {
  LedgerFacts facts = Warehouse();
  const MovementId delivery(IdOf(77));
  Put(facts, kSteel, "CUSTOMER", "4");
  facts.deliveries[delivery] = {
      .lot_id = kSteel, .returnable = Quantity::FromUnits(4), .stock_since = Noon(3)};
  Posting back = Move(kReturn, kSteel, "3", "CUSTOMER", "yard");
  back.delivery = delivery;

  const MovementRow row = ApplyPosting(back, facts);
  EXPECT_EQ(facts.deliveries[delivery].returnable, Quantity::FromUnits(1));
  EXPECT_TRUE(facts.deliveries[delivery].changed);
  EXPECT_EQ(At(facts, "yard"), "3 arrived 10 since 03");

  Reverse(row, facts);
  EXPECT_EQ(facts.deliveries[delivery].returnable, Quantity::FromUnits(4));
}

// recorded_at is later than everything that the movement must sort after.
TEST(ApplyPosting, RecordTimeIsLaterThanWhatCameBefore) {
  const absl::Duration tick = absl::Microseconds(1);
  const Posting posting = Move(kTransfer, kSteel, "1", "stock", "yard");
  LedgerFacts facts = Warehouse();
  EXPECT_EQ(ApplyPosting(posting, facts).recorded_at, facts.now);
  EXPECT_EQ(ApplyPosting(posting, facts).recorded_at, facts.now + tick);
  EXPECT_EQ(facts.recorded_at, facts.now + tick);

  facts = Warehouse();
  facts.balances.at({kSteel, LocationId("yard")}).last_recorded_at = Noon(11);
  EXPECT_EQ(ApplyPosting(posting, facts).recorded_at, Noon(11) + tick);

  facts = Warehouse();
  facts.holds[kSteel] = {{.lot_id = kSteel, .placed_at = Noon(12)}};
  EXPECT_EQ(ApplyPosting(posting, facts).recorded_at, Noon(12) + tick);

  facts = Warehouse();
  facts.serial_places[kBike].last_recorded_at = Noon(13);
  EXPECT_EQ(ApplyPosting(Move(kTransfer, kBike, "1", "stock", "yard"), facts).recorded_at,
            Noon(13) + tick);
}

TEST(ApplyReversal, RestoresBothPlaces) {
  LedgerFacts facts = Warehouse();
  ApplyPosting(On(3, Move(kReceipt, kSteel, "2", "SUPPLIER", "yard")), facts);
  const MovementRow moved =
      ApplyPosting(On(4, Move(kTransfer, kSteel, "10", "stock", "yard")), facts);
  ASSERT_EQ(At(facts, "stock"), "0");
  ASSERT_EQ(At(facts, "yard"), "12 arrived 03 since 01");

  const MovementRow row = Reverse(moved, facts);

  EXPECT_EQ(At(facts, "stock"), "10 arrived 01 since 01");
  EXPECT_EQ(At(facts, "yard"), "2 arrived 03 since 03");
  EXPECT_EQ(row.reverses, moved.posting.movement_id);
  EXPECT_EQ(row.posting.from, LocationId("yard"));
}

// The dates at the destination are known only as they were before the original: what arrived since
// may have set them too.
TEST(ApplyReversal, KeepsDatesWhereSomethingMovedSince) {
  LedgerFacts facts = Warehouse();
  const MovementRow moved =
      ApplyPosting(On(4, Move(kTransfer, kSteel, "4", "stock", "yard")), facts);
  ApplyPosting(On(6, Move(kReceipt, kSteel, "1", "SUPPLIER", "yard")), facts);

  Reverse(moved, facts);

  EXPECT_EQ(At(facts, "yard"), "1 arrived 04 since 01");
}

TEST(ApplyReversal, OfATransformationRestoresEachPlaceAsOften) {
  LedgerFacts facts = Warehouse();
  ApplyPosting(On(6, Move(kReceipt, kSteel, "1", "SUPPLIER", "yard")), facts);
  std::vector<MovementRow> rows;
  for (int day : {5, 4}) {
    Posting posting = On(day, Move(kProduction, kSteel, "1", "PRODUCTION", "yard"));
    posting.transformation = TransformationId(IdOf(5));
    rows.push_back(ApplyPosting(posting, facts));
  }
  ASSERT_EQ(At(facts, "yard"), "3 arrived 06 since 04");

  Reverse(rows[1], facts);
  EXPECT_EQ(At(facts, "yard"), "2 arrived 06 since 05");
  Reverse(rows[0], facts);
  EXPECT_EQ(At(facts, "yard"), "1 arrived 06 since 06");
}

TEST(ApplyReversal, OfADeliveryLeavesNothingToReturn) {
  LedgerFacts facts = Warehouse();
  const MovementRow sent = ApplyPosting(Move(kDelivery, kSteel, "4", "stock", "CUSTOMER"), facts);
  facts.deliveries[sent.posting.movement_id] = {.lot_id = kSteel,
                                                .returnable = Quantity::FromUnits(4)};

  Reverse(sent, facts);

  EXPECT_TRUE(facts.deliveries[sent.posting.movement_id].returnable.IsZero());
  EXPECT_EQ(At(facts, "stock"), "10 arrived 01 since 01");
}

}  // namespace
}  // namespace lots
