// Finds lots by numbers, by references, and by the movements of an event.
#include "service/ctl/epcis/found_lots.h"

#include <algorithm>
#include <map>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/stock.pb.h"
#include "service/ctl/session/arguments.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

using Lots = std::vector<v1::Lot>;

absl::Status AddLotsByReference(Session& session, const EpcisWithdrawal::Lot& named, Lots& lots) {
  v1::ListLotsRequest list;
  list.set_page_size(kPageSizeMax);
  list.set_show_archived(true);
  list.set_filter(absl::StrCat("product_id = ", FilterText(named.product_id),
                               " AND reference = ", FilterText(named.reference)));
  do {
    const absl::StatusOr<v1::ListLotsResponse> page = session.Call(kListLots, list);
    if (absl::IsNotFound(page.status())) return absl::OkStatus();
    RETURN_IF_ERROR(page.status());
    lots.insert(lots.end(), page->lots().begin(), page->lots().end());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  return absl::OkStatus();
}

v1::Lot LotOf(const v1::Movement& movement) {
  v1::Lot lot;
  lot.set_lot_id(movement.lot_id());
  lot.set_product_id(movement.product_id());
  lot.set_number(movement.number());
  return lot;
}

// The service takes no movement more than a day before it happened: what was recorded earlier than
// that need not be read.
absl::Status AddLotsByMark(Session& session, const EpcisWithdrawal& withdrawal, Lots& lots) {
  v1::ListMovementsRequest list;
  list.set_page_size(kPageSizeMax);
  list.set_filter(absl::StrCat(
      "occur_time = ", FilterTime(ToTimestamp(withdrawal.at)),
      " AND record_time >= ", FilterTime(ToTimestamp(withdrawal.at - absl::Hours(48)))));
  do {
    const absl::StatusOr<v1::ListMovementsResponse> page = session.Call(kListMovements, list);
    if (absl::IsNotFound(page.status())) return absl::OkStatus();
    RETURN_IF_ERROR(page.status());
    for (const v1::Movement& movement : page->movements()) {
      if (IsMarked(movement.note(), withdrawal)) lots.push_back(LotOf(movement));
    }
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, v1::Lot>>> FindLotsByNumber(
    Session& session, const std::string& product_id, const std::vector<std::string>& numbers) {
  std::vector<std::pair<std::string, v1::Lot>> lots;
  const size_t size = kFindNumbersMax;
  for (size_t begin = 0; begin < numbers.size(); begin += size) {
    v1::FindLotsRequest find;
    find.set_product_id(product_id);
    for (size_t i = begin; i < std::min(numbers.size(), begin + size); ++i) {
      find.add_numbers(numbers[i]);
    }
    const absl::StatusOr<v1::FindLotsResponse> found = session.Call(kFindLots, find);
    if (absl::IsNotFound(found.status())) return lots;
    RETURN_IF_ERROR(found.status());
    for (const v1::FindLotsResponse::Match& match : found->matches()) {
      for (const v1::Lot& lot : match.lots()) lots.emplace_back(match.number(), lot);
    }
  }
  return lots;
}

absl::StatusOr<Lots> FindLotsOf(Session& session, const EpcisWithdrawal& withdrawal) {
  Lots lots;
  std::map<std::string, std::vector<std::string>> numbers;  // by product
  for (const EpcisWithdrawal::Lot& named : withdrawal.lots) {
    std::vector<std::string>& of_product = numbers[named.product_id];
    of_product.insert(of_product.end(), named.numbers.begin(), named.numbers.end());
    if (!named.reference.empty()) RETURN_IF_ERROR(AddLotsByReference(session, named, lots));
  }
  for (const auto& [product_id, of_product] : numbers) {
    ASSIGN_OR_RETURN(const auto found, FindLotsByNumber(session, product_id, of_product));
    for (const auto& [number, lot] : found) lots.push_back(lot);
  }
  RETURN_IF_ERROR(AddLotsByMark(session, withdrawal, lots));
  return lots;
}

bool IsMarked(const std::string& note, const EpcisWithdrawal& withdrawal) {
  return absl::c_any_of(withdrawal.marks,
                        [&](const std::string& mark) { return absl::StartsWith(note, mark); });
}

}  // namespace lots::ctl
