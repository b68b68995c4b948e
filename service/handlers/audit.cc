// AuditService: reads the audit log.
#include "service/handlers/audit.h"

#include <utility>

#include "service/convert/audit.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "storage/base/status_macros.h"
#include "storage/writes/audit.h"

namespace lots {
namespace {

v1::AuditEntry ToProto(const AuditEntry& entry, const CompanyId& company) {
  v1::AuditEntry message;
  message.set_company(company.value());
  *message.mutable_record_time() = lots::ToProto(entry.recorded_at);
  message.set_actor(entry.actor);
  *message.mutable_origin() = OriginToProto(entry);
  SetIfAny(entry.work_order, [&](const auto& id) { message.set_work_order_id(id.value()); });
  SetIfAny(entry.recall, [&](const auto& id) { message.set_recall_id(id.value()); });
  for (const AuditedLot& lot : entry.lots) {
    v1::AuditEntry::Lot& named = *message.add_lots();
    named.set_lot_id(lot.lot_id.value().ToString());
    named.set_product_id(lot.product_id.value());
    named.set_number(lot.number);
  }
  message.set_lot_count(entry.lot_count);
  return message;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::ListAuditEntriesResponse> ListAuditEntries(
    const v1::ListAuditEntriesRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  ListAuditEntriesQuery query{
      .company = {}, .lot_id = {}, .filter = request.filter(), .after = {}, .limit = 0};
  if (!request.lot_id().empty()) {
    query.lot_id = fields.RequiredUuid<LotId>("lot_id", request.lot_id());
  }
  if (!fields.ok()) return fields.status();
  v1::ListAuditEntriesResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    query.company = company;
    query.after = after;
    query.limit = room.items;
    ASSIGN_OR_RETURN(const AuditPage page, lots::ListAuditEntries(db, query));
    return FillPiece(
        page.entries, !page.after.empty(), room,
        [&](const AuditEntry& entry) { return ToProto(entry, company); },
        [&](size_t i) { return PositionOf(page.entries[i]); }, *response.mutable_entries());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

}  // namespace handlers

}  // namespace lots
