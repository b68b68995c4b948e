// One connection to PostgreSQL, used by one thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/pg/values/params.h"
#include "storage/pg/values/result.h"
#include "storage/pg/values/statement.h"

struct pg_conn;  // libpq's

namespace lots::pg {

struct ConnectionOptions {
  std::string conninfo = {};  // libpq's keyword/value string or URI; several hosts allowed
  absl::Duration connect_timeout = absl::Seconds(3);  // a host
  StatementObserver* observer = nullptr;              // outlives the connection
};

// Results of one pipeline, in the order the statements were added.
using Results = std::vector<Result>;

// A statement with its values, ready to be sent.
struct QueuedStatement {
  Statement statement;
  // Not empty: the text to run unprepared, and statement.sql is not used.
  std::string composed;
  Params params;
  bool begins_snapshot = false;
};

class Connection {
 public:
  // UNAVAILABLE when the server cannot be reached, INVALID_ARGUMENT when the conninfo cannot be
  // read; the text never carries a password.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);
  ~Connection();

  // Every later wait on this connection ends by then: the running statement is cancelled at the
  // server and the pipeline's answer is DEADLINE_EXCEEDED (or success, when the commit had won the
  // race). InfiniteFuture by default.
  void set_deadline(absl::Time deadline) { deadline_ = deadline; }
  absl::Time deadline() const { return deadline_; }

  // While the flag is set, waits end as at the deadline and the answer is CANCELLED: the client
  // went away. Looked at every 100 ms or more often. The flag outlives the connection's use of it;
  // nullptr, the default, is none.
  void set_cancelled(const std::atomic<bool>* cancelled) { cancelled_ = cancelled; }
  // Whose work it does, as a W3C traceparent: hexadecimal digits and dashes. Empty, the default: it
  // is nobody's. What may take long tells the server (composed statements and snapshots: lists,
  // searches, traces, reports): while it runs, its application_name is "lotd 00-<trace id>-…", in
  // pg_stat_activity and, where log_line_prefix has %a, in the server's own log.
  void set_traceparent(std::string traceparent);
  // "lotd 00-<trace id>-…"; empty without a traceparent.
  std::string application_name() const;
  // Takes over deadline, flag and traceparent of another connection of the same work.
  void WorkAs(const Connection& other) {
    deadline_ = other.deadline_;
    cancelled_ = other.cancelled_;
    traceparent_ = other.traceparent_;
  }
  bool cancelled() const { return cancelled_ != nullptr && cancelled_->load(); }

  // False once the connection is broken; it is then only good for destruction.
  bool usable() const;
  // Whether a transaction is open, failed ones included.
  bool in_transaction() const;
  // True once the server said that it is going away or is not the one to write to, or was lost:
  // connections opened before that moment are not to be trusted either.
  bool server_lost() const { return server_lost_; }
  int server_version() const;

  // Whether nothing arrived while nobody was listening. An idle connection hears nothing, so bytes,
  // or the end of them, mean that the server has ended it. No round trip.
  bool IsQuiet() const;
  // One round trip that does nothing, within `timeout`.
  absl::Status Ping(absl::Duration timeout);

  // Runs several statements in one text without parameters, as psql would: for migrations and
  // tests. Outside a transaction that the text itself opens, they are one transaction.
  absl::Status RunScript(const char* name, const std::string& sql);

  // Runs the statements in one round trip: the way below Pipeline and Transaction, which callers
  // use. Answers the first failing step's status; the statements after it did not run.
  absl::StatusOr<Results> Run(absl::Span<const QueuedStatement> statements);

  // As Run, but does not wait: Take gives the answers in the order of the statements, each as soon
  // as it is there, while the server works on the next. The first error is the last answer. Until
  // all are taken nothing else may be sent but a Rollback, which drops them.
  absl::Status Post(std::vector<QueuedStatement> statements);
  absl::StatusOr<Result> Take();

  // Ends the open transaction, if any, within a few seconds of its own, whatever the deadline says.
  void Rollback();

  StatementObserver* observer() const { return observer_; }

 private:
  friend class Exchange;

  struct Close {
    void operator()(pg_conn* connection) const;
  };
  struct Prepared {
    const char* sql;
    std::vector<Oid> types;
  };

  struct Posted;

  Connection(pg_conn* connection, StatementObserver* observer);

  // OK when statements may be sent.
  absl::Status CheckReady() const;
  // After an answer that found a prepared statement stale; the error for who must begin again.
  absl::Status ForgetStale(const absl::Status& error);
  // Drops every prepared statement, here and at the server.
  void ForgetPrepared();
  // Runs a step on the connection's own account: neither deadline nor flag count, but it is short.
  void RunAside(const QueuedStatement& step);

  std::unique_ptr<pg_conn, Close> connection_;
  StatementObserver* const observer_;
  absl::Time deadline_ = absl::InfiniteFuture();
  const std::atomic<bool>* cancelled_ = nullptr;
  std::string traceparent_;
  // How long the server's answer to a cancel request is waited for. Longer means a dead server or
  // network, where nothing will come.
  absl::Duration stop_wait_ = absl::Seconds(5);
  bool broken_ = false;
  bool server_lost_ = false;
  // By Statement::name, whose characters are constants.
  absl::flat_hash_map<absl::string_view, Prepared> prepared_;
  std::unique_ptr<Posted> posted_;  // whose answers are not all taken
};

}  // namespace lots::pg
