// What recalls say about a lot, as part of its history.
#pragma once

#include <vector>

#include "storage/lots/events.h"
#include "storage/lots/lists/history.h"
#include "storage/pg/pipeline.h"

namespace lots {

// Adds the statement that reads one page of RECALL_MEMBER and RECALL_DISPOSITION events. Returns
// the index of its result in Results.
size_t AddRecallEvents(pg::Transaction& snapshot, const LotHistoryQuery& query);
std::vector<LotEvent> ReadRecallEvents(const pg::Result& rows);

}  // namespace lots
