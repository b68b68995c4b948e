// Fields that the requests of WorkOrderService share.
#include "service/convert/orders/fields.h"

#include "absl/strings/str_cat.h"
#include "lots/v1/ledger.pb.h"

namespace lots {

Accept ReadAccept(const google::protobuf::RepeatedField<int>& accepted, bool later_expiry,
                  FieldChecker& fields) {
  Accept accept;
  for (int i = 0; i < accepted.size(); ++i) {
    const int one = accepted.Get(i);
    if (one == v1::ACCEPTANCE_HELD) {
      accept.held = true;
    } else if (one == v1::ACCEPTANCE_EXPIRED) {
      accept.expired = true;
    } else if (one == v1::ACCEPTANCE_SHORT) {
      accept.shortage = true;
    } else if (one != v1::ACCEPTANCE_LATER_EXPIRY || !later_expiry) {
      fields.Refused(Indexed("accept", i), absl::StrCat(one),
                     later_expiry ? "must be HELD, EXPIRED, SHORT or LATER_EXPIRY"
                                  : "must be HELD, EXPIRED or SHORT");
    }
  }
  return accept;
}

}  // namespace lots
