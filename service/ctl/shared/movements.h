// Movements and stock as commands show them.
#pragma once

#include <string>

#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/session/session.h"
#include "service/ctl/shared/list_table.h"

namespace lots::ctl {

// "transfer 5  RAW → HALL  delivery_note 7".
std::string TextOf(const v1::Movement& movement);

ListTable MovementTable(const Session& session);
void AddMovement(const v1::Movement& movement, Session& session, ListTable& table);

ListTable StockTable(const Session& session);
void AddStock(const v1::LotStock& stock, Session& session, ListTable& table);

}  // namespace lots::ctl
