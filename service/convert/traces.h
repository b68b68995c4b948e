// Converts pieces of traces and of recall reports to messages.
#pragma once

#include "lots/v1/trace.pb.h"

namespace lots {

struct PartnerMovement;
struct Recipient;
struct TracePiece;
struct TracePlace;
struct TraceSummary;

// `scale`: the decimals of the lot's product.
v1::PartnerMovement ToProto(const PartnerMovement& movement, int scale);
v1::TracePlace ToProto(const TracePlace& place, int scale);
v1::TracePiece ToProto(const TracePiece& piece);
v1::TraceSummary ToProto(const TraceSummary& summary);
v1::Recipient ToProto(const Recipient& recipient);

}  // namespace lots
