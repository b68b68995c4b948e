// Finds lots by their numbers, and shows lots and problems.
#include "service/ctl/shared/lots.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lots/v1/errors.pb.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot_attributes.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/shared/holds.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// The API takes at most so many numbers in one FindLots.
constexpr int kNumbersPerCall = 1'000;

// Fills in the ids of lots of one product; `places` says where in `ids` each belongs.
absl::Status FindNumbers(Session& session, const std::string& product_id,
                         const std::vector<std::pair<std::string, size_t>>& places,
                         std::vector<std::string>& ids) {
  for (size_t begin = 0; begin < places.size(); begin += kNumbersPerCall) {
    const size_t end = std::min(places.size(), begin + kNumbersPerCall);
    v1::FindLotsRequest request;
    request.set_product_id(product_id);
    for (size_t i = begin; i < end; ++i) request.add_numbers(places[i].first);
    ASSIGN_OR_RETURN(const v1::FindLotsResponse found, session.Call(kFindLots, request));
    for (int i = 0; i < found.matches_size(); ++i) {
      const v1::FindLotsResponse::Match& match = found.matches(i);
      if (match.lots_size() == 0) continue;
      ids[places[begin + i].second] = match.lots(0).lot_id();
      if (match.former_lot_ids_size() == 0) continue;
      session.terminal().err << match.number() << " is a former number of " << product_id << "/"
                             << match.lots(0).number() << "\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindLotIds(Session& session,
                                                    const std::vector<std::string>& names) {
  std::vector<std::string> ids(names.size());
  std::map<std::string, std::vector<std::pair<std::string, size_t>>> by_product;
  for (size_t i = 0; i < names.size(); ++i) {
    ASSIGN_OR_RETURN(const v1::LotRef lot, ParseLotRef(names[i]));
    ids[i] = lot.lot_id();
    if (ids[i].empty()) by_product[lot.product_id()].emplace_back(lot.number(), i);
  }
  for (const auto& [product_id, places] : by_product) {
    RETURN_IF_ERROR(FindNumbers(session, product_id, places, ids));
  }
  std::vector<std::string> missing;
  for (size_t i = 0; i < names.size(); ++i) {
    if (ids[i].empty()) missing.push_back(names[i]);
  }
  if (missing.empty()) return ids;
  return absl::NotFoundError(absl::StrCat("there is no lot ", absl::StrJoin(missing, ", ")));
}

absl::StatusOr<std::string> FindLotId(Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, {name}));
  return ids.front();
}

Table LotTable() {
  return Table({{"NUMBER"},
                {"PRODUCT"},
                {"QUANTITY", Column::kRight},
                {"ON HAND", Column::kRight},
                {"STATE"},
                {"HELD"},
                {"EXPIRES"},
                {"REFERENCE"},
                {"COMPANY"},
                {"CREATED"},
                {"LOT ID"}});
}

void AddLot(const v1::Lot& lot, Table& table) {
  table.Add({lot.number(), lot.product_id(), lot.quantity(), lot.on_hand_quantity(),
             Show(lot.state()), Show(lot.hold_cause()),
             absl::StrCat(Show(lot.expire_date()), lot.expired() ? " (expired)" : ""),
             lot.reference(), lot.company(), Show(lot.create_time()), lot.lot_id()});
}

void PrintLot(const v1::Lot& lot, const Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> details = {
      {"lot", ShowLot(lot.product_id(), lot.number())},
      {"id", lot.lot_id()},
      {"company", lot.company()},
      {"tracking", Show(lot.tracking())},
      {"state", Show(lot.state())},
      {"held", Show(lot.hold_cause())},
      {"quantity", lot.quantity()},
      {"on hand", lot.on_hand_quantity()},
      {"reference", lot.reference()},
      {"notes", lot.notes()},
      {"manufactured", Show(lot.manufacture_date())},
      {"expires", absl::StrCat(Show(lot.expire_date()), lot.expired() ? " (expired)" : "")},
      {"best before", Show(lot.best_before_date())},
      {"remove by", Show(lot.removal_date())},
      {"alert", Show(lot.alert_date())},
      {"created", absl::StrCat(Show(lot.create_time()),
                               lot.creator().empty() ? "" : absl::StrCat(" by ", lot.creator()))},
      {"updated", Show(lot.update_time())},
      {"etag", lot.etag()}};
  const std::map<std::string, v1::AttributeValue> attributes(lot.attributes().begin(),
                                                             lot.attributes().end());
  for (const auto& [name, value] : attributes) details.emplace_back(name, Show(value));
  PrintDetails(details, terminal);
}

void PrintNumberedLots(const std::string& title,
                       const google::protobuf::RepeatedPtrField<v1::NumberedLot>& lots,
                       const Terminal& terminal) {
  if (lots.empty()) return;
  terminal.out << title << " (" << lots.size() << ")\n";
  Table table({{"NUMBER"}, {"LOT ID"}});
  for (const v1::NumberedLot& lot : lots) table.Add({lot.number(), lot.lot_id()});
  table.Print(terminal);
}

absl::Status PrintProblems(const google::protobuf::RepeatedPtrField<v1::Problem>& problems,
                           const Session& session) {
  if (!session.json()) {
    Table table({{"REASON"}, {"FIELD"}, {"PROBLEM"}});
    for (const v1::Problem& problem : problems) {
      const std::string reason = v1::ErrorReason_Name(problem.reason());
      table.Add({std::string(absl::StripPrefix(reason, "ERROR_REASON_")), problem.field(),
                 problem.message()});
    }
    table.Print(session.terminal());
    if (problems.empty()) session.terminal().out << "nothing would be refused\n";
  }
  if (problems.empty()) return absl::OkStatus();
  return Refused(absl::StrCat(problems.size(), " problems; nothing was written"));
}

}  // namespace lots::ctl
