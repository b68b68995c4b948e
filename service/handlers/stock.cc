// StockService: records and reverses movements, lists stock and movements, suggests lots to pick.
#include "service/handlers/stock.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/problems.h"
#include "service/base/status.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/writes.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/movement.h"
#include "storage/stock/list.h"
#include "storage/stock/movements.h"
#include "storage/stock/stock.h"
#include "storage/stock/suggest.h"

namespace lots {
namespace {

NewMovement ReadMovement(const v1::NewMovement& movement, size_t index, const Call& call,
                         FieldChecker& fields) {
  const auto path = [&](absl::string_view field) { return Indexed("movements", index, field); };
  return {
      .kind = fields.RequiredEnum<MovementKind>(path("kind"), movement.kind()),
      .lot = fields.Lot(path("lot"), movement.lot()),
      .quantity = fields.OptionalQuantity(path("quantity"), movement.quantity()),
      .from = fields.Optional<LocationId>(path("from_location_id"), movement.from_location_id()),
      .to = fields.Optional<LocationId>(path("to_location_id"), movement.to_location_id()),
      .document = fields.DocumentOf(path("document"), movement.document()),
      .partner_id = fields.OptionalId(path("partner_id"), movement.partner_id()),
      .occurred_at =
          fields.OccurTime(path("occur_time"),
                           movement.has_occur_time() ? &movement.occur_time() : nullptr, call.now),
      .delivery = fields.OptionalUuid<MovementId>(path("delivery_movement_id"),
                                                  movement.delivery_movement_id()),
      .receipt = fields.OptionalUuid<MovementId>(path("receipt_movement_id"),
                                                 movement.receipt_movement_id()),
      .note = fields.Text(path("note"), movement.note(), kNoteCharactersMax)};
}

// A movement outside of production can overrule holds and expiry, but not a lack of stock.
Accept ReadAccept(const v1::RecordMovementsRequest& request, FieldChecker& fields) {
  Accept accept;
  for (int i = 0; i < request.accept_size(); ++i) {
    if (request.accept(i) == v1::ACCEPTANCE_EXPIRED) {
      accept.expired = true;
    } else if (request.accept(i) == v1::ACCEPTANCE_HELD) {
      accept.held = true;
    } else {
      fields.Refused(Indexed("accept", i), v1::Acceptance_Name(request.accept(i)),
                     "a movement can accept HELD and EXPIRED");
    }
  }
  return accept;
}

RecordMovementsCommand CommandOf(const v1::RecordMovementsRequest& request, const Call& call,
                                 FieldChecker& fields) {
  RecordMovementsCommand command{.context = fields.Write(request, call),
                                 .accept = ReadAccept(request, fields),
                                 .validate_only = request.validate_only()};
  fields.Count("movements", request.movements_size(), 1, kMovementsPerCallMax);
  if (request.movements_size() > kMovementsPerCallMax) return command;
  command.movements.reserve(request.movements_size());
  for (int i = 0; i < request.movements_size(); ++i) {
    command.movements.push_back(ReadMovement(request.movements(i), i, call, fields));
  }
  return command;
}

// Page tokens are signed, so their contents can be trusted.
Uuid UuidOf(const std::string& key) {
  const std::optional<Uuid> id = Uuid::Parse(key);
  Check(id.has_value());
  return *id;
}

PageKeys KeysOf(const Movement& movement) {
  return {absl::StrCat(absl::ToUnixMicros(movement.recorded_at)),
          movement.movement_id.value().ToString()};
}

std::optional<MovementPosition> MovementAfter(const PageKeys& keys) {
  if (keys.empty()) return std::nullopt;
  int64_t micros = 0;
  Check(keys.size() == 2 && absl::SimpleAtoi(keys[0], &micros));
  return MovementPosition{absl::FromUnixMicros(micros), MovementId(UuidOf(keys[1]))};
}

PageKeys KeysOf(const LotStock& stock) {
  return {stock.lot_id.value().ToString(), stock.location_id.value()};
}

std::optional<StockPosition> StockAfter(const PageKeys& keys) {
  if (keys.empty()) return std::nullopt;
  Check(keys.size() == 2);
  return StockPosition{LotId(UuidOf(keys[0])), LocationId(keys[1])};
}

ListStockQuery CommandOf(const v1::ListStockRequest& request, FieldChecker& fields) {
  ListStockQuery query{
      .include_descendants = request.include_descendants(),
      .as_of = fields.Time("as_of", request.has_as_of() ? &request.as_of() : nullptr),
      .known_at = fields.Time("known_at", request.has_known_at() ? &request.known_at() : nullptr),
      .all_kinds = request.show_all_kinds(),
      .filter = request.filter()};
  fields.Count("lot_ids", request.lot_ids_size(), 0, kStockLotIdsMax);
  for (int i = 0; i < request.lot_ids_size() && i < kStockLotIdsMax; ++i) {
    query.lot_ids.push_back(fields.RequiredUuid<LotId>(Indexed("lot_ids", i), request.lot_ids(i)));
  }
  if (!request.product_id().empty()) {
    query.product_id = fields.Required<ProductId>("product_id", request.product_id());
  }
  if (!request.location_id().empty()) {
    query.location_id = fields.Required<LocationId>("location_id", request.location_id());
  }
  const bool by_place = query.product_id.has_value() || query.location_id.has_value();
  if (!request.lot_ids().empty() && by_place) {
    fields.Refused("lot_ids", "", "select by lot_ids, or by product_id, location_id or both");
  }
  if (request.has_as_of() && request.has_known_at()) {
    fields.Refused("known_at", "", "give as_of or known_at, not both");
  }
  if (request.include_descendants() && request.location_id().empty()) {
    fields.Refused("include_descendants", "true", "needs location_id");
  }
  return query;
}

v1::SuggestLotsResponse::Pick ToProto(const LotPick& pick, int scale) {
  v1::SuggestLotsResponse::Pick message;
  message.set_lot_id(pick.lot_id.value().ToString());
  message.set_number(pick.number);
  message.set_location_id(pick.location_id.value());
  message.set_quantity(pick.quantity.Format(scale));
  SetIfAny(pick.expires_on,
           [&](absl::CivilDay day) { *message.mutable_expire_date() = lots::ToProto(day); });
  SetIfAny(pick.stock_since,
           [&](absl::Time time) { *message.mutable_stock_since_time() = lots::ToProto(time); });
  return message;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::RecordMovementsResponse> RecordMovements(
    const v1::RecordMovementsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RecordMovementsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const RecordedMovements recorded, lots::RecordMovements(db, command));
  v1::RecordMovementsResponse response;
  AddProblems(recorded.problems, response);
  if (command.validate_only) return response;
  for (const MovementId& id : recorded.movement_ids) {
    response.add_movement_ids(id.value().ToString());
  }
  for (const LotId& id : recorded.unarchived) {
    response.add_unarchived_lot_ids(id.value().ToString());
  }
  return response;
}

absl::StatusOr<v1::Movement> ReverseMovement(const v1::ReverseMovementRequest& request,
                                             const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const ReverseMovementCommand command{
      .context = fields.Write(request, call),
      .movement_id = fields.RequiredUuid<MovementId>("movement_id", request.movement_id()),
      .note = fields.Text("note", request.note(), kNoteCharactersMax)};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Movement reversal, lots::ReverseMovement(db, command));
  return ToProto(reversal);
}

absl::StatusOr<v1::ListMovementsResponse> ListMovements(const v1::ListMovementsRequest& request,
                                                        const Call& call, pg::Connection& db) {
  v1::ListMovementsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    // The surplus item shows that there is another page.
    ASSIGN_OR_RETURN(const std::vector<Movement> movements,
                     lots::ListMovements(db, {.company = company,
                                              .filter = request.filter(),
                                              .after = MovementAfter(after),
                                              .limit = room.items + 1}));
    return FillPiece(
        movements, /*has_more=*/false, room, [](const Movement& m) { return lots::ToProto(m); },
        [&](size_t i) { return KeysOf(movements[i]); }, *response.mutable_movements());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::ListStockResponse> ListStock(const v1::ListStockRequest& request,
                                                const Call& call, pg::Connection& db) {
  FieldChecker fields;
  ListStockQuery query = CommandOf(request, fields);
  query.now = call.now;
  if (!fields.ok()) return fields.status();
  v1::ListStockResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    query.company = company;
    query.after = StockAfter(after);
    query.limit = room.items + 1;
    ASSIGN_OR_RETURN(const std::vector<LotStock> stock, lots::ListStock(db, query));
    return FillPiece(
        stock, /*has_more=*/false, room, [](const LotStock& held) { return lots::ToProto(held); },
        [&](size_t i) { return KeysOf(stock[i]); }, *response.mutable_stock());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::SuggestLotsResponse> SuggestLots(const v1::SuggestLotsRequest& request,
                                                    const Call& call, pg::Connection& db) {
  FieldChecker fields;
  SuggestLotsQuery query{
      .company = call.company,
      .product_id = fields.Required<ProductId>("product_id", request.product_id()),
      .quantity = fields.RequiredQuantity("quantity", request.quantity()),
      .strategy = fields.OptionalEnum<SuggestStrategy>("strategy", request.strategy()),
      .include_past_removal = request.include_past_removal(),
      .now = call.now};
  if (!request.location_id().empty()) {
    query.location_id = fields.Required<LocationId>("location_id", request.location_id());
  }
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Suggestion suggestion, lots::SuggestLots(db, query));
  v1::SuggestLotsResponse response;
  for (const LotPick& pick : suggestion.picks) {
    *response.add_picks() = ToProto(pick, suggestion.scale);
  }
  response.set_missing_quantity(suggestion.missing.Format(suggestion.scale));
  return response;
}

}  // namespace handlers

}  // namespace lots
