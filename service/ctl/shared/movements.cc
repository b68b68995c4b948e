// Shows movements and stock.
#include "service/ctl/shared/movements.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/ctl/output/show.h"
#include "service/ctl/shared/holds.h"

namespace lots::ctl {
namespace {

// Why it moved: documents, partners, orders and notes, as far as there are any.
std::string CauseOf(const v1::Movement& movement) {
  std::string cause;
  const auto append = [&](absl::string_view title, absl::string_view text) {
    if (!text.empty()) absl::StrAppend(&cause, cause.empty() ? "" : "  ", title, text);
  };
  append("", Show(movement.document()));
  append("partner ", movement.partner_id());
  // The document of a completion is its work order.
  if (movement.work_order_id() != movement.document().number()) {
    append("work order ", movement.work_order_id());
  }
  append("reverses ", movement.reverses_movement_id());
  append("returns ", movement.delivery_movement_id());
  append("returns ", movement.receipt_movement_id());
  append("", movement.note());
  return cause;
}

std::string WayOf(const v1::Movement& movement) {
  return absl::StrCat(movement.from_location_id(), " → ", movement.to_location_id());
}

}  // namespace

std::string TextOf(const v1::Movement& movement) {
  const std::string cause = CauseOf(movement);
  return absl::StrCat(Show(movement.kind()), " ", movement.quantity(), "  ", WayOf(movement),
                      cause.empty() ? "" : "  ", cause);
}

ListTable MovementTable(const Session& session) {
  return ListTable(session, {{"HAPPENED"},
                             {"KIND"},
                             {"LOT"},
                             {"QUANTITY", Column::kRight},
                             {"FROM → TO"},
                             {"BY", Column::kLeft, Column::kUseful},
                             {"CAUSE", Column::kLeft, Column::kUseful},
                             {"MOVEMENT ID", Column::kLeft, Column::kDetail}});
}

void AddMovement(const v1::Movement& movement, Session& session, ListTable& table) {
  table.Add(movement.company(),
            {Show(movement.occur_time(), session.zone()), Show(movement.kind()),
             ShowLot(movement.product_id(), movement.number()), movement.quantity(),
             WayOf(movement), movement.actor(), CauseOf(movement), movement.movement_id()});
}

namespace {

// "WORK_IN_PROCESS (5 in WO-7, 2 in WO-8)".
std::string LocationOf(const v1::LotStock& stock) {
  if (stock.issued().empty()) return stock.location_id();
  const std::string orders = absl::StrJoin(
      stock.issued(), ", ", [](std::string* out, const v1::LotStock::IssuedQuantity& issued) {
        absl::StrAppend(out, issued.quantity(), " in ", issued.work_order_id());
      });
  return absl::StrCat(stock.location_id(), " (", orders, ")");
}

}  // namespace

ListTable StockTable(const Session& session) {
  return ListTable(session, {{"LOT"},
                             {"LOCATION"},
                             {"KIND", Column::kLeft, Column::kUseful},
                             {"QUANTITY", Column::kRight},
                             {"HELD", Column::kLeft, Column::kUseful, ColourOfHold},
                             {"EXPIRES", Column::kLeft, Column::kUseful, ColourOfExpiry},
                             {"ARRIVED", Column::kLeft, Column::kUseful},
                             {"IN STOCK SINCE", Column::kLeft, Column::kDetail}});
}

void AddStock(const v1::LotStock& stock, Session& session, ListTable& table) {
  const absl::TimeZone zone = session.zone();
  table.Add(stock.company(),
            {ShowLot(stock.product_id(), stock.number()), LocationOf(stock),
             Show(stock.location_kind()), stock.quantity(), Show(stock.hold_cause()),
             ShowExpiry(stock.expire_date(), session.TodayIn(stock.company())),
             Show(stock.arrive_time(), zone), Show(stock.stock_since_time(), zone)});
}

}  // namespace lots::ctl
