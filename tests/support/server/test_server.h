// lotd inside the test, with a new database.
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

// TestServer listens on a unix socket in a temporary folder and logs to a file there. It serves no
// metrics, because the HTTP server takes two seconds to stop; `adjust` can set an address for them.
class TestServer {
 public:
  // `adjust` changes the options before the start: workers, queue, company, conninfo, …
  explicit TestServer(const std::function<void(Server::Options&)>& adjust = {});
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  const TestDatabase& database() const { return database_; }
  Server& server() { return *server_; }
  // The address on which the server listens.
  const std::string& address() const { return server_->address(); }

  // A new connection.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  // NewStub<v1::LotService>().
  template <class Service>
  std::unique_ptr<typename Service::Stub> NewStub() const {
    return Service::NewStub(NewChannel());
  }

  // The value of a metric now, such as `lots_db_pool_max{pool="main"}`; 0 if there is no such
  // metric.
  double Metric(absl::string_view series) const;

  // The lines that the server has logged.
  std::vector<std::string> LogLines() const;

 private:
  const TestDatabase database_{TestDatabase::kMigrated};
  std::string folder_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Server> server_;
};

// Longer than any call of a test takes.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(20);

// Makes a unary call:
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

// The google.rpc details of a refusal; an empty message if the refusal has no such detail.
google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& status);
v1::ProblemList ProblemListOf(const grpc::Status& status);
google::rpc::RetryInfo RetryInfoOf(const grpc::Status& status);
// The reason in ErrorInfo.
std::string ReasonOf(const grpc::Status& status);
// "LOT_NOT_FOUND" of a refusal, with the field that its ErrorInfo names; "OK".
std::string OutcomeOf(const grpc::Status& status);

}  // namespace lots
