// The two macros for absl::Status that Debian's Abseil lacks.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when the expression is not OK.
#define RETURN_IF_ERROR(expression)              \
  do {                                           \
    absl::Status lots_status_ = (expression);    \
    if (!lots_status_.ok()) return lots_status_; \
  } while (false)

// Assigns the value of a StatusOr, or returns its status from the enclosing function.
#define ASSIGN_OR_RETURN(declaration, expression) \
  LOTS_ASSIGN_OR_RETURN_(LOTS_CONCAT_(lots_statusor_, __LINE__), declaration, expression)

#define LOTS_ASSIGN_OR_RETURN_(statusor, declaration, expression) \
  auto statusor = (expression);                                   \
  if (!statusor.ok()) return std::move(statusor).status();        \
  declaration = *std::move(statusor)

#define LOTS_CONCAT_(a, b) LOTS_CONCAT_INNER_(a, b)
#define LOTS_CONCAT_INNER_(a, b) a##b
