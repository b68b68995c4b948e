// The inspections of a lot as part of its history.
#pragma once

#include <vector>

#include "storage/lots/events.h"
#include "storage/lots/lists/history.h"
#include "storage/pg/pipeline.h"

namespace lots {

// Adds the statement that reads one page of INSPECTED events. Returns the index of its result in
// Results. The inspections come without results and documents.
size_t AddInspectionEvents(pg::Transaction& snapshot, const LotHistoryQuery& query);
std::vector<LotEvent> ReadInspectionEvents(const pg::Result& rows);

}  // namespace lots
