// Movements and stock as commands show them.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "lots/v1/ledger.pb.h"
#include "lots/v1/lot.pb.h"
#include "service/ctl/output/table.h"

namespace lots::ctl {

// "transfer 5  RAW → HALL  delivery_note 7".
std::string TextOf(const v1::Movement& movement);

Table MovementTable();
void AddMovement(const v1::Movement& movement, absl::TimeZone zone, Table& table);

Table StockTable();
void AddStock(const v1::LotStock& stock, absl::TimeZone zone, Table& table);

}  // namespace lots::ctl
