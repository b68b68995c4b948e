// Every limit of the service, on one page, each with its reason. Requests beyond a limit are
// refused, naming it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace lots {

// --- sizes of a request ---

// One pipeline of 10,000 serials stays under 1 MiB and its locks under a second.
inline constexpr int64_t kSerialsPerCallMax = 10'000;
inline constexpr int64_t kLotsPerBatchMax = 10'000;
inline constexpr int64_t kMovementsPerCallMax = 10'000;
// 10,000 finished serials with five exact components each.
inline constexpr int64_t kComponentsPerCompletionMax = 50'000;
inline constexpr int64_t kByProductsPerCompletionMax = 1'000;
inline constexpr int64_t kDisassemblyComponentsMax = 1'000;
// Whole resources in one answer: 1,000 lots of at most a few KiB stay under a client's usual 4 MiB.
inline constexpr int64_t kCatalogBatchMax = 1'000;
inline constexpr int64_t kBatchGetMax = 1'000;
inline constexpr int64_t kFindNumbersMax = 1'000;
inline constexpr int64_t kStockLotIdsMax = 1'000;
inline constexpr int64_t kPreviewNumbersMax = 1'000;
inline constexpr int64_t kSuggestPicksMax = 1'000;
inline constexpr int64_t kWorkOrderSerialsShownMax = 1'000;

// --- pages ---

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1'000;

// --- texts, in characters (Unicode code points) ---

inline constexpr int kIdCharactersMax =
    64;  // company, product, location, work order, partner, request id
inline constexpr int kNumberCharactersMax = 64;  // GS1 AI 10 and 21 have 20; ERPs have longer ones
inline constexpr int kReferenceCharactersMax = 100;
inline constexpr int kNameCharactersMax = 200;
inline constexpr int kCityCharactersMax = 100;  // also states and regions
inline constexpr int kPostalCodeCharactersMax = 20;
inline constexpr int kPhoneCharactersMax = 40;
inline constexpr int kNotesCharactersMax = 4'000;
inline constexpr int kNoteCharactersMax = 1'000;
inline constexpr int kUnitCharactersMax = 16;
inline constexpr int kDocumentTypeCharactersMax = 32;
inline constexpr int kQueryCharactersMax = 64;
inline constexpr int kAttributesMax = 50;
inline constexpr int kAttributeTextCharactersMax = 1'000;
inline constexpr int kFilterBytesMax = 2'048;

// --- domain ---

inline constexpr int kLocationDepthMax =
    20;  // building, floor, aisle, shelf, box: real trees have 5 to 8
inline constexpr int kShelfLifeDaysMax = 36'500;                 // a century
inline constexpr int64_t kCounterMax = 999'999'999'999'999'999;  // 18 digits fit int64_t
inline constexpr int kWarrantyMonthsMax = 1'200;                 // a century
// A clock may be wrong by a time zone, not more.
inline constexpr absl::Duration kOccurInFutureMax = absl::Hours(24);
inline constexpr int kProblemsShownMax = 20;  // trailers stay under 8 KiB
inline constexpr absl::Duration kRequestsKept = absl::Hours(24 * 30);

// --- trace ---

inline constexpr int64_t kTraceSeedsMax = 1'000;
inline constexpr int kTraceDepthMax =
    100;  // the deepest real bills of material have about 30 levels
inline constexpr int64_t kTraceNodesDefault = 10'000;
// A million lots are the largest graphs that were tried.
inline constexpr int64_t kTraceNodesMax = 1'000'000;
inline constexpr int64_t kTraceFilterValuesMax = 100;
inline constexpr int64_t kTraceLinkKindsMax = 4;  // all that are followed
inline constexpr int64_t kTraceResumeShownMax = 1'000;
inline constexpr int kTraceNodesPerRead = 4'000;     // and that are kept ready to be told
inline constexpr int kTraceNodesPerMessage = 500;    // about 150 KiB a message
inline constexpr int kTraceLinksPerMessage = 2'000;  // as much
inline constexpr int kTracePlacesShownMax = 20;
inline constexpr int kTracePartnerMovementsShownMax = 20;

// --- holds and recalls ---

inline constexpr int64_t kHoldsPerCallMax = 10'000;
inline constexpr int64_t kHoldsShownMax = 100;  // of one lot
inline constexpr int64_t kExemptLocationsMax = 20;
// Of the pooled inputs of one transformation: times 10,000 outputs, a few MiB of rows.
inline constexpr size_t kInheritedSourcesMax = 5;
inline constexpr int64_t kReshapePartsMax = 1'000;
inline constexpr int64_t kRecallSeedsMax = 1'000;
// A recall is one transaction: beyond, its locks would stop the company for longer than a minute.
inline constexpr int64_t kRecallMembersMax = 2'000'000;
inline constexpr int kClosingNoteCharactersMax = 4'000;
inline constexpr int kRecallRowsPerMessage = 500;  // about 150 KiB a message

// --- questions ---

inline constexpr int64_t kFailedUnitsMax = 1'000;
// With the failed ones, a set of units is a bitmap of 3,000 bits at every lot that is looked at.
inline constexpr int64_t kSoundUnitsMax = 2'000;
inline constexpr int64_t kOriginsShownMax = 1'000;
inline constexpr int64_t kOriginsShownDefault = 50;
inline constexpr int64_t kOriginLotsMax = 200'000;
inline constexpr int kRecipientsPerMessage = 500;

// --- the server ---------------------------------------------------------------------------------

// The longest that one call may take, whatever deadline it brings: the largest traces take seconds.
inline constexpr absl::Duration kDeadlineMax = absl::Minutes(2);
// Calls answered by one statement; beyond, a call more saves hardly anything.
inline constexpr int kCallsPerBatchMax = 64;
// Each holds at most kStreamBytesWaitingMax, and a trace its graph, for a client that does not
// read.
inline constexpr int kStreamsMax = 16;
// Seconds of work for a client of the usual speed, and 64 MiB for kStreamsMax of them. A message
// may go beyond it.
inline constexpr size_t kStreamBytesWaitingMax = 4 * 1024 * 1024;
// 10,000 movements with documents and notes stay below it.
inline constexpr int kMessageBytesMax = 16 * 1024 * 1024;
// Calls at once on one connection; gRPC keeps further calls at their client, where they cost the
// server nothing. HTTP/2 asks for at least 100. One connection then has a fifth of the usual queue
// (512), and less than one caller may have at once (256): a client of one connection is not
// refused.
inline constexpr int kStreamsPerConnectionMax = 100;
inline constexpr int kMetadataBytesMax = 16 * 1024;
// A client has one connection, or a few.
inline constexpr int kConnectionsMax = 4'096;
inline constexpr int kConnectionsLimit = 1'000'000;
// When all places are taken, the pause between two counts of the connections that have ended. A count
// of 4,096 takes a millisecond, and one machine was seen to open 25,000 connections a second.
inline constexpr absl::Duration kConnectionsRecountPause = absl::Milliseconds(10);
// A connection that does not answer for so long is closed.
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Of gRPC's buffers, for all connections together.
inline constexpr size_t kGrpcMemoryBytesMax = 512 * 1024 * 1024;
// What one caller may have at work or waiting at once: half of the usual queue.
inline constexpr int kCallerCallsMax = 256;
// Calls a second of one caller. Twice what a core answers of the smallest reads: it stops a loop
// that runs wild and no honest caller.
inline constexpr int kCallerRateMax = 20'000;
// Callers that are counted at once; beyond, those that were away longest are forgotten.
inline constexpr size_t kCallersCountedMax = 10'000;
// So that a rotated client CA, and connections that moved, take effect within the hour.
inline constexpr absl::Duration kConnectionAgeMax = absl::Minutes(30);

// --- who calls ----------------------------------------------------------------------------------

// Tokens have about 1 KiB; they travel in metadata, which is bounded too.
inline constexpr size_t kTokenBytesMax = 8 * 1024;
// Verified tokens that are remembered. A service has one, a person one a few minutes.
inline constexpr size_t kTokensRememberedMax = 10'000;
// A token whose keys are gone is found out at the next reload at the latest, and after this.
inline constexpr absl::Duration kTokenRememberedMax = absl::Minutes(5);
// Clocks of the issuer and of this server.
inline constexpr absl::Duration kTokenSkewDefault = absl::Seconds(60);
inline constexpr absl::Duration kTokenSkewMax = absl::Minutes(5);
inline constexpr size_t kSubjectBytesMax = 256;
inline constexpr size_t kCompaniesPerCallerMax = 1'000;
// Beyond 8,192 bits one verification takes milliseconds of gRPC's thread.
inline constexpr int kRsaBitsMin = 2'048;
inline constexpr int kRsaBitsMax = 8'192;
inline constexpr size_t kTokenKeysMax = 100;
// Certificates, keys, key sets, access files.
inline constexpr size_t kIdentityFileBytesMax = 1024 * 1024;

// Of the lots that a write touched, its audit entry names so many: most touch fewer, and a page of
// 1,000 entries stays under 2 MiB. (Also audit_entries_lots_bounded.)
inline constexpr size_t kAuditLotsMax = 20;

// How many forgotten requests one transaction deletes.
inline constexpr int64_t kRequestsForgottenAtOnce = 1'000;

}  // namespace lots
