// What a server serves, as it says itself: a test of every method forgets none.
#pragma once

#include <vector>

#include "google/protobuf/descriptor.h"
#include "tests/support/server/test_server.h"

namespace lots {

// Every method of every service but gRPC's own, from the server's reflection.
std::vector<const google::protobuf::MethodDescriptor*> ServedMethods(const TestServer& server);

// As a call names it.
std::string PathOf(const google::protobuf::MethodDescriptor& method);

}  // namespace lots
