// Converts requests of IssueComponents and ReturnComponents to commands, and results to messages.
#pragma once

#include "lots/v1/issue.pb.h"
#include "service/convert/fields.h"
#include "service/rpc/call.h"
#include "storage/work_orders/issue/issue.h"

namespace lots {

IssueCommand CommandOf(const v1::IssueComponentsRequest& request, const Call& call,
                       FieldChecker& fields);
ReturnCommand CommandOf(const v1::ReturnComponentsRequest& request, const Call& call,
                        FieldChecker& fields);

v1::IssueComponentsResponse IssueToProto(const IssuePosted& posted);
v1::ReturnComponentsResponse ReturnToProto(const IssuePosted& posted);

}  // namespace lots
