// One run of lotctl: the connection to the service, the global options and where answers go.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "service/ctl/base/interrupt.h"
#include "service/ctl/output/progress.h"
#include "service/ctl/output/terminal.h"
#include "service/ctl/session/access.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/methods.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace lots::ctl {

// The metadata key under which the service learns who is acting.
inline constexpr char kActorMetadata[] = "lots-actor";

// As long as lotd lets any call take (kLargeDeadlineMax).
inline constexpr double kTimeoutSecondsMax = 300;

// What every command takes.
struct GlobalOptions {
  std::string address = "localhost:50051";
  std::string company;
  bool json = false;
  // As long as lotd gives a call that may write 10,000 lots (kLargeDeadlineDefault).
  double timeout_seconds = 120;
  std::string actor;
  std::string request_id;
  bool wide = false;
  AccessOptions access;
  std::vector<std::string> arguments;  // the command line, as typed
};

// Session makes the calls. methods.h names the methods. The templates only keep the types of the
// messages; the work is done once for all of them, in session.cc.
class Session {
 public:
  Session(const GlobalOptions& options, const Terminal& terminal, const Access& access = {});

  const GlobalOptions& options() const { return options_; }
  // For writing to: the progress bar is taken off the screen, and comes back with the next call.
  const Terminal& terminal() const {
    progress_.Stop();
    return terminal_;
  }
  Progress& progress() { return progress_; }

  // Whether the command is about every company that the caller may read (--company -).
  bool is_of_several_companies() const;

  // The company's time zone. It is read at the first use. A usage error for several companies,
  // which have several zones.
  absl::StatusOr<absl::TimeZone> ReadZone();
  // The same for showing times, which name their offset: UTC where the zone cannot be read.
  absl::TimeZone zone();
  // When the command began, to the microsecond: the time of all of its requests.
  absl::Time begin_time() const { return begin_time_; }
  // The day that it is now in the company that a row of an answer is of.
  absl::CivilDay TodayIn(const std::string& company);

  // The id of the first write; with -2, -3 … it is that of the writes after it, so that repeating
  // the whole command with the id repeats each of its writes. --request-id, or else what
  // UseRequestId was given before, or else a new UUID.
  const std::string& RequestId();
  void UseRequestId(std::string id) { request_id_ = std::move(id); }
  // What a flag's value means now, for the command that repeats the writes: "2026-12-31" is today,
  // and tomorrow it is another time.
  void UseValue(std::string flag, std::string value) {
    meant_.insert_or_assign(std::move(flag), std::move(value));
  }

  // With --validate-only each write of the command is a dry run.
  void set_validate_only(bool validate_only) { validate_only_ = validate_only; }
  bool validate_only() const { return validate_only_; }
  // How a command that ended with this status ends: after dry runs, whether there were problems.
  absl::Status VerdictOf(const absl::Status& status) const;

  // One read, for the session's company unless the request names another.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(const UnaryMethod<Request, Response>& method, Request request) {
    Response response;
    absl::Status status = CallUnary(method.path, request, response);
    if (!status.ok()) return status;
    return response;
  }

  // One write, under the request's own id or else the session's next one. When its outcome is
  // unknown, the failure says how to repeat it. So does lotctl when a signal ends it then or later:
  // the command may have had more to write. A dry run prints its answer and returns EndOfDryRun
  // (failure.h), which ends the command.
  template <class Request, class Response>
  absl::StatusOr<Response> Write(const UnaryMethod<Request, Response>& method, Request request) {
    Response response;
    absl::Status status = WriteUnary(method.path, request, response, DryRunOutput::kAll);
    if (!status.ok()) return status;
    return response;
  }
  // The same for a command that shows what would be: a dry run without problems prints nothing, and
  // its answer is returned.
  template <class Request, class Response>
  absl::StatusOr<Response> WriteOrPreview(const UnaryMethod<Request, Response>& method,
                                          Request request) {
    Response response;
    absl::Status status = WriteUnary(method.path, request, response, DryRunOutput::kProblems);
    if (!status.ok()) return status;
    return response;
  }

  // One stream; `each` sees the messages as they come.
  template <class Request, class Response>
  absl::Status Stream(const StreamMethod<Request, Response>& method, Request request,
                      std::type_identity_t<absl::FunctionRef<void(const Response&)>> each) {
    Response message;
    return CallStream(method.path, request, message, [&] { each(message); });
  }

  // What Call and Stream do, with messages of any type. CallStream fills `message` anew before each
  // call of `each`.
  absl::Status CallUnary(const char* path, google::protobuf::Message& request,
                         google::protobuf::Message& response);
  absl::Status CallStream(const char* path, google::protobuf::Message& request,
                          google::protobuf::Message& message, absl::FunctionRef<void()> each);

  // One call with the request as it is, also of a method that is not ours.
  absl::Status CallAsIs(const char* path, const google::protobuf::Message& request,
                        google::protobuf::Message& response);

  // One line of proto3 JSON on standard output.
  absl::Status PrintJson(const google::protobuf::Message& message) const;
  bool json() const { return options_.json; }

 private:
  enum class DryRunOutput { kAll, kProblems };

  absl::Status WriteUnary(const char* path, google::protobuf::Message& request,
                          google::protobuf::Message& response, DryRunOutput output);
  absl::Status ValidateUnary(const char* path, google::protobuf::Message& request,
                             google::protobuf::Message& response, DryRunOutput output);
  // What lotctl says when a signal ends it from now on.
  void SetSignalMessage(absl::string_view what, absl::string_view advice);
  // A word of the command line, or what UseValue says instead of it.
  std::string AsMeant(const std::string& before, const std::string& word) const;
  // The deadline, who calls and who acts.
  void Prepare(grpc::ClientContext& context) const;
  std::string NextRequestId();
  absl::StatusOr<absl::TimeZone> ZoneOf(const std::string& company);
  absl::StatusOr<absl::TimeZone> LoadZone(const std::string& company);
  // How to repeat the command. `has_own_id`: its requests have ids that the command makes again.
  Repeat RepeatOf(bool has_own_id);

  const GlobalOptions options_;
  const std::string token_;
  const Terminal terminal_;
  const absl::Time begin_time_;
  std::string request_id_;  // empty: none yet
  int writes_ = 0;
  bool validate_only_ = false;
  bool has_validated_ = false;
  int64_t problem_count_ = 0;                                    // of all dry runs
  std::map<std::string, std::string> meant_;                     // values of flags (UseValue)
  std::unique_ptr<SignalMessage> signal_message_;                // none before the first write
  std::map<std::string, absl::StatusOr<absl::TimeZone>> zones_;  // by company
  mutable Progress progress_;  // what it draws is no state of ours
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace lots::ctl
