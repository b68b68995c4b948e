// One connection to PostgreSQL, used by one thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
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

// Which plan PostgreSQL uses for a prepared statement.
enum class PlanUse {
  // The generic plan: made once for any values, and cached by the session.
  kGeneric,
  // The generic plan, after the session's cached plans were dropped: the foreign key checks that
  // this INSERT runs get new generic plans.
  kGenericReplanForeignKeys,
  // A custom plan: made for these values, after the session's cached plans were dropped.
  kCustom,
};

// A statement with its values, ready to be sent.
struct QueuedStatement {
  Statement statement;
  // Not empty: the text to run unprepared, and statement.sql is not used.
  std::string composed;
  Params params;
  bool begins_snapshot = false;
  PlanUse plans = PlanUse::kGeneric;
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

  // While the flag is set, waits end as they do at the deadline, and the answer is CANCELLED: the
  // client went away. The connection looks at the flag every 100 ms or more often. The caller keeps
  // the flag alive until it sets another one; nullptr, the default, is none.
  void set_cancelled(const std::atomic<bool>* cancelled) { cancelled_ = cancelled; }
  // The W3C traceparent of the call that this connection works for; empty, the default, is none.
  // Composed statements and snapshots (lists, searches, traces, reports) may take long. While one
  // of them runs, application_name is "lotd 00-<trace id>-…" in pg_stat_activity and, where
  // log_line_prefix has %a, in the server's log.
  void set_traceparent(std::string traceparent);
  // "lotd 00-<trace id>-…"; empty without a traceparent.
  std::string application_name() const;
  // While it is set, no transaction of this connection commits: use DryRun (dry_run.h).
  void set_dry_run(bool dry_run) { dry_run_ = dry_run; }
  bool dry_run() const { return dry_run_; }
  // Copies deadline, flag, traceparent and dry run from another connection that works for the same
  // call.
  void CopyCallSettings(const Connection& other) {
    deadline_ = other.deadline_;
    cancelled_ = other.cancelled_;
    traceparent_ = other.traceparent_;
    dry_run_ = other.dry_run_;
  }
  bool cancelled() const { return cancelled_ != nullptr && cancelled_->load(); }

  // False once the connection is broken. A broken connection can only be destroyed.
  bool usable() const;
  // Whether a transaction is open, failed ones included.
  bool in_transaction() const;
  // True once the server is stopping, is no longer the primary, or was lost. Connections that were
  // opened before that moment may be useless too.
  bool server_lost() const { return server_lost_; }
  int server_version() const;
  // Whether a commit since the last call was not confirmed by the synchronous standby: it stands
  // here, and is lost if this server is.
  bool TakeUnreplicated() { return std::exchange(unreplicated_, false); }

  // Whether the server has sent nothing to this idle connection. Bytes, or their end, mean that the
  // server has closed it. Takes no round trip.
  bool IsQuiet() const;
  // Makes one empty round trip within `timeout`.
  absl::Status Ping(absl::Duration timeout);
  // Drops the plans that this session keeps: each prepared statement is planned anew at its next
  // use, for the sizes that the tables have then.
  absl::Status DropPlans();

  // Runs several statements in one text without parameters, as psql would: for migrations and
  // tests. Outside a transaction that the text itself opens, they are one transaction.
  absl::Status RunScript(const char* name, const std::string& sql);

  // Runs the statements in one round trip, for Pipeline and Transaction, which callers use. Returns
  // the status of the first statement that failed; the statements after it did not run.
  absl::StatusOr<Results> Run(absl::Span<const QueuedStatement> statements);

  // Sends the statements without waiting for results. Take returns their results in order, each as
  // soon as the server has sent it, while the server works on the next. The first error is the last
  // result. Before all results are taken, only Rollback may be called; it drops them.
  absl::Status SendAsync(std::vector<QueuedStatement> statements);
  absl::StatusOr<Result> Take();

  // Ends the open transaction, if there is one. Takes a few seconds at most, whatever the deadline.
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

  struct AsyncExchange;

  Connection(pg_conn* connection, StatementObserver* observer);

  // OK when statements may be sent.
  absl::Status CheckReady() const;
  // After a prepared statement turned out stale. Returns the error for a caller that must begin its
  // transaction again.
  absl::Status ForgetStale(const absl::Status& error);
  // Drops every prepared statement, here and at the server.
  void ForgetPrepared();
  // Runs a short statement of the connection itself, without the call's deadline and flag.
  void RunInternal(const QueuedStatement& queued);

  std::unique_ptr<pg_conn, Close> connection_;
  StatementObserver* const observer_;
  absl::Time deadline_ = absl::InfiniteFuture();
  const std::atomic<bool>* cancelled_ = nullptr;
  std::string traceparent_;
  bool dry_run_ = false;
  // How long to wait for the answer after a cancel request. A server that takes longer is dead, or
  // the network is.
  absl::Duration stop_wait_ = absl::Seconds(5);
  bool broken_ = false;
  bool server_lost_ = false;
  bool unreplicated_ = false;
  // By Statement::name, whose characters are constants.
  absl::flat_hash_map<absl::string_view, Prepared> prepared_;
  std::unique_ptr<AsyncExchange> async_;  // until all its results are taken
};

}  // namespace lots::pg
