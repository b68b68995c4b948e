// Lots that become other lots without being worked on: split, merged, relabelled.
//
// Each is one transformation: the goods are consumed where they are and produced where they go,
// and what goes in comes out to the last decimal. A new lot inherits what is known of its source.
// What comes out counts as in stock since the earliest of what went in, so that FIFO still finds
// it; an expired lot may be reshaped, and an ACTIVE lot that gets more takes an earlier expiry date
// of a source. What holds a source holds what is made of it. ReverseCompletion takes each back.
//
// A source's own number is refused as a result: taking goods out of a lot and putting them into it
// is no change but a loop in its history. To merge into one of the lots, leave it out of the
// sources: as the result it gets the others' goods, and keeps its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot_details.h"
#include "storage/domain/lot_ref.h"
#include "storage/domain/write_context.h"
#include "storage/pg/connection.h"

namespace lots {

// What came out, in the order of the request.
struct Reshaping {
  TransformationId transformation_id;
  std::vector<NumberedLot> lots;
};

struct SplitPart {
  std::string number;  // empty: the next of the template
  Quantity quantity;
  std::optional<LocationId> to;  // none: where it was
};

struct SplitLotCommand {
  WriteContext context;
  LotRef lot;
  LocationId from;
  std::vector<SplitPart> parts;  // 1 to kReshapePartsMax
  absl::Time occurred_at;
  std::string note;
  bool accept_held = false;
};

// Makes lots of parts of one; what is not named stays with it. Every refusal of the rpc's comment.
absl::StatusOr<Reshaping> SplitLot(pg::Connection& db, const SplitLotCommand& command);

struct MergeSource {
  LotRef lot;
  LocationId from;
  std::optional<Quantity> quantity;  // none: all that is there
};

// What a request says of the result of a merge, where the lots differ.
struct MergedDetails {
  std::optional<std::string> reference;
  std::optional<std::string> notes;
  Attributes attributes;  // by key
};

struct MergeLotsCommand {
  WriteContext context;
  std::vector<MergeSource> sources;  // 1 to kReshapePartsMax
  std::string number;                // empty: the next of the template
  std::optional<LocationId> to;      // none: where the first source was
  MergedDetails said;
  absl::Time occurred_at;
  std::string note;
  bool accept_held = false;
};

// Makes one lot of several of one product. A new one has the earliest of their dates. It has the
// reference, notes and attributes that all of them have, the stored result too; LOTS_DIFFER where
// they differ and nothing is said.
absl::StatusOr<Reshaping> MergeLots(pg::Connection& db, const MergeLotsCommand& command);

struct RelabelLotCommand {
  WriteContext context;
  LotRef lot;
  LocationId from;
  std::optional<Quantity> quantity;  // none: all that is there
  std::optional<ProductId> product;  // none: the same
  std::string number;                // empty: the next of the new product's template
  std::optional<absl::CivilDay> expires_on;
  bool accept_later_expiry = false;  // `note` says why then
  absl::Time occurred_at;
  std::string note;
  bool accept_held = false;
};

// Gives goods another number or product. A serial that was relabelled is nowhere; the new one takes
// its place. A given expiry date also bounds the other dates that are inherited: none is after it.
// EXPIRY_LATER when it is later than that of the goods.
absl::StatusOr<Reshaping> RelabelLot(pg::Connection& db, const RelabelLotCommand& command);

}  // namespace lots
