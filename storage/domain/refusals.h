// The words of the refusals that several wings give, ordered by reason. A reason that a single wing
// gives has its words in that wing; storage/ledger/rules/refusals.h has those of movements. The
// words of one reason are in one file: tests/lint/rules.py holds that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"

namespace lots {

enum class Tracking : int16_t;
struct LaterExpiry;
struct LotRef;
struct NumberedLot;

// COMPANY_NOT_FOUND, LOTS_DISABLED. `field` is "company" where the request has such a field.
Problem CompanyNotFound(const CompanyId& company, absl::string_view field = "");
Problem LotsDisabled(const CompanyId& company, absl::string_view field = "");
// PRODUCT_NOT_FOUND, PRODUCT_NOT_TRACKED, QUANTITY_SCALE.
Problem ProductNotFound(absl::string_view field, const ProductId& product_id);
Problem ProductNotTracked(absl::string_view field, const ProductId& product_id);
Problem QuantityScale(absl::string_view field, Quantity quantity, int scale,
                      const ProductId& product_id);

// TRACKING_MISMATCH. `why` completes "lot L-1 is no serial: ".
Problem NotASerial(absl::string_view number, const ProductId& product_id, Tracking tracking,
                   absl::string_view why);
// Of AssignSerials.
Problem ProductWithoutSerials(const ProductId& product_id, Tracking tracking);
// Of SplitLot and MergeLots.
Problem SerialNotReshaped(absl::string_view field, absl::string_view number,
                          const ProductId& product_id);
// Of RelabelLot: a lot becomes a lot of a product that has the same rules.
struct TrackingRules {
  Tracking tracking;
  int scale;
};
Problem TrackingDiffers(const ProductId& product_id, TrackingRules of_product,
                        absl::string_view number, TrackingRules of_lot);

// LOCATION_NOT_FOUND, MOVEMENT_NOT_FOUND.
Problem LocationNotFound(absl::string_view field, const LocationId& location_id);
Problem ParentLocationNotFound(absl::string_view field, const LocationId& parent_id);
Problem MovementNotFound(absl::string_view field, const MovementId& movement_id);

// RETIRED.
Problem ProductRetired(absl::string_view field, const ProductId& product_id);
Problem LocationRetired(absl::string_view field, const LocationId& location_id);

// LOT_NOT_FOUND.
Problem LotNotFound(const LotRef& ref, absl::string_view field);
Problem LotNotFound(const LotId& lot_id, absl::string_view field = "");

// WORK_ORDER_NOT_FOUND and RECALL_NOT_FOUND.
Problem WorkOrderNotFound(const WorkOrderId& work_order, absl::string_view field = "work_order_id");
Problem RecallNotFound(const RecallId& recall_id, absl::string_view field = "recall_id");
// TRANSFORMATION_NOT_FOUND.
Problem TransformationNotFound(const TransformationId& transformation);
// NOT_A_COMPONENT: `available` of the lot `is_there`, and not so much as is needed.
Problem NotAComponent(absl::string_view field, const NumberedLot& lot, Quantity available,
                      Quantity needed, absl::string_view is_there = "can come back of this unit");
// COMPONENT_CONTAINS_UNIT: the component is the unit, or the unit is in it.
Problem ComponentContainsUnit(absl::string_view field, const NumberedLot& component,
                              const ProductId& product_id, const NumberedLot& unit);

// PAGE_TOKEN_INVALID: `what` completes "the page token belongs to another".
Problem PageTokenInvalid(absl::string_view what);
Problem PageTokenDamaged();

// ETAG_MISMATCH: `version` is the current one.
Problem SettingsChanged(int64_t version);
// Of Upserts: `entry` is the path of the resource in the request, `version` 0 when it is new.
Problem ResourceChanged(absl::string_view entry, absl::string_view id, int64_t version);
Problem LotChanged(const LotId& lot_id, int64_t version);
Problem HoldChanged(const HoldId& hold_id, int64_t version);

// PERMISSION_MISSING. `why`: what of the request needs the permission; empty: its method does.
Problem PermissionMissing(absl::string_view permission, absl::string_view field = "",
                          absl::string_view why = "");

// How messages name a lot: `lot "L-1"`, `lot L-1 of product steel`.
std::string QuotedLot(absl::string_view number);
std::string LotOfProduct(absl::string_view number, const ProductId& product_id);

// LOT_PLANNED, LOT_ARCHIVED, LOT_VOID: the lot's state does not allow it. `name` names the lot in
// the message, and `rest` completes "lot L-1 is void".
Problem LotPlanned(absl::string_view field, const NumberedLot& lot, absl::string_view name,
                   absl::string_view rest);
Problem LotArchived(absl::string_view field, const NumberedLot& lot, absl::string_view name);
Problem LotVoid(absl::string_view field, const NumberedLot& lot, absl::string_view name,
                absl::string_view rest);
// LOT_VOID of a lot whose number a request wants to use.
Problem VoidNumber(absl::string_view field, const NumberedLot& lot);

// EXPIRY_LATER: the lot's expiry date would become later; or FIELD_INVALID: nothing says why. None
// when the date does not become later, or may.
std::optional<Problem> CheckLaterExpiry(absl::string_view field, const NumberedLot& lot,
                                        std::optional<absl::CivilDay> before,
                                        std::optional<absl::CivilDay> after,
                                        const LaterExpiry& later);

// DUPLICATE_IN_REQUEST: a request names one thing twice, here at `index` and at `first` before.
// Of HoldLots.
Problem TargetTwice(const LotId& lot_id, size_t index, size_t first);
// Of ReleaseLots: `list` is "lots" or "hold_ids".
Problem ListedTwice(absl::string_view list, size_t index, size_t first, Facts facts);
// Of RecordMovements.
Problem SerialMovesTwice(const NumberedLot& serial, const ProductId& product_id, size_t index,
                         size_t first);
// Of CreateLots: the number that is given at `field` is given at `first_field` before.
Problem NumberTwice(absl::string_view field, absl::string_view number,
                    absl::string_view first_field, size_t first);
// Of recalls: `list` is "seeds" or "lots".
Problem SeedTwice(absl::string_view list, const LotRef& seed, size_t index, size_t first);
// Of FindCommonOrigins: `first_field` names the unit already.
Problem UnitTwice(absl::string_view field, absl::string_view first_field, const NumberedLot& unit);
// Of work orders; `key` names `value` in the facts.
Problem ValueTwice(absl::string_view field, absl::string_view key, absl::string_view value,
                   size_t first);

}  // namespace lots
