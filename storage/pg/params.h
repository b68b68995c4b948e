// The parameters of one statement, in PostgreSQL's binary format, and the types they have on the wire:
//   bool → bool · integers and enums → int8 · std::string, absl::string_view, const char* → text · Uuid → uuid ·
//   Quantity → numeric · absl::Time → timestamptz (microseconds; InfiniteFuture and InfinitePast map to ±infinity) ·
//   absl::CivilDay → date · Bytes → bytea · Strong<…> → as its value · std::optional → the value or NULL ·
//   std::vector, absl::Span → a one-dimensional array of any of these, elements possibly optional.
// No other type encodes: passing one does not compile.
#pragma once

#include <string>
#include <vector>

// … encoders …
