// Holds as messages.
#include "service/convert/holds.h"

#include <string>

#include "service/convert/convert.h"
#include "storage/domain/hold.h"
#include "storage/domain/kinds/hold.h"

namespace lots {

v1::HoldCause ToProto(HoldCause cause) { return static_cast<v1::HoldCause>(cause); }

v1::Hold ToProto(const Hold& hold, const ProductId& product_id, absl::string_view number) {
  v1::Hold message;
  SetIfAny(hold.hold_id, [&](auto id) { message.set_hold_id(id.value().ToString()); });
  message.set_lot_id(hold.lot_id.value().ToString());
  message.set_product_id(product_id.value());
  message.set_number(std::string(number));
  message.set_cause(ToProto(hold.cause));
  SetIfAny(hold.location_id, [&](const auto& id) { message.set_location_id(id.value()); });
  SetIfAny(hold.source_lot_id, [&](auto id) { message.set_source_lot_id(id.value().ToString()); });
  SetIfAny(hold.recall_id, [&](const auto& id) { message.set_recall_id(id.value()); });
  message.set_reason(hold.reason);
  for (const LocationId& id : hold.exempt_location_ids) {
    message.add_exempt_location_ids(id.value());
  }
  SetIfAny(hold.expires_at, [&](auto time) { *message.mutable_expire_time() = ToProto(time); });
  message.set_placer(hold.placed_by);
  *message.mutable_place_time() = ToProto(hold.placed_at);
  message.set_releaser(hold.released_by);
  SetIfAny(hold.released_at, [&](auto time) { *message.mutable_release_time() = ToProto(time); });
  message.set_release_note(hold.release_note);
  return message;
}

}  // namespace lots
