// Holds and recalls as tests of other things set them up and look at them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/domain/ids.h"
#include "storage/pg/connection.h"

namespace lots {

// A member of a recall, which is opened with its first one. Stops the program when it is refused.
struct TestMember {
  CompanyId company;
  std::string recall;
  LotId lot;
  bool drill = false;
  int depth = 0;
  bool certain = true;
};
void AddMember(pg::Connection& db, const TestMember& member);
// As CloseRecall does.
void EndRecall(pg::Connection& db, const CompanyId& company, absl::string_view recall);

// "INHERITED": what GetLot says of the lot; "" when it is free.
std::string CauseOf(pg::Connection& db, const CompanyId& company, const LotId& lot, absl::Time now);

// "LOT", "PLACE at stock", "INHERITED from F1", "RECALL R1 depth 1 certain" for everything that
// holds the lot, also drills ("drill R1 …") and what has expired; in this order.
std::vector<std::string> HoldsOn(pg::Connection& db, const CompanyId& company, const LotId& lot);

}  // namespace lots
