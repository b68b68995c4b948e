// RecallService: opens, reads and closes recalls, and streams the report of one.
#include "service/handlers/recalls/recalls.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/send_pieces.h"
#include "service/convert/writes.h"
#include "service/handlers/recalls/convert.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"

namespace lots {
namespace {

std::optional<v1::StreamRecallReportResponse> MessageOf(
    const RecallReportReader&, const std::optional<RecallReportPiece>& piece) {
  if (!piece.has_value()) return std::nullopt;
  return ToProto(*piece);
}

OpenRecallCommand CommandOf(const v1::OpenRecallRequest& request, const Call& call,
                            FieldChecker& fields) {
  OpenRecallCommand command{.context = fields.Write(request, call)};
  command.recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  fields.Count("seeds", request.seeds_size(), 1, kRecallSeedsMax);
  for (int i = 0; i < request.seeds_size(); ++i) {
    command.seeds.push_back(fields.Lot(Indexed("seeds", i), request.seeds(i)));
  }
  command.reason = RequiredText(fields, "reason", request.reason(), kNoteCharactersMax);
  command.exempt_location_ids =
      ExemptLocations(fields, "exempt_location_ids", request.exempt_location_ids());
  command.drill = request.drill();
  command.include_former = request.include_former();
  command.only_listed_exempt = request.only_listed_exempt();
  command.validate_only = request.validate_only();
  return command;
}

}  // namespace

std::string RequiredText(FieldChecker& fields, absl::string_view field, const std::string& value,
                         int characters_max) {
  if (value.empty()) fields.Refused(field, value, "say why, in words");
  return fields.Text(field, value, characters_max);
}

std::vector<LocationId> ExemptLocations(
    FieldChecker& fields, absl::string_view field,
    const google::protobuf::RepeatedPtrField<std::string>& given) {
  std::vector<LocationId> locations;
  fields.Count(field, given.size(), 0, kExemptLocationsMax);
  for (int i = 0; i < given.size(); ++i) {
    locations.push_back(fields.Required<LocationId>(Indexed(field, i), given.Get(i)));
  }
  return locations;
}

namespace handlers {

absl::StatusOr<v1::Recall> OpenRecall(const v1::OpenRecallRequest& request, const Call& call,
                                      pg::Connection& db) {
  FieldChecker fields;
  const OpenRecallCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::OpenRecall(db, command));
  return ToProto(recall);
}

absl::StatusOr<v1::Recall> GetRecall(const v1::GetRecallRequest& request, const Call& call,
                                     pg::Connection& db) {
  FieldChecker fields;
  const auto recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall,
                   lots::GetRecallWithEffectiveness(db, call.company, recall_id));
  return ToProto(recall);
}

absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const v1::ListRecallsRequest& request,
                                                    const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const auto state = fields.OptionalEnum<RecallState>("state", request.state());
  if (!fields.ok()) return fields.status();
  v1::ListRecallsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    // The surplus item shows that there is another page.
    ASSIGN_OR_RETURN(const std::vector<Recall> recalls,
                     lots::ListRecalls(db, {.company = company,
                                            .state = state,
                                            .filter = request.filter(),
                                            .order_by = request.order_by(),
                                            .after = after,
                                            .limit = room.items + 1}));
    return FillPiece(
        recalls, /*has_more=*/false, room, [](const Recall& recall) { return ToProto(recall); },
        [&](size_t i) { return PositionOf(recalls[i], request.order_by()); },
        *response.mutable_recalls());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::Status StreamRecallReport(const v1::StreamRecallReportRequest& request, const Call& call,
                                pg::Connection& db, Sink<v1::StreamRecallReportResponse>& sink) {
  FieldChecker fields;
  const auto recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  if (!fields.ok()) return fields.status();
  return SendPieces(std::make_shared<RecallReportReader>(call.company, recall_id), db, sink,
                    MessageOf);
}

absl::StatusOr<v1::Recall> CloseRecall(const v1::CloseRecallRequest& request, const Call& call,
                                       pg::Connection& db) {
  FieldChecker fields;
  const CloseRecallCommand command{
      .context = fields.Write(request, call),
      .recall_id = fields.Required<RecallId>("recall_id", request.recall_id()),
      .closing_note =
          RequiredText(fields, "closing_note", request.closing_note(), kClosingNoteCharactersMax),
      .leave_held = request.leave_held()};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::CloseRecall(db, command));
  return ToProto(recall);
}

}  // namespace handlers

}  // namespace lots
