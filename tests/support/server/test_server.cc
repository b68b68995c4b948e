// Starts lotd inside the test.
#include "tests/support/server/test_server.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/error_details.h"

namespace lots {
namespace {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "no test server: " << status << std::endl;
  std::abort();
}

template <class T>
T Require(absl::StatusOr<T> value) {
  Require(value.status());
  return *std::move(value);
}

std::string MakeFolder() {
  std::string folder = std::filesystem::temp_directory_path() / "lots-server-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) Require(absl::InternalError(folder));
  return folder;
}

template <class Detail>
Detail DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  grpc::ExtractErrorDetails(status, &details);
  Detail detail;
  for (const google::protobuf::Any& any : details.details()) {
    if (any.Is<Detail>()) any.UnpackTo(&detail);
  }
  return detail;
}

}  // namespace

TestServer::TestServer(const std::function<void(Server::Options&)>& adjust)
    : folder_(MakeFolder()), log_(Require(Log::Open({.file = absl::StrCat(folder_, "/log")}))) {
  Server::Options options{.config = {},
                          .conninfo = database_.server_conninfo(),
                          .version = "0.0.0+test",
                          .watch_period = absl::Milliseconds(20),
                          .observer = database_.options().observer};
  options.config.listen = absl::StrCat("unix:", folder_, "/socket");
  options.config.metrics_listen = "";
  options.config.workers = 4;
  if (adjust) adjust(options);
  server_ = Require(Server::Start(std::move(options), *log_));
}

TestServer::~TestServer() {
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::shared_ptr<grpc::Channel> TestServer::NewChannel() const {
  grpc::ChannelArguments arguments;
  // Without this, all channels to one address share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(server_->address(), grpc::InsecureChannelCredentials(),
                                   arguments);
}

double TestServer::Metric(absl::string_view series) const {
  const std::string metrics = server_->MetricsText();
  for (const absl::string_view line : absl::StrSplit(metrics, '\n')) {
    double value = 0;
    if (absl::StartsWith(line, absl::StrCat(series, " ")) &&
        absl::SimpleAtod(line.substr(series.size() + 1), &value)) {
      return value;
    }
  }
  return 0;
}

std::vector<std::string> TestServer::LogLines() const {
  std::ifstream file(absl::StrCat(folder_, "/log"));
  std::vector<std::string> lines;
  // The last line is left out if it has no end: the server may be writing it now.
  for (std::string line; std::getline(file, line) && !file.eof();) lines.push_back(line);
  return lines;
}

google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& status) {
  return DetailOf<google::rpc::ErrorInfo>(status);
}

v1::ProblemList ProblemListOf(const grpc::Status& status) {
  return DetailOf<v1::ProblemList>(status);
}

google::rpc::RetryInfo RetryInfoOf(const grpc::Status& status) {
  return DetailOf<google::rpc::RetryInfo>(status);
}

std::string ReasonOf(const grpc::Status& status) { return ErrorInfoOf(status).reason(); }

std::string OutcomeOf(const grpc::Status& status) {
  if (status.ok()) return "OK";
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  const auto field = info.metadata().find("field");
  return field == info.metadata().end() ? info.reason()
                                        : absl::StrCat(info.reason(), " ", field->second);
}

}  // namespace lots
