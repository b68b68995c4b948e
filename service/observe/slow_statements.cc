// Logs slow statements.
#include "service/observe/slow_statements.h"

#include "service/observe/trace_context.h"

namespace lots {

void SlowStatements::OnStatement(const pg::Statement& statement, absl::Duration elapsed,
                                 const absl::Status& status) {
  if (elapsed >= slow_) {
    const CallTrace& trace = TraceScope::trace();
    log_.Write(LogLevel::kWarning, "slow_statement",
               LogFields()
                   .Add("statement", statement.name)
                   .Add("ms", elapsed)
                   .AddIfAny("trace_id", trace.trace_id)
                   .AddIfAny("span_id", trace.span_id));
  }
  if (next_ != nullptr) next_->OnStatement(statement, elapsed, status);
}

void SlowStatements::OnRetry() {
  if (next_ != nullptr) next_->OnRetry();
}

void SlowStatements::OnWritten(const pg::Counter& counter, double amount) {
  if (next_ != nullptr) next_->OnWritten(counter, amount);
}

}  // namespace lots
