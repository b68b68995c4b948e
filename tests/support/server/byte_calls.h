// A call whose messages are bytes: of a method that only its name says, or of no valid message.
#pragma once

#include <string>
#include <vector>

#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"

namespace lots {

// Waits at most kCallTimeout. `answer`, where given, is the answer's bytes when the call succeeded.
grpc::Status SendBytes(grpc::GenericStub& stub, const std::string& method, const std::string& bytes,
                       std::string* answer = nullptr);

struct BytesAnswer {
  grpc::Status status;
  std::vector<std::string> messages;
};

// As SendBytes, of a method that may answer with many messages: all of them.
BytesAnswer ReadBytes(grpc::GenericStub& stub, const std::string& method, const std::string& bytes);

}  // namespace lots
