// LotService: splitting, merging and relabelling lots.
#include "absl/algorithm/container.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/writes.h"
#include "service/handlers/lots/lots.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/work_orders/reshape/reshape.h"

namespace lots {
namespace {

template <class Id>
std::optional<Id> IdOrNone(absl::string_view field, const std::string& value,
                           FieldChecker& fields) {
  if (value.empty()) return std::nullopt;
  return fields.Required<Id>(field, value);
}

bool Accepts(v1::Acceptance one, const google::protobuf::RepeatedField<int>& accept) {
  return absl::c_linear_search(accept, one);
}

template <class Request>
void ReadAccept(const Request& request, bool takes_expiry, FieldChecker& fields) {
  for (int i = 0; i < request.accept_size(); ++i) {
    if (request.accept(i) == v1::ACCEPTANCE_HELD) continue;
    if (takes_expiry && request.accept(i) == v1::ACCEPTANCE_LATER_EXPIRY) continue;
    fields.Refused(Indexed("accept", i), absl::StrCat(static_cast<int>(request.accept(i))),
                   absl::StrCat("must be HELD", takes_expiry ? " or LATER_EXPIRY" : "",
                                ": expired lots may be reshaped anyhow, and there is no more than "
                                "there is"));
  }
}

// The fields that the three requests share.
template <class Command, class Request>
Command Begin(const Request& request, const Call& call, FieldChecker& fields,
              bool takes_expiry = false) {
  Command command{.context = fields.Write(request, call)};
  command.occurred_at = fields.OccurTime(
      "occur_time", request.has_occur_time() ? &request.occur_time() : nullptr, call.now);
  command.note = fields.Text("note", request.note(), kNoteCharactersMax);
  ReadAccept(request, takes_expiry, fields);
  command.accept_held = Accepts(v1::ACCEPTANCE_HELD, request.accept());
  return command;
}

SplitLotCommand CommandOf(const v1::SplitLotRequest& request, const Call& call,
                          FieldChecker& fields) {
  auto command = Begin<SplitLotCommand>(request, call, fields);
  command.lot = fields.Lot("lot", request.lot());
  command.from = fields.Required<LocationId>("location_id", request.location_id());
  fields.Count("parts", request.parts_size(), 1, kReshapePartsMax);
  if (request.parts_size() > kReshapePartsMax) return command;
  for (int i = 0; i < request.parts_size(); ++i) {
    const v1::SplitPart& part = request.parts(i);
    const auto path = [&](absl::string_view field) { return Indexed("parts", i, field); };
    command.parts.push_back(
        {.number = part.number(),
         .quantity = fields.RequiredQuantity(path("quantity"), part.quantity()),
         .to = IdOrNone<LocationId>(path("location_id"), part.location_id(), fields)});
  }
  return command;
}

MergeLotsCommand CommandOf(const v1::MergeLotsRequest& request, const Call& call,
                           FieldChecker& fields) {
  auto command = Begin<MergeLotsCommand>(request, call, fields);
  command.number = request.number();
  command.to = IdOrNone<LocationId>("location_id", request.location_id(), fields);
  if (request.has_reference()) {
    command.said.reference = fields.Line("reference", request.reference(), kReferenceCharactersMax);
  }
  if (request.has_notes()) {
    command.said.notes = fields.Text("notes", request.notes(), kNotesCharactersMax);
  }
  command.said.attributes = fields.AttributesOf("attributes", request.attributes());
  fields.Count("sources", request.sources_size(), 1, kReshapePartsMax);
  if (request.sources_size() > kReshapePartsMax) return command;
  for (int i = 0; i < request.sources_size(); ++i) {
    const v1::MergeSource& source = request.sources(i);
    const auto path = [&](absl::string_view field) { return Indexed("sources", i, field); };
    command.sources.push_back(
        {.lot = fields.Lot(path("lot"), source.lot()),
         .from = fields.Required<LocationId>(path("location_id"), source.location_id()),
         .quantity = fields.OptionalQuantity(path("quantity"), source.quantity())});
  }
  return command;
}

RelabelLotCommand CommandOf(const v1::RelabelLotRequest& request, const Call& call,
                            FieldChecker& fields) {
  auto command = Begin<RelabelLotCommand>(request, call, fields, /*takes_expiry=*/true);
  command.accept_later_expiry = Accepts(v1::ACCEPTANCE_LATER_EXPIRY, request.accept());
  command.lot = fields.Lot("lot", request.lot());
  command.from = fields.Required<LocationId>("location_id", request.location_id());
  command.quantity = fields.OptionalQuantity("quantity", request.quantity());
  command.product = IdOrNone<ProductId>("product_id", request.product_id(), fields);
  command.number = request.number();
  command.expires_on =
      fields.Date("expire_date", request.has_expire_date() ? &request.expire_date() : nullptr);
  return command;
}

v1::ReshapeResponse ResponseOf(const Reshaping& reshaping) {
  v1::ReshapeResponse response;
  response.set_transformation_id(reshaping.transformation_id.value().ToString());
  for (const NumberedLot& lot : reshaping.lots) *response.add_lots() = ToProto(lot);
  return response;
}

template <class Request, class Command>
absl::StatusOr<v1::ReshapeResponse> Reshape(
    const Request& request, const Call& call, pg::Connection& db,
    absl::StatusOr<Reshaping> (*operation)(pg::Connection&, const Command&)) {
  FieldChecker fields;
  const Command command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Reshaping reshaping, operation(db, command));
  return ResponseOf(reshaping);
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::ReshapeResponse> SplitLot(const v1::SplitLotRequest& request, const Call& call,
                                             pg::Connection& db) {
  return Reshape(request, call, db, lots::SplitLot);
}

absl::StatusOr<v1::ReshapeResponse> MergeLots(const v1::MergeLotsRequest& request, const Call& call,
                                              pg::Connection& db) {
  return Reshape(request, call, db, lots::MergeLots);
}

absl::StatusOr<v1::ReshapeResponse> RelabelLot(const v1::RelabelLotRequest& request,
                                               const Call& call, pg::Connection& db) {
  return Reshape(request, call, db, lots::RelabelLot);
}

}  // namespace handlers

}  // namespace lots
