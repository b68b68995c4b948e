#include "tests/support/rpc_bytes.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "storage/base/check.h"
#include "tests/support/test_server.h"

namespace lots {

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
  grpc::Slice whole;
  Check(received.DumpToSingleSlice(&whole).ok());
  answer->assign(whole.begin(), whole.end());
  return status;
}

}  // namespace lots
