// Holds and recalls for tests of other operations: writes rows directly, and reads holds as texts.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// Adds a member to a recall. The first member opens the recall. Stops the program on a refusal.
struct TestMember {
  CompanyId company;
  std::string recall;
  LotId lot;
  bool drill = false;
  int depth = 0;
  bool certain = true;
};
void AddMember(pg::Connection& db, const TestMember& member);
// Closes the recall, as CloseRecall does.
void EndRecall(pg::Connection& db, const CompanyId& company, absl::string_view recall);

// The hold cause that GetLot returns, such as "INHERITED"; "" if the lot is not held.
std::string CauseOf(pg::Connection& db, const CompanyId& company, const LotId& lot, absl::Time now);

// Every hold of the lot as a text, in this order: "LOT", "PLACE at stock", "INHERITED from F1",
// "RECALL R1 depth 1 certain". Includes drills ("drill R1 …") and expired holds.
std::vector<std::string> HoldsOn(pg::Connection& db, const CompanyId& company, const LotId& lot);

}  // namespace lots
