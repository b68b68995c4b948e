// A call whose messages are bytes: of a method that only its name says, or of no valid message.
#pragma once

#include <string>

#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"

namespace lots {

// Waits at most kCallTimeout. `answer`, where given, is the answer's bytes when the call succeeded.
grpc::Status SendBytes(grpc::GenericStub& stub, const std::string& method, const std::string& bytes,
                       std::string* answer = nullptr);

}  // namespace lots
