// What a request lets its postings overrule.
#pragma once

namespace lots {

// What postings may overrule.
struct Accept {
  bool held = false;  // held goods leave; the outputs made of them inherit the hold
  bool expired = false;
  bool shortage = false;  // an ADJUSTMENT brings in what is missing at the source
};

}  // namespace lots
