// The model: what the API must answer to each request, by domain.md and the comments of the protos,
// and what the request then changes. Written for being read, not for being fast, and on purpose not
// the way storage/ does it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/history.h"
#include "tests/simulator/step.h"

namespace lots::simulator {

// Names of ErrorReason without their prefix, every one that is true of a request. A request that is
// wrong in several ways may be refused for any of them.
using Reasons = std::set<std::string>;

struct Verdict {
  Reasons reasons;      // empty: it is accepted
  bool repeat = false;  // it was accepted before: answered as then, and nothing changes
};

class Model {
 public:
  // What a step is to be answered, now; when it is accepted, it has happened.
  Verdict Play(const Step& step, absl::Time now);

  const History& history() const { return history_; }
  // The lots that the last step named or changed.
  const std::set<LotIndex>& touched() const { return touched_; }
  // The order that the last step was about, or empty.
  const std::string& work_order() const { return work_order_; }

 private:
  // What was accepted under a request_id.
  struct Accepted {
    std::string payload;
  };

  std::map<std::string, Accepted> accepted_;
  History history_;
  std::set<LotIndex> touched_;
  std::string work_order_;
};

}  // namespace lots::simulator
