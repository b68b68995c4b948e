// lotctl against a real server: every command of every group, in both forms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "lots/v1/catalog.pb.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/unit.pb.h"
#include "lots/v1/work_order.pb.h"
#include "tests/support/base/test_folder.h"
#include "tests/support/server/ctl_factory.h"

namespace lots {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using CtlCommands = CtlFactory;

TEST_F(CtlCommands, PingSaysThatItServes) {
  EXPECT_THAT(lotctl_.Ok({"server", "ping"}), HasSubstr("is SERVING"));
  EXPECT_EQ(lotctl_.Ok({"server", "ping", "--output", "json"}), "{\"status\":\"SERVING\"}\n");
}

TEST_F(CtlCommands, SettingsAreShownAndChanged) {
  EXPECT_EQ(lotctl_.Answer<v1::Settings>({"settings", "get"}).time_zone(), "Europe/Berlin");
  lotctl_.Ok({"settings", "update", "--expiry", "off"});
  const auto settings = lotctl_.Answer<v1::Settings>({"settings", "get"});
  EXPECT_FALSE(settings.expiry_enabled());
  EXPECT_TRUE(settings.lots_enabled());
  // Naming nothing changes nothing.
  EXPECT_THAT(lotctl_.Ok({"settings", "update"}), HasSubstr("expiry:     off"));
}

TEST_F(CtlCommands, ProductsKeepWhatAnUpsertDoesNotName) {
  lotctl_.Ok({"product", "upsert", "steel", "--name", "Stahl", "--expire-days", "30"});
  lotctl_.Ok({"product", "upsert", "steel", "--alert-days", "20"});
  const auto product = lotctl_.Answer<v1::Product>({"product", "get", "steel"});
  EXPECT_EQ(product.display_name(), "Stahl");
  EXPECT_EQ(product.unit(), "kg");
  EXPECT_EQ(product.shelf_life().expire_days(), 30);
  EXPECT_EQ(product.shelf_life().alert_days(), 20);
  EXPECT_THAT(lotctl_.Ok({"product", "get", "steel"}), HasSubstr("expires after:  30 days"));
  EXPECT_THAT(lotctl_.Ok({"product", "list"}), HasSubstr("Stahl"));
}

TEST_F(CtlCommands, LocationsHaveAddressesAndParents) {
  lotctl_.Ok({"location", "upsert", "RAW-1", "--kind", "internal", "--parent", "RAW", "--city",
              "Köln", "--country", "DE"});
  lotctl_.Ok({"location", "upsert", "RAW-1", "--street", "Domplatz 1"});
  EXPECT_THAT(lotctl_.Ok({"location", "list"}), HasSubstr("Domplatz 1, Köln, DE"));
}

TEST_F(CtlCommands, ProductsAndLocationsAreRetired) {
  EXPECT_THAT(lotctl_.Ok({"location", "get", "SHIP"}), HasSubstr("kind:"));
  EXPECT_TRUE(lotctl_.Answer<v1::RetireLocationsResponse>({"location", "retire", "SHIP"})
                  .locations(0)
                  .has_retire_time());
  EXPECT_THAT(lotctl_.Ok({"location", "get", "SHIP"}), HasSubstr("retired:"));
  EXPECT_THAT(lotctl_.Ok({"location", "list"}), Not(HasSubstr("SHIP")));
  EXPECT_THAT(lotctl_.Ok({"location", "list", "--retired"}), HasSubstr("SHIP"));
  const auto refused =
      lotctl_.Run({"stock", "move", "transfer", "steel/H-1=1", "--from", "RAW", "--to", "SHIP"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("location retire --undo"));
  EXPECT_THAT(lotctl_.Ok({"location", "retire", "SHIP", "--undo"}), HasSubstr("SHIP"));
  EXPECT_EQ(lotctl_.Run({"location", "retire", "RAW"}).code, 1);

  EXPECT_EQ(lotctl_.Run({"product", "retire", "steel"}).code, 1);
  EXPECT_THAT(lotctl_.Ok({"product", "retire", "pump"}), HasSubstr("pump"));
  EXPECT_THAT(lotctl_.Ok({"product", "list"}), Not(HasSubstr("pump")));
  EXPECT_THAT(lotctl_.Ok({"product", "list", "--retired"}), HasSubstr("pump"));
  EXPECT_THAT(lotctl_.Ok({"product", "get", "pump"}), HasSubstr("retired:"));
}

TEST_F(CtlCommands, WarrantiesAreExtended) {
  lotctl_.Ok({"product", "upsert", "motor", "--warranty-months", "24"});
  lotctl_.Ok({"location", "upsert", "SHOP", "--kind", "customer"});
  lotctl_.Ok({"stock", "move", "delivery", "motor/M-1", "--from", "RAW", "--to", "SHOP",
              "--partner", "C-9"});
  const auto extended = lotctl_.Answer<v1::ExtendWarrantyResponse>(
      {"lot", "extend-warranty", "motor/M-1", "motor/M-2", "--months", "12", "--reason",
       "sold with it", "--document", "contract:C-77"});
  ASSERT_EQ(extended.warranties_size(), 2);
  EXPECT_EQ(extended.warranties(0).end_date().year(),
            extended.warranties(0).original_end_date().year() + 1);
  EXPECT_THAT(lotctl_.Ok({"lot", "extend-warranty", "motor/M-1", "--until", "2099-12-31",
                          "--reason", "goodwill"}),
              HasSubstr("2099-12-31"));
  EXPECT_THAT(lotctl_.Ok({"lot", "warranty", "motor/M-1"}),
              AllOf(HasSubstr("2099-12-31"), HasSubstr("12 months more"), HasSubstr("goodwill"),
                    HasSubstr("first to:")));
  EXPECT_THAT(lotctl_.Ok({"lot", "warranty", "motor/M-1", "--as-of", "2020-01-01"}),
              HasSubstr("has not begun"));
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "motor/M-1"}), HasSubstr("sold with it"));
  EXPECT_EQ(lotctl_.Run({"lot", "extend-warranty", "motor/M-1", "--reason", "x"}).code, 2);
  const auto earlier = lotctl_.Run(
      {"lot", "extend-warranty", "motor/M-1", "--until", "2098-12-31", "--reason", "x"});
  EXPECT_EQ(earlier.code, 1);
  EXPECT_THAT(earlier.err, HasSubstr("2099-12-31"));
  lotctl_.Ok({"lot", "extend-warranty", "motor/M-1", "--until", "2098-12-31", "--shorten",
              "--reason", "x"});
}

TEST_F(CtlCommands, SeveralLotsAreEditedAtOnce) {
  lotctl_.Ok({"lot", "create", "steel", "E-1", "E-2"});
  const auto edited = lotctl_.Answer<v1::BatchUpdateLotsResponse>(
      {"lot", "update", "steel/E-1", "steel/E-2", "--reference", "SUP-7"});
  ASSERT_EQ(edited.lots_size(), 2);
  EXPECT_EQ(edited.lots(1).reference(), "SUP-7");
  EXPECT_THAT(lotctl_.Ok({"lot", "update", "steel/E-1", "steel/E-2", "--notes", "seen"}),
              AllOf(HasSubstr("E-1"), HasSubstr("E-2")));
  const TestFolder folder;
  const std::string file = folder.Write(
      "updates.json", absl::StrCat(R"({"updates": [{"lot": {"lotId": ")", edited.lots(0).lot_id(),
                                   R"(", "number": "E-9"}}]})"));
  EXPECT_THAT(lotctl_.Ok({"lot", "update", "--file", file}), HasSubstr("E-9"));
  EXPECT_EQ(lotctl_.Run({"lot", "update"}).code, 2);
  EXPECT_EQ(lotctl_.Run({"lot", "update", "steel/E-9", "steel/E-2", "--number", "N"}).code, 2);
}

TEST_F(CtlCommands, LotsAreNamedEitherWay) {
  const auto lot = lotctl_.Answer<v1::Lot>({"lot", "get", "steel/H-1"});
  EXPECT_EQ(lotctl_.Answer<v1::Lot>({"lot", "get", lot.lot_id()}).number(), "H-1");
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "steel/H-1"}), HasSubstr("reference:  SUP-9"));
  const auto lots = lotctl_.Answer<v1::BatchGetLotsResponse>(
      {"lot", "get", "motor/M-2", lot.lot_id(), "motor/M-1"});
  ASSERT_EQ(lots.lots_size(), 3);
  EXPECT_EQ(lots.lots(0).number(), "M-2");
  EXPECT_EQ(lots.lots(2).number(), "M-1");
}

TEST_F(CtlCommands, LotsAreCreatedOneOrMany) {
  EXPECT_EQ(lotctl_.Answer<v1::Lot>({"lot", "create", "pump"}).number(), "SN-0001");
  const auto batch = lotctl_.Answer<v1::BatchCreateLotsResponse>(
      {"lot", "create", "pump", "--count", "3", "--first", "A-09"});
  ASSERT_EQ(batch.lots_size(), 3);
  EXPECT_EQ(batch.lots(2).number(), "A-11");
  const auto preview =
      lotctl_.Answer<v1::PreviewLotNumbersResponse>({"lot", "preview", "pump", "--count", "2"});
  EXPECT_THAT(preview.numbers(), testing::ElementsAre("SN-0002", "SN-0003"));
  EXPECT_THAT(
      lotctl_.Ok({"lot", "create", "steel", "H-2", "H-3", "--quantity", "4", "--location", "RAW"}),
      HasSubstr("created (2)"));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-3"}), HasSubstr("4.000 on hand"));
}

TEST_F(CtlCommands, FindSaysWhatItDidNotFind) {
  const std::string out = lotctl_.Ok({"lot", "find", "H-1", "NO-1"});
  EXPECT_THAT(out, HasSubstr("H-1"));
  EXPECT_THAT(out, HasSubstr("no lot has the number NO-1"));
}

TEST_F(CtlCommands, ListsFilterAndSummarise) {
  EXPECT_THAT(lotctl_.Ok({"lot", "list", "--product", "steel", "--on-hand", "--created-since",
                          "2020-01-01", "--expires-before", "2100-01-01", "--query", "sup-9"}),
              HasSubstr("SUP-9"));
  EXPECT_THAT(lotctl_.Ok({"lot", "summary"}), HasSubstr("motor       2        2"));
}

TEST_F(CtlCommands, ListsGoOnOverPages) {
  lotctl_.Ok({"lot", "create", "pump", "--count", "1200"});
  const auto pages =
      lotctl_.Messages<v1::ListLotsResponse>({"lot", "list", "--product", "pump", "--limit", "0"});
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_EQ(pages[0].lots_size() + pages[1].lots_size(), 1200);
  const CtlEnd some = lotctl_.Run({"lot", "list", "--product", "pump", "--limit", "5"});
  EXPECT_EQ(some.code, 0);
  EXPECT_EQ(std::count(some.out.begin(), some.out.end(), '\n'), 6);  // the header and five
  EXPECT_THAT(some.err, HasSubstr("there are more than 5"));
}

TEST_F(CtlCommands, LotsAreEditedArchivedAndDeleted) {
  const auto lot = lotctl_.Answer<v1::Lot>({"lot", "update", "steel/H-1", "--notes", "dented",
                                            "--clear", "expires", "--attribute", "colour=blue",
                                            "--accept", "later-expiry", "--note", "keeps"});
  EXPECT_EQ(lot.notes(), "dented");
  EXPECT_FALSE(lot.has_expire_date());
  EXPECT_EQ(lot.attributes().at("colour").text(), "blue");
  const auto more =
      lotctl_.Answer<v1::Lot>({"lot", "update", "steel/H-1", "--attribute", "purity:decimal=99.5"});
  EXPECT_EQ(more.attributes_size(), 2);
  lotctl_.Ok({"lot", "create", "steel", "OLD"});
  EXPECT_EQ(lotctl_.Answer<v1::Lot>({"lot", "archive", "steel/OLD"}).state(),
            v1::LOT_STATE_ARCHIVED);
  EXPECT_EQ(lotctl_.Answer<v1::Lot>({"lot", "unarchive", "steel/OLD"}).state(),
            v1::LOT_STATE_ACTIVE);
  EXPECT_EQ(lotctl_.Ok({"lot", "delete", "steel/OLD"}), "deleted steel/OLD\n");
  EXPECT_EQ(lotctl_.Run({"lot", "get", "steel/OLD"}).code, 1);
}

TEST_F(CtlCommands, LotsAreHeldAndReleased) {
  const auto held = lotctl_.Answer<v1::HoldLotsResponse>(
      {"lot", "hold", "steel/H-1", "--location", "RAW", "--reason", "lab report 7", "--until",
       "2099-12-31", "--exempt", "SCRAP"});
  ASSERT_EQ(held.hold_ids_size(), 1);
  EXPECT_THAT(lotctl_.Ok({"lot", "hold", "motor/M-1", "motor/M-2", "--reason", "recount"}),
              HasSubstr("motor/M-2"));

  EXPECT_THAT(lotctl_.Ok({"lot", "get", "motor/M-1"}), HasSubstr("held:      lot\n"));
  EXPECT_THAT(lotctl_.Ok({"lot", "list", "--held"}),
              AllOf(HasSubstr("HELD"), HasSubstr("place"), HasSubstr("M-2")));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-1"}),
              AllOf(HasSubstr("SCRAP"), HasSubstr("lab report 7"), HasSubstr("2099-12-31"),
                    HasSubstr(held.hold_ids(0))));
  const CtlEnd end =
      lotctl_.Run({"stock", "move", "transfer", "steel/H-1=5", "--from", "RAW", "--to", "HALL"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.err, HasSubstr("LOT_HELD (FAILED_PRECONDITION)"));

  EXPECT_THAT(lotctl_.Ok({"lot", "release", "--hold", held.hold_ids(0), "--note", "fine"}),
              HasSubstr(held.hold_ids(0)));
  EXPECT_EQ(lotctl_
                .Answer<v1::ReleaseLotsResponse>(
                    {"lot", "release", "motor/M-1", "motor/M-2", "--note", "counted"})
                .hold_ids_size(),
            2);
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "steel/H-1"}),
              AllOf(HasSubstr("held  place RAW  lab report 7  until 2099-12-31"),
                    HasSubstr("released  place RAW  lab report 7"), HasSubstr("(fine)")));
  EXPECT_THAT(lotctl_.Run({"lot", "list", "--held"}).out, Not(HasSubstr("M-2")));
  EXPECT_EQ(lotctl_.Run({"lot", "release", "--note", "of what?"}).code, 2);
}

TEST_F(CtlCommands, LotsAreSplitMergedAndRelabelled) {
  const auto split = lotctl_.Answer<v1::ReshapeResponse>(
      {"lot", "split", "steel/H-1", "H-1A=60", "H-1B=40@HALL", "--from", "RAW", "--note", "why"});
  ASSERT_EQ(split.lots_size(), 2);
  EXPECT_EQ(split.lots(1).number(), "H-1B");
  const std::string merged = lotctl_.Ok({"lot", "merge", "steel/H-1A", "steel/H-1B=10.5@HALL",
                                         "--from", "RAW", "--into", "H-2", "--to", "SHIP"});
  EXPECT_THAT(merged, AllOf(HasSubstr("came out"), HasSubstr("H-2"), HasSubstr("transformation")));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "steel/H-2"}),
              AllOf(HasSubstr("SHIP"), HasSubstr("70.500")));
  const auto relabelled = lotctl_.Answer<v1::ReshapeResponse>(
      {"lot", "relabel", "steel/H-2", "--from", "SHIP", "--quantity", "0.5", "--number", "H-3",
       "--expires", "2031-01-01", "--at", "2026-01-01"});
  EXPECT_EQ(lotctl_.Answer<v1::Lot>({"lot", "get", relabelled.lots(0).lot_id()}).number(), "H-3");
  EXPECT_THAT(lotctl_.Ok({"lot", "get", "steel/H-3"}), HasSubstr("2031-01-01"));

  lotctl_.Ok({"lot", "hold", "steel/H-3", "--reason", "odd"});
  EXPECT_EQ(lotctl_.Run({"lot", "split", "steel/H-3", "H-4=0.1", "--from", "SHIP"}).code, 1);
  EXPECT_THAT(
      lotctl_.Ok({"lot", "split", "steel/H-3", "H-4=0.1", "--from", "SHIP", "--accept-held"}),
      HasSubstr("H-4"));
  EXPECT_THAT(lotctl_.Run({"work-order", "reverse", split.transformation_id()}).err,
              HasSubstr("RESULT_USED"));
}

TEST_F(CtlCommands, QuestionsAreAnswered) {
  MakePump();
  lotctl_.Ok({"product", "upsert", "pump", "--warranty-months", "24"});
  EXPECT_THAT(lotctl_.Ok({"lot", "warranty", "pump/SN-0001"}), HasSubstr("has not begun"));
  lotctl_.Ok({"stock", "move", "delivery", "pump/SN-0001", "--from", "HALL", "--partner", "C-9",
              "--document", "delivery_note:7"});
  const std::string warranty = lotctl_.Ok({"lot", "warranty", "pump/SN-0001"});
  EXPECT_THAT(warranty, AllOf(HasSubstr("in force"), HasSubstr("24 months"), HasSubstr("C-9"),
                              HasSubstr("delivery_note 7")));
  EXPECT_EQ(lotctl_.Answer<v1::Warranty>({"lot", "warranty", "pump/SN-0001"}).state(),
            v1::WARRANTY_STATE_IN_FORCE);

  const std::string recipients = lotctl_.Ok({"trace", "recipients", "steel/H-1"});
  EXPECT_THAT(recipients, AllOf(HasSubstr("pump/SN-0001"), HasSubstr("certain, depth 1"),
                                HasSubstr("1 delivery to 1 partner, 2 lots looked at")));
  const auto messages = lotctl_.Messages<v1::ListRecipientsResponse>(
      {"trace", "recipients", "pump/SN-0001", "--returned"});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_TRUE(messages[0].recipients(0).direct());

  const std::string origins = lotctl_.Ok({"trace", "origins", "pump/SN-0001"});
  EXPECT_THAT(origins, AllOf(HasSubstr("motor/M-1"), HasSubstr("work order"), HasSubstr("ACME"),
                             HasSubstr("1/1"), HasSubstr("5 of 5 origins of 1 failed units")));
  const auto answer = lotctl_.Answer<v1::FindCommonOriginsResponse>(
      {"trace", "origins", "pump/SN-0001", "--sound", "motor/M-2", "--limit", "1"});
  EXPECT_EQ(answer.sound_count(), 1);
  EXPECT_EQ(answer.origins_size(), 1);
}

TEST_F(CtlCommands, StockIsMovedListedSuggestedAndReversed) {
  lotctl_.Ok({"stock", "move", "transfer", "steel/H-1=20", "--from", "RAW", "--to", "HALL"});
  const std::string stock = lotctl_.Ok({"stock", "list", "--product", "steel"});
  EXPECT_THAT(stock, HasSubstr("20.000"));
  EXPECT_THAT(stock, HasSubstr("80.000"));
  EXPECT_THAT(lotctl_.Ok({"stock", "suggest", "steel", "120", "--strategy", "fefo"}),
              HasSubstr("missing: 20"));
  const auto reversal =
      lotctl_.Answer<v1::Movement>({"stock", "reverse", MovementOf("transfer"), "--note", "oops"});
  EXPECT_EQ(reversal.to_location_id(), "RAW");
  EXPECT_THAT(lotctl_.Ok({"stock", "movements", "--lot", "steel/H-1"}), HasSubstr("oops"));
}

TEST_F(CtlCommands, ADeliveryIsReturned) {
  lotctl_.Ok({"stock", "move", "delivery", "motor/M-1", "--from", "RAW", "--partner", "C-9"});
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "motor/M-1"}), HasSubstr("customer"));
  lotctl_.Ok({"stock", "move", "return", "motor/M-1", "--to", "SHIP", "--partner", "C-9",
              "--delivery", MovementOf("delivery")});
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "motor/M-1"}), HasSubstr("SHIP"));
}

TEST_F(CtlCommands, AWorkOrderIsCompletedAndTraced) {
  MakePump();
  EXPECT_THAT(lotctl_.Ok({"work-order", "get", "WO-7"}), HasSubstr("SN-0002  planned"));
  EXPECT_THAT(lotctl_.Ok({"work-order", "list", "--state", "open"}), HasSubstr("WO-7"));
  lotctl_.Ok({"stock", "move", "delivery", "pump/SN-0001", "--from", "HALL", "--partner", "C-9",
              "--document", "delivery_note:7"});
  const std::string up = lotctl_.Ok({"trace", "upstream", "pump/SN-0001"});
  EXPECT_THAT(up, HasSubstr("pump/SN-0001\n"));
  EXPECT_THAT(up, HasSubstr("delivery 1 to C-9, delivery_note 7"));
  EXPECT_THAT(up, HasSubstr("─ work order WO-7"));
  EXPECT_THAT(up, HasSubstr("─ motor/M-1  used 1 (exact)"));
  EXPECT_THAT(up, HasSubstr("reference SUP-9"));
  EXPECT_THAT(up, HasSubstr("─ steel/H-1  expires 2099-12-31  used 2.5"));
  EXPECT_THAT(up, HasSubstr("from ACME, purchase_order 4711"));
  EXPECT_THAT(up, HasSubstr("3 lots, 1 transformation, depth 1"));
  const auto down =
      lotctl_.Messages<v1::TraceDownstreamResponse>({"trace", "downstream", "steel/H-1"});
  EXPECT_TRUE(down.back().has_summary());
  EXPECT_EQ(down.back().summary().node_count(), 2);
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "pump/SN-0001"}),
              HasSubstr("assigned work order WO-7"));
}

TEST_F(CtlCommands, WorkOrdersAreUnassignedCancelledAndReversed) {
  MakePump();
  const auto free = lotctl_.Answer<v1::UnassignSerialsResponse>(
      {"work-order", "unassign", "WO-7", "SN-0002", "--keep"});
  EXPECT_EQ(free.serials(0).number(), "SN-0002");
  const auto order = lotctl_.Answer<v1::WorkOrder>({"work-order", "get", "WO-7"});
  ASSERT_EQ(order.completions_size(), 1);
  lotctl_.Ok({"work-order", "reverse", order.completions(0).transformation_id()});
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "motor/M-1"}), HasSubstr("RAW"));
  lotctl_.Ok({"work-order", "assign", "WO-7", "SN-0009"});
  // SN-0001 was made once, and its number stays its own.
  const auto cancelled =
      lotctl_.Answer<v1::CancelWorkOrderResponse>({"work-order", "cancel", "WO-7"});
  ASSERT_EQ(cancelled.voided_size(), 1);
  EXPECT_EQ(cancelled.voided(0).number(), "SN-0009");
  EXPECT_THAT(lotctl_.Ok({"work-order", "reopen", "WO-7"}), HasSubstr("SN-0009"));
}

TEST_F(CtlCommands, AnOutputGetsItsDates) {
  lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "1"});
  lotctl_.Ok({"work-order", "complete", "WO-7", "--finished",
              "SN-0001@HALL:expires=2099-06-30:alert=2099-06-01"});
  const auto unit = lotctl_.Answer<v1::Lot>({"lot", "get", "pump/SN-0001"});
  EXPECT_EQ(unit.expire_date().ShortDebugString(), "year: 2099 month: 6 day: 30");
  EXPECT_EQ(unit.alert_date().ShortDebugString(), "year: 2099 month: 6 day: 1");
  const CtlEnd wrong =
      lotctl_.Run({"work-order", "complete", "WO-7", "--finished", "SN-0002:expires=soon"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'soon' is no date"));
}

TEST_F(CtlCommands, AUnitIsTakenApart) {
  MakePump();
  const auto apart =
      lotctl_.Answer<v1::DisassembleResponse>({"work-order", "disassemble", "pump/SN-0001", "--to",
                                               "RAW", "--component", "steel/H-1=0.5@HALL"});
  ASSERT_EQ(apart.components_size(), 2);
  EXPECT_TRUE(apart.components(0).exact());
  EXPECT_EQ(apart.components(1).to_location_id(), "HALL");
}

TEST_F(CtlCommands, WhatWentInIsCorrected) {
  MakePump();
  const auto order = lotctl_.Answer<v1::WorkOrder>({"work-order", "get", "WO-7"});
  const std::string id = order.completions(0).transformation_id();
  const std::vector<std::string> line = {"work-order",    "correct",  id,           "--unit",
                                         "pump/SN-0001",  "--wrong",  "motor/M-1",  "--right",
                                         "motor/M-2@RAW", "--reason", "wrong label"};
  std::vector<std::string> dry = line;
  dry.push_back("--validate-only");
  EXPECT_EQ(lotctl_.Ok(dry), "nothing would be refused\n");
  EXPECT_THAT(lotctl_.Ok(line), HasSubstr("corrected by"));
  EXPECT_THAT(lotctl_.Ok({"lot", "locations", "motor/M-1"}), HasSubstr("RAW"));
  const std::string shown = lotctl_.Ok({"trace", "transformation", id});
  EXPECT_THAT(shown, HasSubstr("motor/M-1"));
  EXPECT_THAT(shown, HasSubstr("wrong label"));
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "pump/SN-0001"}), HasSubstr("corrected"));

  const CtlEnd uneven = lotctl_.Run({"work-order", "correct", id, "--wrong", "motor/M-1", "--wrong",
                                     "motor/M-2", "--right", "motor/M-2", "--reason", "x"});
  EXPECT_EQ(uneven.code, 2);
  EXPECT_THAT(uneven.err, HasSubstr("equally often"));
  const CtlEnd silent = lotctl_.Run({"work-order", "correct", id, "--wrong", "motor/M-1"});
  EXPECT_EQ(silent.code, 2);
  EXPECT_THAT(silent.err, HasSubstr("--reason"));
}

TEST_F(CtlCommands, AComponentIsSwapped) {
  MakePump();
  const auto swapped = lotctl_.Answer<v1::MaintainUnitResponse>(
      {"unit", "swap", "pump/SN-0001", "--out", "motor/M-1", "--to", "RAW", "--in", "motor/M-2@RAW",
       "--reason", "worn out"});
  ASSERT_EQ(swapped.removed_size(), 1);
  EXPECT_EQ(swapped.removed(0).number(), "M-1");
  ASSERT_EQ(swapped.installed_size(), 1);
  EXPECT_EQ(swapped.installed(0).location_id(), "RAW");
  EXPECT_THAT(lotctl_.Ok({"unit", "show", "pump/SN-0001"}), HasSubstr("motor/M-2  1"));
  EXPECT_THAT(lotctl_.Ok({"unit", "show", "pump/SN-0001", "--former"}), HasSubstr("until"));
  EXPECT_THAT(lotctl_.Ok({"unit", "show", "motor/M-2"}), HasSubstr("in pump/SN-0001"));
  EXPECT_THAT(lotctl_.Ok({"trace", "downstream", "motor/M-1", "--former"}), HasSubstr("no longer"));
  EXPECT_THAT(lotctl_.Ok({"unit", "remove", "pump/SN-0001", "--component", "motor/M-2@SCRAP",
                          "--reason", "broken", "--validate-only"}),
              HasSubstr("nothing would be refused"));
  lotctl_.Ok(
      {"unit", "remove", "pump/SN-0001", "--component", "motor/M-2@SCRAP", "--reason", "broken"});
  EXPECT_THAT(lotctl_.Ok({"unit", "install", "pump/SN-0001", "--component", "motor/M-1@RAW",
                          "--reason", "repaired"}),
              HasSubstr("in, from RAW"));
  // The motor that the swap put in is no longer there.
  const CtlEnd reversed = lotctl_.Run({"unit", "reverse", swapped.transformation_id()});
  EXPECT_EQ(reversed.code, 1);
  EXPECT_THAT(reversed.err, HasSubstr("RESULT_USED"));
}

TEST_F(CtlCommands, ACompletionComesFromAFile) {
  const TestFolder folder;
  const std::string path = folder.Write("order.json",
                                        R"({"workOrderId": "WO-8", "productId": "pump",
          "outputs": [{"number": "X-1"}], "destinationLocationId": "HALL",
          "components": [{"lot": {"productId": "motor", "number": "M-2"}, "outputIndex": 0,
                          "fromLocationId": "RAW"}]})");
  const std::vector<std::string> line = {"work-order", "complete", "--file", path};
  std::vector<std::string> dry = line;
  dry.push_back("--validate-only");
  EXPECT_EQ(lotctl_.Ok(dry), "nothing would be refused\n");
  EXPECT_THAT(lotctl_.Ok(line), HasSubstr("X-1"));
  const CtlEnd again = lotctl_.Run(dry);
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.out, HasSubstr("SERIAL_"));
  folder.Write("order.json", R"({"workOrder": 7})");
  const CtlEnd wrong = lotctl_.Run(line);
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("workOrder"));
}

TEST_F(CtlCommands, ARefusalSaysWhyAndWritesNothingOnStandardOutput) {
  const CtlEnd end = lotctl_.Run({"--output", "json", "stock", "move", "transfer", "steel/H-1=500",
                                  "--from", "RAW", "--to", "HALL"});
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(end.out, "");
  EXPECT_THAT(end.err, HasSubstr("NOT_ENOUGH (FAILED_PRECONDITION)"));
  EXPECT_THAT(end.err, HasSubstr("available: 100"));
}

TEST_F(CtlCommands, TheSameRequestIdDoesItOnce) {
  const std::vector<std::string> line = {"--request-id", "r-7",    "stock", "move", "transfer",
                                         "steel/H-1=20", "--from", "RAW",   "--to", "HALL"};
  EXPECT_EQ(lotctl_.Ok(line), lotctl_.Ok(line));
  EXPECT_THAT(lotctl_.Ok({"stock", "list", "--location", "HALL"}), HasSubstr("20.000"));
}

TEST_F(CtlCommands, AWriteThatTookTooLongCanBeRepeated) {
  // Named by its id: a number is looked up before the write.
  const std::string id = lotctl_.Answer<v1::Lot>({"lot", "get", "steel/H-1"}).lot_id();
  const CtlEnd end = lotctl_.Run({"--timeout", "0.000001", "stock", "move", "transfer",
                                  absl::StrCat(id, "=20"), "--from", "RAW", "--to", "HALL"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("Repeating it with --request-id "));
}

TEST_F(CtlCommands, TheActorStandsInTheHistory) {
  lotctl_.Ok({"--actor", "anna", "lot", "update", "steel/H-1", "--notes", "seen"});
  EXPECT_THAT(lotctl_.Ok({"lot", "history", "steel/H-1"}), HasSubstr("anna"));
}

}  // namespace
}  // namespace lots
