// The limits of the server: what protects its memory, its connections, its log and its database
// from callers, and the times of its own work; each with its reason. The options of lotd have their
// bounds here. storage/base/limits.h has the limits of requests and answers.
//
// Not here: the defaults of --workers, --queue, --default-deadline and --drain, which are in
// service/server/config.h; pauses and timeouts of connections to PostgreSQL, which are in
// storage/pg; numbers that a standard sets, beside the code that follows the standard.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace lots {

// The longest that one call may take, whatever deadline it brings. Calls that are not large take
// milliseconds; the rest of two minutes is for locks and for a machine that is busy.
inline constexpr absl::Duration kDeadlineMax = absl::Minutes(2);
// The same for large methods (Method::is_large), which may work on 10,000 serials or walk a million
// lots, and the deadline of such a call that brings none. Such a call takes seconds, but minutes on
// a machine that is busy.
inline constexpr absl::Duration kLargeDeadlineMax = absl::Minutes(5);
inline constexpr absl::Duration kLargeDeadlineDefault = absl::Minutes(2);
// Calls that one statement answers; a call more would save hardly anything.
inline constexpr int kCallsPerBatchMax = 64;
// Each stream holds at most kStreamBytesWaitingMax, and a trace holds its graph, for a client that
// does not read.
inline constexpr int kStreamsMax = 16;
// Seconds of work for a client of the usual speed, and 64 MiB for kStreamsMax of them. One message
// may exceed it.
inline constexpr size_t kStreamBytesWaitingMax = 4 * 1024 * 1024;
// 10,000 movements with documents and notes stay below it.
inline constexpr int kMessageBytesMax = 16 * 1024 * 1024;
// What --max-message may be. Below, ordinary requests do not fit; above, a few of them fill
// the memory.
inline constexpr int kMessageBytesMin = 64 * 1024;
inline constexpr int kMessageBytesLimit = 256 * 1024 * 1024;
// What --workers may be. Each worker is a connection to PostgreSQL, which allows 100 by default.
inline constexpr int kWorkersMax = 256;
// What --queue may be. A call waits here for seconds at the most, or its client has given up.
inline constexpr int kQueueMax = 100'000;
// What one caller may have at work or waiting at once: half of the usual queue.
inline constexpr int kCallerCallsMax = 256;
// Calls a second of one caller. Twice what a core answers of the smallest reads: it stops a loop
// that runs wild and no honest caller.
inline constexpr int kCallerRateMax = 20'000;
// What --caller-rate may be: more than any machine answers.
inline constexpr int kCallerRateLimit = 1'000'000;
// Callers that are counted at once; beyond, those that were away longest are forgotten.
inline constexpr size_t kCallersCountedMax = 10'000;

// Calls at once on one connection; gRPC keeps further calls at their client, where they cost the
// server nothing. HTTP/2 asks for at least 100. One connection then has a fifth of the usual queue
// (512), and less than one caller may have at once (256): a client of one connection is not
// refused.
inline constexpr int kStreamsPerConnectionMax = 100;
// What lotd reads has a few hundred bytes, and a token at most kTokenBytesMax.
inline constexpr int kMetadataBytesMax = 16 * 1024;
// A client has one connection, or a few.
inline constexpr int kConnectionsMax = 4'096;
// What --connections may be: more than a machine has ports for one address.
inline constexpr int kConnectionsLimit = 1'000'000;
// When kConnectionsMax connections are open, the pause between two counts of the connections that
// have ended. A count of 4,096 takes a millisecond, and one machine was seen to open 25,000
// connections a second.
inline constexpr absl::Duration kConnectionsRecountPause = absl::Milliseconds(10);
// Of gRPC's buffers, for all connections together.
inline constexpr size_t kGrpcMemoryBytesMax = 512 * 1024 * 1024;
// So that a rotated client CA, and connections that moved, take effect within the hour.
inline constexpr absl::Duration kConnectionAgeMax = absl::Minutes(30);
// What --connection-age may be: a certificate that was withdrawn works no longer than a day.
inline constexpr absl::Duration kConnectionAgeLimit = absl::Hours(24);
// The calls of a connection that is too old may end: longer than kLargeDeadlineMax.
inline constexpr absl::Duration kConnectionAgeGrace = absl::Minutes(6);
// A client that comes once a day need not keep its connection.
inline constexpr absl::Duration kConnectionIdleMax = absl::Minutes(15);
// A connection that failed silently is found within 80 seconds. Routers forget idle ones after
// minutes.
inline constexpr absl::Duration kKeepaliveTime = absl::Minutes(1);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// A client that pings more often is sent away.
inline constexpr absl::Duration kClientPingIntervalMin = absl::Seconds(30);

// PostgreSQL and lotd often start together.
inline constexpr absl::Duration kDatabaseStartMax = absl::Seconds(30);
inline constexpr absl::Duration kDatabaseRetryPause = absl::Seconds(1);
// Long for a ping, and short beside the two seconds between two of them.
inline constexpr absl::Duration kPingTimeout = absl::Seconds(1);
// A person waits longer for no statement, but for whole traces and recalls. Slower ones are logged.
inline constexpr absl::Duration kSlowStatement = absl::Milliseconds(500);
// How soon a changed certificate, key or access list takes effect. Looking costs microseconds.
inline constexpr absl::Duration kReloadPeriod = absl::Seconds(2);
// Request ids that are older than kRequestsKept are deleted once an hour, for five minutes at most;
// the next hour deletes the rest. One transaction deletes a thousand, so that its locks are short.
inline constexpr absl::Duration kForgetPeriod = absl::Hours(1);
inline constexpr absl::Duration kForgetRoundMax = absl::Minutes(5);
inline constexpr int64_t kRequestsForgottenAtOnce = 1'000;
// Every lotd on a database counts the gauges of companies. A round takes at most two seconds, with
// one connection, and the next round goes on where it ended: a thousandth of one processor for a
// few companies, a tenth for any number. Companies that were not reached keep their last figures;
// lots_census_timestamp_seconds tells how old the oldest are. This metric and its alert keep the
// old name "census", so that dashboards keep working.
inline constexpr absl::Duration kGaugePeriod = absl::Seconds(20);
inline constexpr absl::Duration kGaugeRoundMax = absl::Seconds(2);

// A client drops an answer whose trailers exceed 8 KiB and then does not even see the code. Details
// travel in base64 (4 bytes for 3), and the text percent-encoded (3 for 1 outside of ASCII).
inline constexpr size_t kErrorDetailsBytesMax = 4'400;
inline constexpr size_t kErrorTextBytesMax = 512;
inline constexpr size_t kErrorFactBytesMax = 256;
// A refused value is repeated so that the caller finds it in its request; 80 bytes are enough.
inline constexpr size_t kValueShownBytesMax = 80;
// When a caller should repeat a call that was refused for a passing reason. Most such reasons pass
// within milliseconds.
inline constexpr absl::Duration kRetryAfter = absl::Milliseconds(200);
// Anybody can send any name of a method; the log keeps the beginning.
inline constexpr size_t kUnknownMethodBytesMax = 100;
// Callers, companies or addresses whose lines are limited each on its own; further ones share one.
inline constexpr size_t kLogKeysMax = 256;
// Whoever connects without a certificate makes gRPC write a line; they must not fill the log.
inline constexpr int kGrpcLinesPerMinute = 30;
inline constexpr size_t kGrpcLineBytesMax = 500;

// Tokens have about 1 KiB; they travel in metadata, which is bounded too.
inline constexpr size_t kTokenBytesMax = 8 * 1024;
// Verified tokens that are remembered. A service has one, a person one a few minutes.
inline constexpr size_t kTokensRememberedMax = 10'000;
// A token whose keys are gone is found out at the next reload at the latest, and after this.
inline constexpr absl::Duration kTokenRememberedMax = absl::Minutes(5);
// The clocks of the issuer and of this server differ.
inline constexpr absl::Duration kTokenSkewDefault = absl::Seconds(60);
inline constexpr absl::Duration kTokenSkewMax = absl::Minutes(5);
// An e-mail address, a URI of SPIFFE, or a distinguished name fits.
inline constexpr size_t kSubjectBytesMax = 256;
// A list of 1,000 ids fits into kTokenBytesMax only when the ids are short.
inline constexpr size_t kCompaniesPerCallerMax = 1'000;
// Beyond 8,192 bits one verification takes milliseconds of gRPC's thread.
inline constexpr int kRsaBitsMin = 2'048;
inline constexpr int kRsaBitsMax = 8'192;
// An issuer has two or three keys; beyond, the file is another one.
inline constexpr size_t kTokenKeysMax = 100;
// Certificates, keys, key sets, access files: a larger one is another file.
inline constexpr size_t kIdentityFileBytesMax = 1024 * 1024;
// Deeper than tokens, key sets and access lists are nested; JSON is read by recursion.
inline constexpr int kJsonDepthMax = 16;
// A key of TLS needs what OpenSSL's default security level 2 asks: RSA of 2,048 bits, or as good.
inline constexpr int kSecurityBitsMin = 112;

}  // namespace lots
