// Finds lots by their numbers, and shows lots.
#include "service/ctl/shared/lots.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot_attributes.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/shared/holds.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// Lots that are named by a number, and what is wrong with those that were looked for.
class NumberFinder {
 public:
  explicit NumberFinder(Session& session) : session_(session) {}

  // Sets the lot's id, where there is one lot with its number. Without a product the number is
  // looked for in all of them.
  absl::Status Find(const std::string& product_id, const std::vector<v1::LotRef*>& lots) {
    for (size_t begin = 0; begin < lots.size(); begin += kFindNumbersMax) {
      const size_t end = std::min<size_t>(lots.size(), begin + kFindNumbersMax);
      v1::FindLotsRequest request;
      request.set_product_id(product_id);
      for (size_t i = begin; i < end; ++i) request.add_numbers(lots[i]->number());
      ASSIGN_OR_RETURN(const v1::FindLotsResponse found, session_.Call(kFindLots, request));
      for (int i = 0; i < found.matches_size(); ++i) Take(found.matches(i), *lots[begin + i]);
    }
    return absl::OkStatus();
  }

  // Names every number that no lot has, or that several have.
  absl::Status status() const {
    if (!ambiguous_.empty()) {
      return UsageError(absl::StrCat(absl::StrJoin(ambiguous_, "; "), ": name one of them"));
    }
    if (missing_.empty()) return absl::OkStatus();
    return absl::NotFoundError(
        absl::StrCat("there is no lot ", absl::StrJoin(missing_, ", "),
                     "; 'lotctl lot list --query TEXT' searches in numbers and references"));
  }

 private:
  void Take(const v1::FindLotsResponse::Match& match, v1::LotRef& lot) {
    const std::string name =
        lot.product_id().empty() ? lot.number() : ShowLot(lot.product_id(), lot.number());
    if (match.lots().empty()) {
      missing_.push_back(name);
    } else if (match.lots_size() > 1) {
      ambiguous_.push_back(absl::StrCat("'", name, "' is the number of ", CandidatesOf(match)));
    } else {
      if (match.former_lot_ids_size() > 0) TellFormer(match);
      lot.Clear();
      lot.set_lot_id(match.lots(0).lot_id());
    }
  }

  void TellFormer(const v1::FindLotsResponse::Match& match) {
    const v1::Lot& lot = match.lots(0);
    session_.terminal().err << match.number() << " is a former number of "
                            << ShowLot(lot.product_id(), lot.number()) << "\n";
  }

  static std::string CandidatesOf(const v1::FindLotsResponse::Match& match) {
    return absl::StrJoin(match.lots(), ", ", [](std::string* out, const v1::Lot& lot) {
      absl::StrAppend(out, ShowLot(lot.product_id(), lot.number()));
    });
  }

  Session& session_;
  std::vector<std::string> missing_;
  std::vector<std::string> ambiguous_;
};

std::string ExpiryOf(const v1::Lot& lot) {
  return absl::StrCat(Show(lot.expire_date()), lot.expired() ? " (expired)" : "");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindLotIds(Session& session,
                                                    const std::vector<std::string>& names) {
  std::vector<v1::LotRef> lots(names.size());
  std::map<std::string, std::vector<v1::LotRef*>> by_product;
  for (size_t i = 0; i < names.size(); ++i) {
    ASSIGN_OR_RETURN(lots[i], ParseLotRef(names[i]));
    if (lots[i].lot_id().empty()) by_product[lots[i].product_id()].push_back(&lots[i]);
  }
  NumberFinder finder(session);
  for (const auto& [product_id, numbers] : by_product) {
    RETURN_IF_ERROR(finder.Find(product_id, numbers));
  }
  RETURN_IF_ERROR(finder.status());
  std::vector<std::string> ids;
  for (const v1::LotRef& lot : lots) ids.push_back(lot.lot_id());
  return ids;
}

absl::StatusOr<std::string> FindLotId(Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, FindLotIds(session, {name}));
  return ids.front();
}

absl::Status ResolveNumbers(Session& session, const std::vector<v1::LotRef*>& lots) {
  std::vector<v1::LotRef*> numbers;
  for (v1::LotRef* const lot : lots) {
    const bool is_number = lot->lot_id().empty() && lot->product_id().empty();
    if (is_number && !lot->number().empty()) numbers.push_back(lot);
  }
  NumberFinder finder(session);
  RETURN_IF_ERROR(finder.Find("", numbers));
  return finder.status();
}

absl::Status ResolveNumbers(Session& session,
                            google::protobuf::RepeatedPtrField<v1::LotRef>& lots) {
  return ResolveNumbers(session,
                        std::vector<v1::LotRef*>(lots.pointer_begin(), lots.pointer_end()));
}

Table LotTable() {
  return Table({{"NUMBER"},
                {"PRODUCT"},
                {"QUANTITY", Column::kRight, Column::kUseful},
                {"ON HAND", Column::kRight},
                {"STATE"},
                {"HELD", Column::kLeft, Column::kUseful, ColourOfHold},
                {"EXPIRES", Column::kLeft, Column::kUseful, ColourOfExpiry},
                {"REFERENCE", Column::kLeft, Column::kUseful},
                {"COMPANY", Column::kLeft, Column::kDetail},
                {"CREATED", Column::kLeft, Column::kDetail},
                {"LOT ID", Column::kLeft, Column::kDetail}});
}

void AddLot(const v1::Lot& lot, absl::TimeZone zone, Table& table) {
  table.Add({lot.number(), lot.product_id(), lot.quantity(), lot.on_hand_quantity(),
             Show(lot.state()), Show(lot.hold_cause()), ExpiryOf(lot), lot.reference(),
             lot.company(), Show(lot.create_time(), zone), lot.lot_id()});
}

void PrintLot(const v1::Lot& lot, Session& session) {
  const absl::TimeZone zone = session.zone();
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
      {"expires", ExpiryOf(lot)},
      {"best before", Show(lot.best_before_date())},
      {"remove by", Show(lot.removal_date())},
      {"alert", Show(lot.alert_date())},
      {"created", absl::StrCat(Show(lot.create_time(), zone),
                               lot.creator().empty() ? "" : absl::StrCat(" by ", lot.creator()))},
      {"updated", Show(lot.update_time(), zone)},
      {"etag", lot.etag()}};
  const std::map<std::string, v1::AttributeValue> attributes(lot.attributes().begin(),
                                                             lot.attributes().end());
  for (const auto& [name, value] : attributes) details.emplace_back(name, Show(value, zone));
  PrintDetails(details, session.terminal());
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

}  // namespace lots::ctl
