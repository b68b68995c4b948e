// The methods of a server, by gRPC reflection. A test of every method uses this list, so that it
// forgets none.
#pragma once

#include <vector>

#include "google/protobuf/descriptor.h"
#include "tests/support/server/test_server.h"

namespace lots {

// Every method of every service, except the services of gRPC itself.
std::vector<const google::protobuf::MethodDescriptor*> ServedMethods(const TestServer& server);

// The path of a method in a call: "/lots.v1.LotService/GetLot".
std::string PathOf(const google::protobuf::MethodDescriptor& method);

}  // namespace lots
