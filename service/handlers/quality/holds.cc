// HoldService: one hold, the list of holds, changes of a hold.
#include "service/handlers/quality/holds.h"

#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/convert/fields.h"
#include "service/convert/holds.h"
#include "service/convert/list_page.h"
#include "service/convert/update_mask.h"
#include "service/convert/writes.h"
#include "storage/base/check.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/holds/holds.h"

namespace lots {
namespace {

constexpr absl::string_view kChangeable[] = {"expire_time", "exempt_location_ids", "reason",
                                             "case_id"};

PageKeys KeysOf(const LotHold& hold) {
  return {absl::StrCat(absl::ToUnixMicros(hold.hold.placed_at)),
          hold.hold.hold_id->value().ToString()};
}

// Page tokens are signed, so their contents can be trusted.
std::optional<HoldPosition> HoldAfter(const PageKeys& keys) {
  if (keys.empty()) return std::nullopt;
  int64_t micros = 0;
  Check(keys.size() == 2 && absl::SimpleAtoi(keys[0], &micros));
  const std::optional<Uuid> id = Uuid::Parse(keys[1]);
  Check(id.has_value());
  return HoldPosition{absl::FromUnixMicros(micros), HoldId(*id)};
}

std::vector<LocationId> ExemptionsOf(const v1::Hold& hold, FieldChecker& fields) {
  std::vector<LocationId> places;
  fields.Count("hold.exempt_location_ids", hold.exempt_location_ids_size(), 0, kExemptLocationsMax);
  if (!fields.ok()) return places;
  for (int i = 0; i < hold.exempt_location_ids_size(); ++i) {
    places.push_back(fields.Required<LocationId>(Indexed("hold.exempt_location_ids", i),
                                                 hold.exempt_location_ids(i)));
  }
  return places;
}

void SetChange(absl::string_view path, const v1::Hold& hold, FieldChecker& fields,
               UpdateHoldCommand& command) {
  if (path == "expire_time") {
    command.expires_at.emplace(
        fields.Time("hold.expire_time", hold.has_expire_time() ? &hold.expire_time() : nullptr));
  }
  if (path == "exempt_location_ids") command.exempt_location_ids = ExemptionsOf(hold, fields);
  if (path == "case_id") command.case_id = fields.OptionalId("hold.case_id", hold.case_id());
  if (path != "reason") return;
  if (absl::StripAsciiWhitespace(hold.reason()).empty()) {
    fields.Refused("hold.reason", hold.reason(), "is required: say why");
  }
  command.reason = fields.Text("hold.reason", hold.reason(), kNoteCharactersMax);
}

UpdateHoldCommand CommandOf(const v1::UpdateHoldRequest& request, const Call& call,
                            FieldChecker& fields) {
  const v1::Hold& hold = request.hold();
  if (request.request_id().empty() && hold.etag().empty()) {
    fields.Refused("request_id", "", "is required unless hold.etag is given");
  }
  UpdateHoldCommand command{.context = fields.OptionalWrite(request, call),
                            .hold_id = fields.RequiredUuid<HoldId>("hold.hold_id", hold.hold_id()),
                            .lot_id = fields.OptionalUuid<LotId>("hold.lot_id", hold.lot_id()),
                            .note = fields.Text("note", request.note(), kNoteCharactersMax),
                            .version = FieldChecker::Etag(hold.etag()),
                            .may_weaken = call.caller->permissions.Has(v1::PERMISSION_RELEASE)};
  const UpdateMask mask("update_mask", request.update_mask(),
                        {std::begin(kChangeable), std::end(kChangeable)}, *v1::Hold::descriptor(),
                        fields);
  if (!fields.ok()) return command;
  const std::vector<std::string> paths = mask.PathsOf(hold);
  if (paths.empty()) {
    fields.Refused("update_mask", "",
                   "names nothing, and hold has no field to change: set the fields to change, or "
                   "name those to clear");
  }
  for (const std::string& path : paths) SetChange(path, hold, fields, command);
  return command;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::Hold> GetHold(const v1::GetHoldRequest& request, const Call& call,
                                 pg::Connection& db) {
  FieldChecker fields;
  const auto hold_id = fields.RequiredUuid<HoldId>("hold_id", request.hold_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const LotHold hold, lots::GetHold(db, call.company, hold_id));
  return ToProto(hold);
}

absl::StatusOr<v1::ListHoldsResponse> ListHolds(const v1::ListHoldsRequest& request,
                                                const Call& call, pg::Connection& db) {
  v1::ListHoldsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    // The surplus item shows that there is another page.
    ASSIGN_OR_RETURN(const std::vector<LotHold> holds,
                     lots::ListHolds(db, {.company = company,
                                          .filter = request.filter(),
                                          .after = HoldAfter(after),
                                          .limit = room.items + 1,
                                          .now = call.now}));
    return FillPiece(
        holds, /*has_more=*/false, room, [](const LotHold& hold) { return lots::ToProto(hold); },
        [&](size_t i) { return KeysOf(holds[i]); }, *response.mutable_holds());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::Hold> UpdateHold(const v1::UpdateHoldRequest& request, const Call& call,
                                    pg::Connection& db) {
  FieldChecker fields;
  const UpdateHoldCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const LotHold hold, lots::UpdateHold(db, command));
  return ToProto(hold);
}

}  // namespace handlers

}  // namespace lots
