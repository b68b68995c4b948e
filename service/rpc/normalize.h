// Gives equal requests equal bytes, so that a repeat with another spelling is the same request.
#pragma once

#include "google/protobuf/message.h"

namespace lots {

// Replaces equal spellings of the request's values by one spelling, so that messages that mean the
// same have the same bytes. Returns whether a value changed. A malformed value stays.
//   - quantities: the shortest form ("1.0" → "1"), also of decimal attributes
//   - lot numbers: without the spaces around them, in Unicode NFC
//   - GTINs: 14 digits
//   - ids made by the server: lower case
//   - times: microseconds, which the database keeps
//   - update masks, `accept` and exempt locations: sorted, each entry once
//   - messages of the API in which nothing is set: absent
bool NormalizeSpelling(google::protobuf::Message& request);

}  // namespace lots
