// Large messages of a stream, divided.
#pragma once

#include <cstddef>

#include "google/protobuf/message.h"

namespace lots {

// Moves to `rest`, an empty message of the same type, what makes `message` larger than `bytes_max`:
// the last entries of its lists of messages, which the fields have in the order of their numbers.
// At least one entry stays. Returns whether an entry was moved.
bool MoveSurplus(google::protobuf::Message& message, google::protobuf::Message& rest,
                 size_t bytes_max);

}  // namespace lots
