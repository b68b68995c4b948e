// The gRPC services of the API. services.cc is the table of all methods.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/impl/service_type.h"
#include "service/rpc/rpc.h"

namespace lots {

// The full names, for example "lots.v1.LotService".
std::vector<std::string> ServiceNames();

// Every service. Each method sends its calls down the call path of `rpc` to its handler. `rpc`
// outlives the services.
std::vector<std::unique_ptr<grpc::Service>> MakeServices(Rpc& rpc);

}  // namespace lots
