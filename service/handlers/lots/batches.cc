// LotService: GetLot and ListLotLocations, for all calls that wait together.
#include <cstddef>
#include <optional>
#include <utility>

#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/holds.h"
#include "service/convert/list_page.h"
#include "service/handlers/lots/lots.h"
#include "service/handlers/lots/views.h"
#include "storage/base/limits.h"
#include "storage/domain/hold.h"
#include "storage/domain/lot.h"
#include "storage/domain/lot_stock.h"
#include "storage/domain/refusals.h"
#include "storage/lots/locations.h"
#include "storage/lots/read.h"
#include "storage/whereabouts/whereabouts.h"

namespace lots::handlers {
namespace {

// The lots that the requests name. A nil id, which no lot has, takes the place of a malformed one.
struct AskedLots {
  std::vector<LotId> lot_ids;
  std::vector<absl::Status> malformed;  // OK: the id is well formed
};

// `read_more(request, fields)` reads the other fields.
template <class Request, class ReadMore>
AskedLots ReadLots(absl::Span<const Request* const> requests, const ReadMore& read_more) {
  AskedLots asked;
  for (const Request* const request : requests) {
    FieldChecker fields;
    asked.lot_ids.push_back(fields.RequiredUuid<LotId>("lot_id", request->lot_id()));
    read_more(*request, fields);
    asked.malformed.push_back(fields.ok() ? absl::OkStatus() : fields.status());
  }
  return asked;
}

// One answer for each lot: the message that `convert` makes of the found lot, or a refusal.
template <class Response, class Found, class Convert>
std::vector<absl::StatusOr<Response>> Answers(
    const AskedLots& asked, const absl::StatusOr<std::vector<std::optional<Found>>>& found,
    const Convert& convert) {
  std::vector<absl::StatusOr<Response>> answers;
  for (size_t i = 0; i < asked.lot_ids.size(); ++i) {
    if (!asked.malformed[i].ok()) {
      answers.push_back(asked.malformed[i]);
    } else if (!found.ok()) {
      answers.push_back(found.status());
    } else if (!(*found)[i].has_value()) {
      answers.push_back(Refuse(LotNotFound(asked.lot_ids[i], "lot_id")));
    } else {
      answers.push_back(convert(*(*found)[i]));
    }
  }
  return answers;
}

// To the answers of those who asked for the view FULL. Mostly nobody does, and nothing is read.
void AddWhereabouts(pg::Connection& db, const CompanyId& company, const AskedLots& asked,
                    const std::vector<bool>& is_full,
                    std::vector<absl::StatusOr<v1::Lot>>& answers) {
  std::vector<size_t> full;
  std::vector<LotId> lot_ids;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!is_full[i] || !answers[i].ok()) continue;
    full.push_back(i);
    lot_ids.push_back(asked.lot_ids[i]);
  }
  const absl::StatusOr<WhereaboutsByLot> read = ReadWhereabouts(db, company, lot_ids);
  for (const size_t i : full) {
    if (!read.ok()) {
      answers[i] = read.status();
      continue;
    }
    const auto found = read->find(asked.lot_ids[i]);
    if (found != read->end()) *answers[i]->mutable_whereabouts() = ToProto(found->second);
  }
}

// The field that says that not all locations are there.
constexpr size_t kAroundLocationsBytes = 16;

v1::ListLotLocationsResponse LocationsToProto(const LotLocations& found) {
  v1::ListLotLocationsResponse response;
  response.set_on_hand_quantity(found.on_hand.Format(found.scale));
  for (const Hold& hold : found.holds) {
    *response.add_holds() = ToProto(hold, found.product_id, found.number);
  }
  size_t bytes = response.ByteSizeLong() + kAroundLocationsBytes;
  for (const LotStock& stock : found.locations) {
    v1::LotStock message = ToProto(stock);
    bytes += EntryBytes(message);
    response.set_locations_truncated(bytes > kAnswerBytesMax);
    if (response.locations_truncated()) break;
    *response.add_locations() = std::move(message);
  }
  return response;
}

}  // namespace

std::vector<absl::StatusOr<v1::Lot>> GetLotsTogether(
    absl::Span<const v1::GetLotRequest* const> requests, const Call& call, pg::Connection& db) {
  std::vector<bool> is_full;
  const auto read_view = [&](const v1::GetLotRequest& request, FieldChecker& fields) {
    is_full.push_back(IsFullView(request.view(), fields));
  };
  const AskedLots asked = ReadLots(requests, read_view);
  const auto found = FindLotsById(db, call.company, asked.lot_ids, call.now);
  auto answers = Answers<v1::Lot>(asked, found, [](const Lot& lot) { return ToProto(lot); });
  AddWhereabouts(db, call.company, asked, is_full, answers);
  return answers;
}

std::vector<absl::StatusOr<v1::ListLotLocationsResponse>> ListLocationsTogether(
    absl::Span<const v1::ListLotLocationsRequest* const> requests, const Call& call,
    pg::Connection& db) {
  FindLocationsQuery query{.company = call.company, .lot_ids = {}, .now = call.now};
  const auto read_show_all = [&](const v1::ListLotLocationsRequest& request, FieldChecker&) {
    query.show_all.push_back(request.show_all());
  };
  const AskedLots asked = ReadLots(requests, read_show_all);
  query.lot_ids = asked.lot_ids;
  return Answers<v1::ListLotLocationsResponse>(asked, FindLotLocations(db, query),
                                               LocationsToProto);
}

}  // namespace lots::handlers
