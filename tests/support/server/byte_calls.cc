// Sends bytes in place of a message.
#include "tests/support/server/byte_calls.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

std::string TextOf(const grpc::ByteBuffer& bytes) {
  grpc::Slice whole;
  Check(bytes.DumpToSingleSlice(&whole).ok());
  return {whole.begin(), whole.end()};
}

}  // namespace

grpc::Status SendBytes(grpc::GenericStub& stub, const std::string& method, const std::string& bytes,
                       std::string* answer) {
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
  absl::Notification done;
  grpc::Status status;
  stub.UnaryCall(&context, method, grpc::StubOptions(), &sent, &received, [&](grpc::Status ended) {
    status = std::move(ended);
    done.Notify();
  });
  done.WaitForNotification();
  if (answer == nullptr || !status.ok()) return status;
  *answer = TextOf(received);
  return status;
}

BytesAnswer ReadBytes(grpc::GenericStub& stub, const std::string& method,
                      const std::string& bytes) {
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kCallTimeout));
  grpc::CompletionQueue queue;
  const auto succeeded = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  succeeded();
  call->WriteLast(sent, grpc::WriteOptions(), nullptr);
  succeeded();  // false if the server has refused the call already
  BytesAnswer answer;
  grpc::ByteBuffer received;
  for (call->Read(&received, nullptr); succeeded(); call->Read(&received, nullptr)) {
    answer.messages.push_back(TextOf(received));
  }
  call->Finish(&answer.status, nullptr);
  succeeded();
  queue.Shutdown();
  succeeded();
  return answer;
}

}  // namespace lots
