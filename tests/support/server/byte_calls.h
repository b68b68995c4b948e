// Calls whose messages are bytes. The method is known by name only, or the message is not valid.
#pragma once

#include <string>
#include <vector>

#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"

namespace lots {

// Calls a unary method; waits at most kCallTimeout. If the call succeeds, `answer` gets the bytes
// of the answer.
grpc::Status SendBytes(grpc::GenericStub& stub, const std::string& method, const std::string& bytes,
                       std::string* answer = nullptr);

struct BytesAnswer {
  grpc::Status status;
  std::vector<std::string> messages;
};

// Like SendBytes, for a method that may answer with many messages. Returns all of them.
BytesAnswer ReadBytes(grpc::GenericStub& stub, const std::string& method, const std::string& bytes);

}  // namespace lots
