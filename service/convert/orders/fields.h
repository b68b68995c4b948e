// Fields that the requests of WorkOrderService share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "service/convert/fields.h"
#include "storage/base/limits.h"
#include "storage/domain/transformation.h"
#include "storage/ledger/rules/accept.h"

namespace lots {

template <class Id>
std::optional<Id> IdOrNone(absl::string_view field, const std::string& value,
                           FieldChecker& fields) {
  if (value.empty()) return std::nullopt;
  return fields.Required<Id>(field, value);
}

// A list longer than its limit is one problem, and is not read.
template <class Entries, class Read>
auto ReadList(absl::string_view field, const Entries& entries, int64_t count_max,
              FieldChecker& fields, Read read) {
  std::vector<decltype(read(entries.Get(0), size_t{0}))> list;
  fields.Count(field, entries.size(), 0, count_max);
  if (entries.size() > count_max) return list;
  list.reserve(entries.size());
  for (int i = 0; i < entries.size(); ++i) {
    list.push_back(read(entries.Get(i), static_cast<size_t>(i)));
  }
  return list;
}

// The operation, the work centre and the subcontractor of a request; a return has no subcontractor.
template <class Request>
WorkPlace ReadWorkPlace(const Request& request, FieldChecker& fields) {
  WorkPlace place{
      .operation = fields.Line("operation", request.operation(), kOperationCharactersMax),
      .work_centre = fields.Line("work_centre", request.work_centre(), kOperationCharactersMax),
      .subcontractor_id = ""};
  if constexpr (requires { request.subcontractor_id(); }) {
    place.subcontractor_id = fields.OptionalId("subcontractor_id", request.subcontractor_id());
  }
  return place;
}

// What a completion or an issue may overrule; only a completion sets expiry dates.
Accept ReadAccept(const google::protobuf::RepeatedField<int>& accepted, bool later_expiry,
                  FieldChecker& fields);

}  // namespace lots
