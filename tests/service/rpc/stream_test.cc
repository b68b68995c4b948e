// Streams: sent at the client's pace, while the database is long free for others.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "lots/v1/trace.grpc.pb.h"
#include "service/base/server_limits.h"
#include "service/observe/log.h"
#include "service/observe/metrics/metrics.h"
#include "service/rpc/page_token.h"
#include "service/rpc/rpc.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/pg/pipeline.h"
#include "storage/pg/pool.h"
#include "tests/support/base/eventually.h"
#include "tests/support/database/test_database.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using Response = v1::TraceUpstreamResponse;
using Reader = grpc::ClientReader<Response>;
using PartsReader = grpc::ClientReader<v1::TraceDownstreamResponse>;

constexpr Method kTraceUpstream{"lots.v1.TraceService/TraceUpstream"};
constexpr Method kTraceDownstream{"lots.v1.TraceService/TraceDownstream"};
constexpr pg::Statement kSleep{"test_sleep", "SELECT pg_sleep(0.01)::text"};
constexpr pg::Statement kSleepLong{"test_sleep_long", "SELECT pg_sleep(3600)::text"};
constexpr pg::Statement kAsleep{"test_asleep", R"sql(
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(3600)%'
    AND pid <> pg_backend_pid())sql"};
// A deadline that passes only after the first message was read, however busy the machine is.
constexpr absl::Duration kLongEnoughToBegin = absl::Seconds(8);
// How many messages SendInParts has sent.
std::atomic<int64_t> sent = 0;
// More than all of gRPC's buffers on the way hold, so that most of it waits in the server.
constexpr int kMessages = 200;
constexpr size_t kBytesPerMessage = 256 * 1024;

// Sends as many messages as the request's node_limit says, numbered from 0; with a depth_max it
// refuses after them; and it touches the database between them.
absl::Status SendNumbered(const v1::TraceUpstreamRequest& request, const Call&, pg::Connection& db,
                          Sink<Response>& sink) {
  for (int i = 0; i < request.node_limit(); ++i) {
    Response message;
    message.mutable_summary()->set_node_count(i);
    message.mutable_summary()->set_truncated_by(std::string(kBytesPerMessage, 'x'));
    sink.Append(std::move(message));
    const auto slept = pg::Query(db, kSleep);
    if (!slept.ok()) return slept.status();
  }
  if (request.depth_max() == 0) return absl::OkStatus();
  return Refuse({Reason::kLotNotFound, "", "no such lot", {{"lot_id", "x"}}});
}

// Sends the numbers until it finds the sink full, and the rest of them later.
absl::Status SendInParts(int64_t first, int64_t end, Sink<v1::TraceDownstreamResponse>& sink) {
  for (int64_t i = first; i < end; ++i) {
    if (sink.full()) {
      sink.ResumeWith([i, end](pg::Connection&, Sink<v1::TraceDownstreamResponse>& later) {
        return SendInParts(i, end, later);
      });
      return absl::OkStatus();
    }
    v1::TraceDownstreamResponse message;
    message.mutable_summary()->set_node_count(i);
    message.mutable_summary()->set_truncated_by(std::string(kBytesPerMessage, 'x'));
    sink.Append(std::move(message));
    sent = i + 1;
  }
  return absl::OkStatus();
}

// Without a node_limit it asks the database for something that takes an hour; with a depth_max it
// sends all but the first message when the client has gone.
absl::Status SendOrWait(const v1::TraceDownstreamRequest& request, const Call& call,
                        pg::Connection& db, Sink<v1::TraceDownstreamResponse>& sink) {
  if (request.depth_max() > 0) {
    RETURN_IF_ERROR(SendInParts(0, 1, sink));
    EXPECT_TRUE(Eventually([&] { return call.cancelled->load(); }));
    return SendInParts(1, request.node_limit(), sink);
  }
  if (request.node_limit() > 0) return SendInParts(0, request.node_limit(), sink);
  sink.Append({});
  return pg::Query(db, kSleepLong).status();
}

class NumberService final : public v1::TraceService::CallbackService {
 public:
  explicit NumberService(Rpc& rpc) : rpc_(rpc) {}

  grpc::ServerWriteReactor<Response>* TraceUpstream(
      grpc::CallbackServerContext* context, const v1::TraceUpstreamRequest* request) override {
    return rpc_.Stream(context, request, kTraceUpstream, SendNumbered);
  }
  grpc::ServerWriteReactor<v1::TraceDownstreamResponse>* TraceDownstream(
      grpc::CallbackServerContext* context, const v1::TraceDownstreamRequest* request) override {
    return rpc_.Stream(context, request, kTraceDownstream, SendOrWait);
  }

 private:
  Rpc& rpc_;
};

// The call path and NumberService on it.
class Streams : public testing::Test {
 protected:
  Streams() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::TraceService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                          grpc::InsecureChannelCredentials()));
  }
  ~Streams() override {
    server_->Shutdown(absl::ToChronoTime(absl::Now()));
    server_->Wait();
  }

  std::unique_ptr<Reader> Start(grpc::ClientContext& context, int messages, bool refuse = false) {
    v1::TraceUpstreamRequest request;
    request.set_company("acme");
    request.set_node_limit(messages);
    request.set_depth_max(refuse ? 1 : 0);
    return stub_->TraceUpstream(&context, request);
  }
  std::unique_ptr<PartsReader> StartInParts(grpc::ClientContext& context, int messages,
                                            bool when_gone = false) {
    sent = 0;
    v1::TraceDownstreamRequest request;
    request.set_company("acme");
    request.set_node_limit(messages);
    request.set_depth_max(when_gone ? 1 : 0);
    return stub_->TraceDownstream(&context, request);
  }
  // Whether a statement that takes an hour is running.
  bool Asleep() {
    const auto count = pg::Query(*observer_, kAsleep);
    return count.ok() && (*count)[0].Get<int64_t>(0) > 0;
  }
  // Whether the handlers have ended and given their connections back.
  bool DatabaseIsFree() {
    return Eventually([&] { return rpc_.gauge().queue.busy == 0 && pool_.gauge().busy == 0; });
  }

  const TestDatabase database_{TestDatabase::kMigrated};
  const std::unique_ptr<pg::Connection> observer_ = database_.Connect();
  const std::unique_ptr<Log> log_ = *Log::Open({.level = LogLevel::kError});
  Metrics metrics_{"0+test", {v1::TraceService::service_full_name()}};
  pg::Pool pool_{{.connection = database_.options(), .connections_max = 2}};
  const PageTokens page_tokens_{"key"};
  Identity identity_{{}};
  Rpc rpc_{{.services = {v1::TraceService::service_full_name()},
            .workers = 1,
            .stream_workers = 2,
            .streams_max = 2},
           identity_,
           pool_,
           page_tokens_,
           metrics_,
           *log_};
  NumberService service_{rpc_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::TraceService::Stub> stub_;
};

TEST_F(Streams, ASlowClientKeepsNoConnectionToTheDatabase) {
  grpc::ClientContext context;
  const auto reader = Start(context, kMessages);
  Response message;
  ASSERT_TRUE(reader->Read(&message));

  // The client reads no further, and the handler comes to its end all the same.
  ASSERT_TRUE(DatabaseIsFree());
  EXPECT_EQ(rpc_.gauge().streams, 1);

  for (int i = 1; i < kMessages; ++i) {
    ASSERT_TRUE(reader->Read(&message)) << i;
    EXPECT_EQ(message.summary().node_count(), i);
  }
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(Eventually([&] { return rpc_.gauge().streams == 0; }));
}

TEST_F(Streams, MessagesComeBeforeTheRefusalThatEndsThem) {
  grpc::ClientContext context;
  const auto reader = Start(context, 3, /*refuse=*/true);
  Response message;
  int count = 0;
  while (reader->Read(&message)) ++count;

  EXPECT_EQ(count, 3);
  EXPECT_EQ(ReasonOf(reader->Finish()), "LOT_NOT_FOUND");
}

TEST_F(Streams, AnEmptyStreamIsOk) {
  grpc::ClientContext context;
  const auto reader = Start(context, 0);
  Response message;

  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(Streams, AClientThatLeavesEndsTheHandlerAndFreesTheMemory) {
  grpc::ClientContext context;
  const auto reader = Start(context, 1'000'000);
  Response message;
  ASSERT_TRUE(reader->Read(&message));

  context.TryCancel();

  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(DatabaseIsFree());
  EXPECT_TRUE(Eventually([&] { return rpc_.gauge().streams == 0; }));
}

// The most that the test's messages can take before a handler in parts stops: what waits, the
// message that goes beyond, and what gRPC and the sockets hold.
constexpr int64_t kMessagesAheadMax =
    kStreamBytesWaitingMax / kBytesPerMessage + 1 + 16 * 1024 * 1024 / kBytesPerMessage;

TEST_F(Streams, AHandlerInPartsHoldsAsMuchAsIsNamedForASlowClient) {
  constexpr int kMany = 400;
  grpc::ClientContext context;
  const auto reader = StartInParts(context, kMany);
  v1::TraceDownstreamResponse message;
  ASSERT_TRUE(reader->Read(&message));

  // The client reads no further: the handler stops, and keeps neither worker nor connection.
  ASSERT_TRUE(DatabaseIsFree());
  EXPECT_LE(sent, kMessagesAheadMax);
  EXPECT_EQ(rpc_.gauge().streams, 1);

  for (int i = 1; i < kMany; ++i) {
    ASSERT_TRUE(reader->Read(&message)) << i;
    ASSERT_EQ(message.summary().node_count(), i);
  }
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(Eventually([&] { return rpc_.gauge().streams == 0; }));
}

TEST_F(Streams, AClientThatLeavesBetweenThePartsEndsTheCall) {
  grpc::ClientContext context;
  const auto reader = StartInParts(context, 1'000'000);
  v1::TraceDownstreamResponse message;
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(DatabaseIsFree());

  context.TryCancel();

  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return rpc_.gauge().streams == 0; }));
  EXPECT_LE(sent, kMessagesAheadMax);
}

TEST_F(Streams, AHandlerWhoseClientLeftStopsThoughItAsksTheDatabaseNothing) {
  grpc::ClientContext context;
  const auto reader = StartInParts(context, 1'000'000, /*when_gone=*/true);
  v1::TraceDownstreamResponse message;
  ASSERT_TRUE(reader->Read(&message));

  context.TryCancel();

  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return rpc_.gauge().streams == 0; }));
  EXPECT_EQ(sent, 1);
}

TEST_F(Streams, ADeadlineBetweenThePartsEndsTheCall) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kLongEnoughToBegin));
  const auto reader = StartInParts(context, 1'000'000);
  v1::TraceDownstreamResponse message;
  ASSERT_TRUE(reader->Read(&message));

  EXPECT_TRUE(Eventually([&] { return rpc_.gauge().streams == 0; }));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(Streams, ADeadlineInTheMiddleStopsTheRunningStatement) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kLongEnoughToBegin));
  const auto reader = StartInParts(context, 0);
  v1::TraceDownstreamResponse message;
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(Eventually([&] { return Asleep(); }));

  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(DatabaseIsFree());
  EXPECT_TRUE(Eventually([&] { return !Asleep(); }));
}

TEST_F(Streams, AClientThatLeavesStopsTheRunningStatement) {
  grpc::ClientContext context;
  const auto reader = StartInParts(context, 0);
  v1::TraceDownstreamResponse message;
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(Eventually([&] { return Asleep(); }));

  context.TryCancel();

  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(DatabaseIsFree());
  EXPECT_TRUE(Eventually([&] { return !Asleep(); }));
}

TEST_F(Streams, ThereAreOnlySoManyAtOnce) {
  grpc::ClientContext first;
  grpc::ClientContext second;
  grpc::ClientContext third;
  Response message;
  const auto slow = Start(first, kMessages);
  const auto slower = Start(second, kMessages);
  ASSERT_TRUE(slow->Read(&message));
  ASSERT_TRUE(slower->Read(&message));

  EXPECT_EQ(ReasonOf(Start(third, 1)->Finish()), "SERVER_BUSY");

  first.TryCancel();
  second.TryCancel();
  EXPECT_FALSE(slow->Finish().ok());
  EXPECT_FALSE(slower->Finish().ok());
}

}  // namespace
}  // namespace lots
