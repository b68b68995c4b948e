// What the request of a write passes to storage.
#pragma once

#include <string>

#include "service/convert/fields.h"
#include "service/rpc/call.h"
#include "storage/domain/write_context.h"

namespace lots {

// What a write passes to storage. The payload hash covers what the request means, without its
// request_id and validate_only, and with the default company in place of an empty one.
template <class Request>
WriteContext MakeWriteContext(const Request& request, const Call& call) {
  Request payload = request;
  payload.clear_request_id();
  payload.clear_validate_only();
  payload.set_company(call.company.value());
  std::string sent_hash = HashOf(payload);
  const bool spelled_otherwise = NormalizeSpelling(payload);
  return {.company = call.company,
          .request_id = request.request_id(),
          .method = std::string(call.method),
          .payload_hash = spelled_otherwise ? HashOf(payload) : sent_hash,
          .actor = call.actor,
          .now = call.now,
          .origin = call.origin == nullptr ? CallOrigin() : *call.origin,
          .sent_payload_hash = spelled_otherwise ? std::move(sent_hash) : std::string()};
}

template <class Request>
WriteContext FieldChecker::Write(const Request& request, const Call& call) {
  RequiredId("request_id", request.request_id());
  return MakeWriteContext(request, call);
}

template <class Request>
WriteContext FieldChecker::OptionalWrite(const Request& request, const Call& call) {
  OptionalId("request_id", request.request_id());
  return MakeWriteContext(request, call);
}

}  // namespace lots
