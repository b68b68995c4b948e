// Update masks as explicit paths.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "service/convert/update_mask.h"

namespace lots {
namespace {

using Paths = std::vector<std::string>;

google::protobuf::FieldMask MaskOf(const Paths& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

// What a mask makes of a message of two scalars, a message and a map.
Paths PathsOfProduct(const v1::Product& product, const Paths& mask) {
  FieldChecker fields;
  const UpdateMask update("update_mask", MaskOf(mask),
                          {"unit", "producible", "shelf_life.expire_days", "shelf_life.alert_days"},
                          *v1::Product::descriptor(), fields);
  EXPECT_TRUE(fields.ok()) << fields.status();
  return update.PathsOf(product);
}

Paths PathsOfLot(const v1::Lot& lot, const Paths& mask) {
  FieldChecker fields;
  const UpdateMask update("update_mask", MaskOf(mask), {"notes", "attributes", "expire_date"},
                          *v1::Lot::descriptor(), fields);
  EXPECT_TRUE(fields.ok()) << fields.status();
  return update.PathsOf(lot);
}

TEST(UpdateMask, WithoutAMaskNamesThePopulatedFields) {
  v1::Product product;
  EXPECT_EQ(PathsOfProduct(product, {}), Paths{});
  product.set_unit("kg");
  product.set_display_name("not updatable here");
  EXPECT_EQ(PathsOfProduct(product, {}), Paths{"unit"});
  // 0 days are given; an absent offset is not.
  product.mutable_shelf_life()->set_expire_days(0);
  EXPECT_EQ(PathsOfProduct(product, {}), (Paths{"unit", "shelf_life.expire_days"}));
}

TEST(UpdateMask, WithoutAMaskNamesAListThatHasAnEntry) {
  const auto paths_of = [](const v1::Recall& recall) {
    FieldChecker fields;
    return UpdateMask("update_mask", MaskOf({}), {"reason", "exempt_location_ids"},
                      *v1::Recall::descriptor(), fields)
        .PathsOf(recall);
  };
  v1::Recall recall;
  EXPECT_EQ(paths_of(recall), Paths{});
  recall.add_exempt_location_ids("line");
  EXPECT_EQ(paths_of(recall), Paths{"exempt_location_ids"});
}

TEST(UpdateMask, WithoutAMaskNamesEachGivenKeyOfAMap) {
  v1::Lot lot;
  (*lot.mutable_attributes())["grade"].set_text("A");
  (*lot.mutable_attributes())["an allergen"].set_flag(true);
  lot.mutable_expire_date();

  EXPECT_EQ(PathsOfLot(lot, {}),
            (Paths{"attributes.an allergen", "attributes.grade", "expire_date"}));
}

TEST(UpdateMask, AStarNamesEverything) {
  EXPECT_EQ(PathsOfProduct(v1::Product(), {"*"}),
            (Paths{"unit", "producible", "shelf_life.expire_days", "shelf_life.alert_days"}));
}

TEST(UpdateMask, NamesFieldsPartsAndKeys) {
  EXPECT_EQ(PathsOfProduct(v1::Product(), {"unit", "unit"}), Paths{"unit"});
  EXPECT_EQ(PathsOfProduct(v1::Product(), {"shelf_life"}),
            (Paths{"shelf_life.alert_days", "shelf_life.expire_days"}));
  EXPECT_EQ(PathsOfProduct(v1::Product(), {"shelf_life.alert_days"}),
            Paths{"shelf_life.alert_days"});
  EXPECT_EQ(PathsOfLot(v1::Lot(), {"attributes"}), Paths{"attributes"});
  EXPECT_EQ(PathsOfLot(v1::Lot(), {"attributes.allergen"}), Paths{"attributes.allergen"});
  EXPECT_EQ(PathsOfLot(v1::Lot(), {"attributes.`a.b ``c```"}), Paths{"attributes.a.b `c`"});
}

TEST(UpdateMask, RefusesOtherPathsOnceEach) {
  for (const char* path : {"quantity", "attributes.", "expire_date.year", "note", "notes.x", ""}) {
    FieldChecker fields;
    const UpdateMask update("update_mask", MaskOf({path, "notes"}),
                            {"notes", "attributes", "expire_date"}, *v1::Lot::descriptor(), fields);
    ASSERT_EQ(fields.problems().size(), 1u) << path;
    EXPECT_EQ(fields.problems()[0].field, "update_mask");
    EXPECT_NE(fields.problems()[0].message.find("these can: notes, attributes, expire_date"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace lots
