// Finds lots by their numbers, and shows lots.
#include "service/ctl/shared/lots.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot_attributes.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/words.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/shared/holds.h"
#include "service/ctl/shared/whereabouts.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"

namespace lots::ctl {
namespace {

// Lots that are named by a number, and what is wrong with those that were looked for.
class NumberFinder {
 public:
  explicit NumberFinder(Session& session) : session_(session) {}

  // Sets the id of each lot: that of PRODUCT/NUMBER, or of the one lot with a number alone. Where
  // there is no such PRODUCT/NUMBER, all of it is looked for as a number.
  absl::Status Find(const std::vector<v1::LotRef*>& lots) {
    std::map<std::string, std::vector<v1::LotRef*>> by_product;
    for (v1::LotRef* const lot : lots) by_product[lot->product_id()].push_back(lot);
    for (const auto& [product_id, numbers] : by_product) {
      RETURN_IF_ERROR(FindIn(product_id, numbers));
    }
    std::vector<v1::LotRef> whole;
    for (const v1::LotRef* const lot : missed_) whole.push_back(WholeNumberOf(*lot));
    ASSIGN_OR_RETURN(const std::vector<Match> matches, MatchesOf("", PointersTo(whole)));
    for (size_t i = 0; i < matches.size(); ++i) Take(matches[i], *missed_[i]);
    return absl::OkStatus();
  }

  // Those of the lots, named by PRODUCT/NUMBER, all of which is the number of some lot. Usually
  // there is none: the service is left to find the rest.
  absl::StatusOr<std::vector<v1::LotRef*>> ThoseWithWholeNumber(
      const std::vector<v1::LotRef*>& lots) {
    std::vector<v1::LotRef*> asked, found;
    std::vector<v1::LotRef> whole;
    for (v1::LotRef* const lot : lots) {
      v1::LotRef number = WholeNumberOf(*lot);
      if (CountCharacters(number.number()) > size_t{kNumberCharactersMax}) continue;
      asked.push_back(lot);
      whole.push_back(std::move(number));
    }
    const absl::StatusOr<std::vector<Match>> matches = MatchesOf("", PointersTo(whole));
    // Who may write needs not be one who may read.
    if (absl::IsPermissionDenied(matches.status())) return found;
    RETURN_IF_ERROR(matches.status());
    for (size_t i = 0; i < matches->size(); ++i) {
      if (!(*matches)[i].lots().empty()) found.push_back(asked[i]);
    }
    return found;
  }

  // Names every number that no lot has, or that several have.
  absl::Status status() const {
    if (!ambiguous_.empty()) {
      return UsageError(absl::StrCat(absl::StrJoin(ambiguous_, "; "), ": name one of them"));
    }
    if (missing_.empty()) return absl::OkStatus();
    if (!no_product_.ok()) return no_product_;
    return absl::NotFoundError(
        absl::StrCat("there is no lot ", absl::StrJoin(missing_, ", "),
                     "; 'lotctl lot list --query TEXT' searches in numbers and references"));
  }

 private:
  using Match = v1::FindLotsResponse::Match;

  static v1::LotRef WholeNumberOf(const v1::LotRef& lot) {
    v1::LotRef whole;
    whole.set_number(ShowLot(lot.product_id(), lot.number()));
    return whole;
  }

  static std::vector<v1::LotRef*> PointersTo(std::vector<v1::LotRef>& lots) {
    std::vector<v1::LotRef*> pointers;
    for (v1::LotRef& lot : lots) pointers.push_back(&lot);
    return pointers;
  }

  // The lots that have the numbers, in their order. Without a product the numbers are looked for in
  // all of them.
  absl::StatusOr<std::vector<Match>> MatchesOf(const std::string& product_id,
                                               const std::vector<v1::LotRef*>& numbers) {
    std::vector<Match> matches;
    for (size_t begin = 0; begin < numbers.size(); begin += kFindNumbersMax) {
      const size_t end = std::min<size_t>(numbers.size(), begin + kFindNumbersMax);
      v1::FindLotsRequest request;
      request.set_product_id(product_id);
      for (size_t i = begin; i < end; ++i) request.add_numbers(numbers[i]->number());
      ASSIGN_OR_RETURN(const v1::FindLotsResponse found, session_.Call(kFindLots, request));
      matches.insert(matches.end(), found.matches().begin(), found.matches().end());
    }
    return matches;
  }

  absl::Status FindIn(const std::string& product_id, const std::vector<v1::LotRef*>& lots) {
    const absl::StatusOr<std::vector<Match>> matches = MatchesOf(product_id, lots);
    if (ReasonOf(matches.status()) == "PRODUCT_NOT_FOUND") {
      no_product_ = matches.status();
      missed_.insert(missed_.end(), lots.begin(), lots.end());
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(matches.status());
    for (size_t i = 0; i < lots.size(); ++i) {
      if ((*matches)[i].lots().empty() && !product_id.empty()) {
        missed_.push_back(lots[i]);
      } else {
        Take((*matches)[i], *lots[i]);
      }
    }
    return absl::OkStatus();
  }

  void Take(const Match& match, v1::LotRef& lot) {
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

  void TellFormer(const Match& match) {
    const v1::Lot& lot = match.lots(0);
    session_.terminal().err << match.number() << " is a former number of "
                            << ShowLot(lot.product_id(), lot.number()) << "\n";
  }

  static std::string CandidatesOf(const Match& match) {
    return absl::StrJoin(match.lots(), ", ", [](std::string* out, const v1::Lot& lot) {
      absl::StrAppend(out, ShowLot(lot.product_id(), lot.number()));
    });
  }

  Session& session_;
  std::vector<v1::LotRef*> missed_;  // not found as PRODUCT/NUMBER
  absl::Status no_product_;          // what the service said of a product that there is not
  std::vector<std::string> missing_;
  std::vector<std::string> ambiguous_;
};

// Those that are named by a number; `has_product` tells the two kinds apart.
std::vector<v1::LotRef*> NumbersAmong(const std::vector<v1::LotRef*>& lots, bool has_product) {
  std::vector<v1::LotRef*> numbers;
  for (v1::LotRef* const lot : lots) {
    const bool is_number = lot->lot_id().empty() && !lot->number().empty();
    if (is_number && lot->product_id().empty() != has_product) numbers.push_back(lot);
  }
  return numbers;
}

std::string ExpiryOf(const v1::Lot& lot) {
  return absl::StrCat(Show(lot.expire_date()), lot.expired() ? kExpired : "");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindLotIds(Session& session,
                                                    const std::vector<std::string>& names) {
  std::vector<v1::LotRef> lots(names.size());
  std::vector<v1::LotRef*> numbers;
  for (size_t i = 0; i < names.size(); ++i) {
    ASSIGN_OR_RETURN(lots[i], ParseLotRef(names[i]));
    if (lots[i].lot_id().empty()) numbers.push_back(&lots[i]);
  }
  NumberFinder finder(session);
  RETURN_IF_ERROR(finder.Find(numbers));
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
  NumberFinder finder(session);
  RETURN_IF_ERROR(finder.Find(NumbersAmong(lots, /*has_product=*/false)));
  ASSIGN_OR_RETURN(const std::vector<v1::LotRef*> either,
                   finder.ThoseWithWholeNumber(NumbersAmong(lots, /*has_product=*/true)));
  RETURN_IF_ERROR(finder.Find(either));
  return finder.status();
}

absl::Status ResolveNumbers(Session& session,
                            google::protobuf::RepeatedPtrField<v1::LotRef>& lots) {
  return ResolveNumbers(session,
                        std::vector<v1::LotRef*>(lots.pointer_begin(), lots.pointer_end()));
}

absl::Status ResolveNumbersAlone(Session& session, const std::vector<v1::LotRef*>& lots) {
  NumberFinder finder(session);
  RETURN_IF_ERROR(finder.Find(NumbersAmong(lots, /*has_product=*/false)));
  return finder.status();
}

ListTable LotTable(const Session& session) {
  return ListTable(session,
                   {{"NUMBER"},
                    {"PRODUCT"},
                    {"QUANTITY", Column::kRight, Column::kUseful},
                    {"ON HAND", Column::kRight},
                    {"STATE"},
                    {"HELD", Column::kLeft, Column::kUseful, ColourOfHold},
                    {"EXPIRES", Column::kLeft, Column::kUseful, ColourOfExpiry},
                    {"REFERENCE", Column::kLeft, Column::kUseful},
                    {"CREATED", Column::kLeft, Column::kDetail},
                    {"LOT ID", Column::kLeft, Column::kDetail}},
                   ListTable::kDetail);
}

void AddLot(const v1::Lot& lot, Session& session, ListTable& table) {
  table.Add(lot.company(),
            {lot.number(), lot.product_id(), lot.quantity(), lot.on_hand_quantity(),
             Show(lot.state()), Show(lot.hold_cause()), ExpiryOf(lot), lot.reference(),
             Show(lot.create_time(), session.zone()), lot.lot_id()});
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
      {"where", TextOf(lot.whereabouts(), zone)},
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

void PrintMoreSerials(bool truncated, int64_t count, const std::string& work_order_id,
                      const Terminal& terminal) {
  if (!truncated) return;
  terminal.out << "… of " << count << " in all: lotctl lot list --work-order " << work_order_id
               << "\n";
}

}  // namespace lots::ctl
