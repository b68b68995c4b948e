// lotd inside of the test, with a database of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/grpcpp.h"
#include "lots/v1/errors.pb.h"
#include "service/server/server.h"
#include "tests/support/database/test_database.h"

namespace lots {

// TestServer serves on a unix socket in a folder of its own and logs to a file there. Metrics are
// not served unless `adjust` says where: the HTTP server takes two seconds to stop.
class TestServer {
 public:
  // `adjust` changes the options before the start: workers, queue, company, conninfo, …
  explicit TestServer(const std::function<void(Server::Options&)>& adjust = {});
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  const TestDatabase& database() const { return database_; }
  Server& server() { return *server_; }
  // Where it serves.
  const std::string& address() const { return server_->address(); }

  // A connection of its own each time.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  // NewStub<v1::LotService>().
  template <class Service>
  std::unique_ptr<typename Service::Stub> NewStub() const {
    return Service::NewStub(NewChannel());
  }

  // The value of a series now, such as `lots_db_pool_max{pool="main"}`; 0 when there is no such
  // series.
  double Metric(absl::string_view series) const;

  // The log lines so far.
  std::vector<std::string> LogLines() const;

 private:
  const TestDatabase database_{TestDatabase::kMigrated};
  std::string folder_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Server> server_;
};

// Long for any call of a test.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(20);

// One unary call on its own:
//   Response response;
//   grpc::Status status = Send(*stub, &v1::LotService::Stub::GetLot, request, response);
template <class Stub, class Request, class Response>
grpc::Status Send(Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response& response,
                  absl::Duration timeout = kCallTimeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  return (stub.*method)(&context, request, &response);
}

// The google.rpc details of a refusal; empty messages when it has none.
google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& status);
v1::ProblemList ProblemListOf(const grpc::Status& status);
google::rpc::RetryInfo RetryInfoOf(const grpc::Status& status);
// ErrorInfo.reason.
std::string ReasonOf(const grpc::Status& status);

}  // namespace lots
