// The limits of the API: how much one request may ask for, how much one answer holds, how long a
// text may be, how long a request_id is known; each with its reason. A request beyond a limit is
// refused, and the refusal names the limit.
//
// Not here: the limits of the server (service/base/server_limits.h); how often a write is run again
// (storage/writes/run_write.h); how many rows one statement takes, pauses and timeouts, which stand
// in the source that needs them, with their reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace lots {

// A pipeline of 10,000 rows stays under 1 MiB, and its locks are held for less than a second.
inline constexpr int64_t kSerialsPerCallMax = 10'000;
inline constexpr int64_t kLotsPerBatchMax = 10'000;
inline constexpr int64_t kMovementsPerCallMax = 10'000;
// 10,000 finished serials with five exact components each.
inline constexpr int64_t kComponentsPerCompletionMax = 50'000;
// One completion makes a few by-products, and a unit comes apart into a few hundred parts.
inline constexpr int64_t kByProductsPerCompletionMax = 1'000;
inline constexpr int64_t kDisassemblyComponentsMax = 1'000;
// A bill of material has a few hundred lines. Each automatic component locks the places that it may
// take from.
inline constexpr int64_t kIssueLinesMax = 1'000;
inline constexpr int64_t kAutoComponentsMax = 100;
inline constexpr int64_t kIssuedLotsShownMax = 1'000;  // of an order: as many as its serials
// Whole resources in one answer: as many as a page has (kPageSizeMax).
inline constexpr int64_t kCatalogBatchMax = 1'000;
inline constexpr int64_t kBatchGetMax = 1'000;
inline constexpr int64_t kBatchUpdateMax = 1'000;
inline constexpr int64_t kFindNumbersMax = 1'000;
inline constexpr int64_t kStockLotIdsMax = 1'000;
inline constexpr int64_t kPreviewNumbersMax = 1'000;
inline constexpr int64_t kSuggestPicksMax = 1'000;
inline constexpr int64_t kWorkOrderSerialsShownMax = 1'000;

// gRPC's clients refuse a message of more than 4 MiB unless they are told otherwise. A page ends
// before, and a batch that would exceed this is refused.
inline constexpr size_t kAnswerBytesMax = 3 * 1024 * 1024;

// A screen shows 50 rows; 1,000 lots of the usual size have less than kAnswerBytesMax.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1'000;
inline constexpr int kProblemsShownMax = 20;  // of one refusal; trailers stay under 8 KiB
// Of the lots that a write touched, its audit entry names so many: most touch fewer, and a page of
// 1,000 entries stays under 2 MiB. (Also audit_entries_lots_bounded.)
inline constexpr size_t kAuditLotsMax = 20;

// Ids of the ERP: company, product, location, work order, partner, request id. Indexes stay small.
inline constexpr int kIdCharactersMax = 64;
inline constexpr int kNumberCharactersMax = 64;  // GS1 AI 10 and 21 have 20; ERPs have longer ones
// Longer than the same fields of the usual ERPs.
inline constexpr int kReferenceCharactersMax = 100;
inline constexpr int kNameCharactersMax = 200;
inline constexpr int kCityCharactersMax = 100;  // also states and regions
inline constexpr int kPostalCodeCharactersMax = 20;
inline constexpr int kPhoneCharactersMax = 40;
// Two pages of text for a lot; a paragraph for a movement.
inline constexpr int kNotesCharactersMax = 4'000;
inline constexpr int kNoteCharactersMax = 1'000;
inline constexpr int kUnitCharactersMax = 16;  // codes of units; UN/ECE has three characters
// Operations and work centres of an ERP's routing: as its ids.
inline constexpr int kOperationCharactersMax = 64;
inline constexpr int kDocumentTypeCharactersMax = 32;  // words such as delivery_note
inline constexpr int kQueryCharactersMax = 64;         // a search for numbers, which have as many
// The attributes of one lot are then about 50 KiB of JSON at the most.
inline constexpr int kAttributesMax = 50;
inline constexpr int kAttributeTextCharactersMax = 1'000;
// A filter or an order that a person or a program writes is shorter. Nesting is recursion, here and
// in PostgreSQL's parser.
inline constexpr int kFilterBytesMax = 2'048;
inline constexpr int kFilterNodesMax = 50;  // comparisons, AND, OR and NOT
inline constexpr int kFilterDepthMax = 10;  // parentheses within parentheses
inline constexpr size_t kSortKeysMax = 3;

// Building, floor, aisle, shelf, box: real trees have 5 to 8 levels.
inline constexpr int kLocationDepthMax = 20;
inline constexpr int kShelfLifeDaysMax = 36'500;                 // a century
inline constexpr int64_t kCounterMax = 999'999'999'999'999'999;  // 18 digits fit int64_t
inline constexpr int kWarrantyMonthsMax = 1'200;                 // a century
inline constexpr int64_t kWarrantyUnitsMax = 1'000;              // as a page
// Of one unit: one a year for a long life. All of them are in every answer.
inline constexpr int64_t kWarrantyExtensionsMax = 100;
// A clock may be wrong by a time zone, not more.
inline constexpr absl::Duration kOccurredAtAheadMax = absl::Hours(24);
// What to reverse before an earlier movement: as many ids as one fact of a refusal can hold.
inline constexpr int64_t kLaterMovementsShownMax = 5;
// The clocks of two servers that are kept synchronised differ by less.
inline constexpr absl::Duration kClockSkewMax = absl::Minutes(1);
// A caller that repeats a request after a month did not lose an answer.
inline constexpr absl::Duration kRequestsKept = absl::Hours(24 * 30);

// A recall of several months' lots has some hundred seeds.
inline constexpr int64_t kTraceSeedsMax = 1'000;
// The deepest real bills of material have about 30 levels.
inline constexpr int kTraceDepthMax = 100;
// Who asks for more must say so: 10,000 nodes are 3 MiB and more than a person reads.
inline constexpr int64_t kTraceNodesDefault = 10'000;
// A million lots are the largest graphs that were tried.
inline constexpr int64_t kTraceNodesMax = 1'000'000;
inline constexpr int64_t kTraceFilterValuesMax = 100;   // a person or a program writes fewer
inline constexpr int64_t kTraceLinkKindsMax = 5;        // all that are followed
inline constexpr int64_t kTraceResumeShownMax = 1'000;  // as many as may be the seeds of a trace
inline constexpr int kTraceNodesPerRead = 4'000;        // they wait in memory to be sent
inline constexpr int kTraceNodesPerMessage = 500;       // about 150 KiB a message
inline constexpr int kTraceLinksPerMessage = 2'000;     // about 150 KiB a message too
// A node shows so many of one lot, so that a lot in thousands of places stays a small node. The
// node's counts are of all of them.
inline constexpr int kTracePlacesShownMax = 20;
inline constexpr int kTracePartnerMovementsShownMax = 20;

// As many as one call may create lots.
inline constexpr int64_t kHoldsPerCallMax = 10'000;
inline constexpr int64_t kHoldsShownMax = 100;      // of one lot; a person reads no more
inline constexpr int64_t kExemptLocationsMax = 20;  // quarantine places, scrap, laboratories
// A delivery of 10,000 units with five measurements each stays within one transaction of seconds.
inline constexpr int64_t kInspectionsPerCallMax = 10'000;
inline constexpr int64_t kInspectionResultsPerCallMax = 50'000;
// A plan of a product has some dozens of characteristics, and an inspection a few certificates.
inline constexpr int64_t kInspectionResultsMax = 200;
inline constexpr int64_t kInspectionDocumentsMax = 20;
inline constexpr int kUrlBytesMax = 2'000;  // what browsers and proxies take
// Each output inherits holds from so many pooled inputs of its transformation. With 10,000 outputs
// the holds are a few MiB of rows.
inline constexpr size_t kInheritedSourcesMax = 5;
inline constexpr int64_t kReshapePartsMax = 1'000;  // labels of one delivery that is split
inline constexpr int64_t kRecallSeedsMax = 1'000;   // as those of a trace
// A recall is one transaction: beyond, its locks would stop the company for longer than a minute.
inline constexpr int64_t kRecallMembersMax = 2'000'000;
inline constexpr int kClosingNoteCharactersMax = 4'000;  // as the notes of a lot
inline constexpr int kRecallRowsPerMessage = 500;        // about 150 KiB a message
// As many as one call may hold lots.
inline constexpr int64_t kRecallEntriesPerCallMax = 10'000;
// A refusal to close names so many lots and locations, and how many there are.
inline constexpr int64_t kUnaccountedShownMax = 1'000;

// Together, with what joins them, at most kNoteCharactersMax.
inline constexpr int kMaintenanceReasonCharactersMax = 200;
inline constexpr int kMaintenanceNoteCharactersMax = 700;
inline constexpr int64_t kMaintainedComponentsMax = 1'000;    // as many as a disassembly names
inline constexpr int64_t kCompositionEntriesDefault = 1'000;  // more than a person reads
inline constexpr int64_t kCompositionEntriesMax = 10'000;     // about 3 MiB
inline constexpr int kCompositionLevelsDefault = 20;          // as the units that a lot is in
inline constexpr int kCompositionLevelsMax = 100;             // as a trace
inline constexpr int64_t kContainingUnitsMax = 100;           // of a lot; a person reads no more

inline constexpr int64_t kFailedUnitsMax = 1'000;  // failures of one kind from the field
// With the failed ones, a set of units is a bitmap of 3,000 bits at every lot that is looked at.
inline constexpr int64_t kSoundUnitsMax = 2'000;
inline constexpr int64_t kOriginsShownMax = 1'000;   // as a page
inline constexpr int64_t kOriginsShownDefault = 50;  // sorted: the likeliest come first
// With a bitmap each, 75 MiB.
inline constexpr int64_t kOriginLotsMax = 200'000;
inline constexpr int kRecipientsPerMessage = 500;  // about 150 KiB a message
// Lines of each side of one transformation: 10,000 serials and their pooled components, 2 MiB.
inline constexpr int64_t kTransformationLinesShownMax = 10'000;
inline constexpr int64_t kTransformationCorrectionsShownMax = 1'000;  // as a page
// A person corrects a few components, a program those of a batch whose labels were swapped.
inline constexpr int64_t kCorrectionLinesMax = 1'000;

}  // namespace lots
