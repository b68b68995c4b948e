// Recalls and their reports as messages.
#pragma once

#include "lots/v1/recall.pb.h"

namespace lots {

struct Recall;
struct RecallReportPiece;

v1::Recall ToProto(const Recall& recall);
v1::StreamRecallReportResponse ToProto(const RecallReportPiece& piece);

}  // namespace lots
