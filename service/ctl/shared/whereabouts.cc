// Says where lots are.
#include "service/ctl/shared/whereabouts.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/ctl/output/show.h"

namespace lots::ctl {
namespace {

// " anna at CUSTOMER for WO-7 since 2026-05-01".
std::string TextOf(const v1::LotWhereabouts::Position& position, absl::TimeZone zone) {
  std::string text;
  if (!position.partner_id().empty()) absl::StrAppend(&text, " ", position.partner_id());
  absl::StrAppend(&text, " at ", position.location_id());
  if (!position.work_order_id().empty()) absl::StrAppend(&text, " for ", position.work_order_id());
  absl::StrAppend(&text, " since ", ShowDay(position.since_time(), zone));
  return text;
}

// Of a lot or a unit.
template <class Message>
std::string PlaceOf(const Message& message, absl::TimeZone zone) {
  std::vector<std::string> states;
  for (const int state : message.states()) {
    states.push_back(Show(static_cast<v1::Whereabouts>(state)));
  }
  std::string text = absl::StrJoin(states, ", ");
  if (message.has_position()) absl::StrAppend(&text, TextOf(message.position(), zone));
  return text;
}

std::string NameOf(const v1::LotWhereabouts::Unit& unit) {
  return ShowLot(unit.product_id(), unit.number());
}

}  // namespace

std::string TextOf(const v1::LotWhereabouts& whereabouts, absl::TimeZone zone) {
  std::string text = PlaceOf(whereabouts, zone);
  if (whereabouts.has_successor()) {
    absl::StrAppend(&text, ", now ", NameOf(whereabouts.successor()));
    if (!whereabouts.has_unit()) {
      absl::StrAppend(&text, ": ", PlaceOf(whereabouts.successor(), zone));
    }
  }
  if (!whereabouts.has_unit()) return text;
  absl::StrAppend(&text, whereabouts.has_successor() ? ", built in " : " ",
                  NameOf(whereabouts.unit()));
  const v1::LotWhereabouts::Unit& outermost = whereabouts.outermost_unit();
  if (outermost.lot_id() != whereabouts.unit().lot_id()) {
    absl::StrAppend(&text, ", in ", NameOf(outermost));
  }
  return absl::StrCat(text, ": ", PlaceOf(outermost, zone));
}

void PrintWhereabouts(const v1::Lot& lot, Session& session) {
  if (lot.whereabouts().states().empty()) return;
  session.terminal().out << ShowLot(lot.product_id(), lot.number()) << ": "
                         << TextOf(lot.whereabouts(), session.zone()) << "\n";
}

}  // namespace lots::ctl
