// LotService: placing holds on lots and releasing them.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/writes.h"
#include "service/handlers/lots/lots.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/holds/holds.h"

namespace lots {
namespace {

// A required text: readers of a hold need its reason.
std::string RequiredText(absl::string_view field, absl::string_view value, FieldChecker& fields) {
  if (absl::StripAsciiWhitespace(value).empty()) {
    fields.Refused(field, value, "is required: say why");
    return "";
  }
  return fields.Text(field, value, kNoteCharactersMax);
}

HoldTarget TargetOf(size_t index, const v1::HoldTarget& target, FieldChecker& fields) {
  HoldTarget read{.lot = fields.Lot(Indexed("targets", index, "lot"), target.lot()),
                  .location = std::nullopt,
                  .quantity = fields.OptionalQuantity(Indexed("targets", index, "quantity"),
                                                      target.quantity())};
  if (!target.location_id().empty()) {
    read.location =
        fields.Required<LocationId>(Indexed("targets", index, "location_id"), target.location_id());
  }
  return read;
}

HoldLotsCommand CommandOf(const v1::HoldLotsRequest& request, const Call& call,
                          FieldChecker& fields) {
  HoldLotsCommand command{
      .context = fields.Write(request, call),
      .targets = {},
      .reason = RequiredText("reason", request.reason(), fields),
      .expires_at =
          fields.Time("expire_time", request.has_expire_time() ? &request.expire_time() : nullptr),
      .exempt_location_ids = {},
      .case_id = fields.OptionalId("case_id", request.case_id())};
  fields.Count("targets", request.targets_size(), 1, kHoldsPerCallMax);
  fields.Count("exempt_location_ids", request.exempt_location_ids_size(), 0, kExemptLocationsMax);
  if (!fields.ok()) return command;
  for (int i = 0; i < request.targets_size(); ++i) {
    command.targets.push_back(TargetOf(i, request.targets(i), fields));
  }
  for (int i = 0; i < request.exempt_location_ids_size(); ++i) {
    command.exempt_location_ids.push_back(fields.Required<LocationId>(
        Indexed("exempt_location_ids", i), request.exempt_location_ids(i)));
  }
  return command;
}

ReleaseLotsCommand CommandOf(const v1::ReleaseLotsRequest& request, const Call& call,
                             FieldChecker& fields) {
  ReleaseLotsCommand command{.context = fields.Write(request, call),
                             .holds = {},
                             .lots = {},
                             .note = RequiredText("note", request.note(), fields)};
  if (request.hold_ids().empty() == request.lots().empty()) {
    fields.Refused("hold_ids", "", "name hold_ids or lots, one of the two");
  }
  fields.Count("hold_ids", request.hold_ids_size(), 0, kHoldsPerCallMax);
  fields.Count("lots", request.lots_size(), 0, kHoldsPerCallMax);
  if (!fields.ok()) return command;
  for (int i = 0; i < request.hold_ids_size(); ++i) {
    command.holds.push_back(
        fields.RequiredUuid<HoldId>(Indexed("hold_ids", i), request.hold_ids(i)));
  }
  for (int i = 0; i < request.lots_size(); ++i) {
    command.lots.push_back(fields.Lot(Indexed("lots", i), request.lots(i)));
  }
  return command;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::HoldLotsResponse> HoldLots(const v1::HoldLotsRequest& request, const Call& call,
                                              pg::Connection& db) {
  FieldChecker fields;
  const HoldLotsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<HoldId> holds, lots::HoldLots(db, command));
  v1::HoldLotsResponse response;
  for (const HoldId& hold : holds) response.add_hold_ids(hold.value().ToString());
  return response;
}

absl::StatusOr<v1::ReleaseLotsResponse> ReleaseLots(const v1::ReleaseLotsRequest& request,
                                                    const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const ReleaseLotsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<HoldId> holds, lots::ReleaseLots(db, command));
  v1::ReleaseLotsResponse response;
  response.set_hold_count(static_cast<int64_t>(holds.size()));
  response.set_hold_ids_truncated(!AnswerRoom(response).Fill(
      holds, [](const HoldId& hold) { return hold.value().ToString(); },
      *response.mutable_hold_ids()));
  return response;
}

}  // namespace handlers

}  // namespace lots
