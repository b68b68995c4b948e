// RecallService: what is done while a recall is open.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/convert/fields.h"
#include "service/convert/update_mask.h"
#include "service/convert/writes.h"
#include "service/handlers/recalls/convert.h"
#include "service/handlers/recalls/recalls.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/recalls/answers.h"
#include "storage/recalls/recalls.h"

namespace lots {
namespace {

// A quantity that may be 0; empty: 0.
Quantity QuantityOrZero(FieldChecker& fields, absl::string_view field, const std::string& value) {
  const absl::StatusOr<Quantity> quantity = Quantity::Parse(value);
  if (value.empty() || (quantity.ok() && *quantity == Quantity())) return Quantity();
  return fields.RequiredQuantity(field, value);
}

UpdateRecallCommand CommandOf(const v1::UpdateRecallRequest& request, const Call& call,
                              FieldChecker& fields) {
  const v1::Recall& given = request.recall();
  if (request.request_id().empty() && given.etag().empty()) {
    fields.Refused("request_id", "", "is required unless recall.etag is given");
  }
  fields.SameCompany("recall.company", given.company(), call.company);
  UpdateRecallCommand command{.context = fields.OptionalWrite(request, call)};
  command.recall_id = fields.Required<RecallId>("recall.recall_id", given.recall_id());
  const UpdateMask mask("update_mask", request.update_mask(), RecallFields(),
                        *v1::Recall::descriptor(), fields);
  command.paths = mask.PathsOf(given);
  for (const std::string& path : command.paths) {
    if (path != "reason") continue;
    command.reason = RequiredText(fields, "recall.reason", given.reason(), kNoteCharactersMax);
  }
  command.exempt_location_ids =
      ExemptLocations(fields, "recall.exempt_location_ids", given.exempt_location_ids());
  command.only_listed_exempt = given.only_listed_exempt();
  command.version = FieldChecker::Etag(given.etag());
  fields.Count("add_seeds", request.add_seeds_size(), 0, kRecallSeedsMax);
  for (int i = 0; i < request.add_seeds_size(); ++i) {
    command.add_seeds.push_back(fields.Lot(Indexed("add_seeds", i), request.add_seeds(i)));
  }
  return command;
}

template <class Request>
RecallLotsCommand LotsCommandOf(const Request& request, const Call& call, int64_t lots_max,
                                FieldChecker& fields) {
  RecallLotsCommand command{.context = fields.Write(request, call)};
  command.recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  fields.Count("lots", request.lots_size(), 1, lots_max);
  for (int i = 0; i < request.lots_size(); ++i) {
    command.lots.push_back(fields.Lot(Indexed("lots", i), request.lots(i)));
  }
  command.evidence = RequiredText(fields, "evidence", request.evidence(), kNoteCharactersMax);
  command.evidence_link = fields.Line("evidence_link", request.evidence_link(), kNoteCharactersMax);
  return command;
}

RecallDisposition DispositionOf(const v1::RecallDisposition& given, size_t index,
                                FieldChecker& fields) {
  const auto at = [index](absl::string_view field) {
    return Indexed("dispositions", index, field);
  };
  RecallDisposition disposition;
  disposition.lot = fields.Lot(at("lot"), given.lot());
  disposition.location_id = fields.Required<LocationId>(at("location_id"), given.location_id());
  disposition.kind = fields.RequiredEnum<RecallDispositionKind>(at("kind"), given.kind());
  if (given.quantity().empty()) fields.RequiredQuantity(at("quantity"), given.quantity());
  disposition.quantity = QuantityOrZero(fields, at("quantity"), given.quantity());
  disposition.note = fields.Text(at("note"), given.note(), kNoteCharactersMax);
  disposition.link = fields.Line(at("link"), given.link(), kNoteCharactersMax);
  return disposition;
}

RecipientQuantities QuantitiesOf(const v1::RecipientQuantities& given, size_t index,
                                 FieldChecker& fields) {
  const auto at = [index](absl::string_view field) { return Indexed("quantities", index, field); };
  RecipientQuantities quantities;
  quantities.lot = fields.Lot(at("lot"), given.lot());
  if (!given.delivery_movement_id().empty()) {
    quantities.delivery =
        fields.RequiredUuid<MovementId>(at("delivery_movement_id"), given.delivery_movement_id());
  }
  if (!given.found_quantity().empty()) {
    quantities.found = QuantityOrZero(fields, at("found_quantity"), given.found_quantity());
  }
  quantities.destroyed =
      QuantityOrZero(fields, at("destroyed_quantity"), given.destroyed_quantity());
  quantities.returned = QuantityOrZero(fields, at("returned_quantity"), given.returned_quantity());
  quantities.sold_on = QuantityOrZero(fields, at("sold_on_quantity"), given.sold_on_quantity());
  return quantities;
}

// What was done is not in the future.
std::optional<absl::Time> PastTime(FieldChecker& fields, absl::string_view field, bool is_given,
                                   const google::protobuf::Timestamp& time, absl::Time now) {
  if (!is_given) return std::nullopt;
  return fields.OccurTime(field, &time, now);
}

RecordRecipientResponseCommand CommandOf(const v1::RecordRecipientResponseRequest& request,
                                         const Call& call, FieldChecker& fields) {
  RecordRecipientResponseCommand command{.context = fields.Write(request, call)};
  command.recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  command.partner_id = fields.RequiredId("partner_id", request.partner_id());
  command.notified_at =
      PastTime(fields, "notify_time", request.has_notify_time(), request.notify_time(), call.now);
  command.notified_how = fields.Line("notify_method", request.notify_method(), kNameCharactersMax);
  command.answered_at =
      PastTime(fields, "answer_time", request.has_answer_time(), request.answer_time(), call.now);
  fields.Count("quantities", request.quantities_size(), 0, kRecallEntriesPerCallMax);
  for (int i = 0; i < request.quantities_size(); ++i) {
    command.quantities.push_back(QuantitiesOf(request.quantities(i), i, fields));
  }
  command.note = fields.Text("note", request.note(), kNoteCharactersMax);
  command.link = fields.Line("link", request.link(), kNoteCharactersMax);
  return command;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::Recall> UpdateRecall(const v1::UpdateRecallRequest& request, const Call& call,
                                        pg::Connection& db) {
  FieldChecker fields;
  const UpdateRecallCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::UpdateRecall(db, command));
  return ToProto(recall);
}

absl::StatusOr<v1::Recall> ExcludeRecallLots(const v1::ExcludeRecallLotsRequest& request,
                                             const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RecallLotsCommand command = LotsCommandOf(request, call, kRecallEntriesPerCallMax, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::ExcludeRecallLots(db, command));
  return ToProto(recall);
}

absl::StatusOr<v1::Recall> IncludeRecallLots(const v1::IncludeRecallLotsRequest& request,
                                             const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RecallLotsCommand command = LotsCommandOf(request, call, kRecallSeedsMax, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::IncludeRecallLots(db, command));
  return ToProto(recall);
}

absl::StatusOr<v1::Recall> SetRecallDisposition(const v1::SetRecallDispositionRequest& request,
                                                const Call& call, pg::Connection& db) {
  FieldChecker fields;
  SetRecallDispositionCommand command{.context = fields.Write(request, call)};
  command.recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  fields.Count("dispositions", request.dispositions_size(), 1, kRecallEntriesPerCallMax);
  for (int i = 0; i < request.dispositions_size(); ++i) {
    command.dispositions.push_back(DispositionOf(request.dispositions(i), i, fields));
  }
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::SetRecallDisposition(db, command));
  return ToProto(recall);
}

absl::StatusOr<v1::Recall> RecordRecipientResponse(
    const v1::RecordRecipientResponseRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RecordRecipientResponseCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::RecordRecipientResponse(db, command));
  return ToProto(recall);
}

}  // namespace handlers

}  // namespace lots
