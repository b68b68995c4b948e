#include "storage/trace_lots.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "storage/base/check.h"

namespace lots {
namespace {

constexpr pg::Statement kTraceLots{"trace_lots", R"sql(
  SELECT lot_id, product_id, number_key, number, tracking, scale, reference, state, expires_on
  FROM lots WHERE company = $1 AND lot_id = ANY($2))sql"};

constexpr int32_t kNever = std::numeric_limits<int32_t>::max();

// Each chunk is twice as large as the one before it.
constexpr size_t kFirstChunk = 1'024;
constexpr size_t kLargestChunk = 1'048'576;

}  // namespace

void AddTraceLots(pg::SpreadReads& reads, const TraceOrder& order,
                  absl::Span<const LotId> lot_ids) {
  reads.Add(kTraceLots, order.company, lot_ids);
}

TraceLot ReadTraceLot(const pg::Row& row) {
  TraceLot lot;
  lot.lot_id = row.Get<LotId>(0);
  lot.product_id = row.Get<ProductId>(1);
  lot.number_key = row.Get<std::string>(2);
  lot.number = row.Get<std::string>(3);
  lot.tracking = row.Get<Tracking>(4);
  lot.scale = row.Get<int>(5);
  lot.reference = row.Get<std::string>(6);
  lot.state = row.Get<LotState>(7);
  lot.expires_on = row.Get<std::optional<absl::CivilDay>>(8);
  return lot;
}

void SortTraceLots(std::vector<TraceLot>& lots) {
  std::sort(lots.begin(), lots.end(), [](const TraceLot& a, const TraceLot& b) {
    return std::tie(a.product_id, a.number_key, a.lot_id) <
           std::tie(b.product_id, b.number_key, b.lot_id);
  });
}

TraceNode NodeOf(const TraceLot& lot) {
  TraceNode node;
  node.lot_id = lot.lot_id;
  node.product_id = lot.product_id;
  node.number = lot.number;
  node.tracking = lot.tracking;
  node.scale = lot.scale;
  node.reference = lot.reference;
  node.state = lot.state;
  node.expires_on = lot.expires_on;
  return node;
}

void TraceLotQueue::Push(const TraceLot& lot) {
  const bool other_product = lot.product_id != pushed_;
  const std::string& product = lot.product_id.value();
  Header header{};
  header.product_size = static_cast<uint16_t>(other_product ? product.size() : 0);
  header.number_size = static_cast<uint16_t>(lot.number.size());
  header.reference_size = static_cast<uint16_t>(lot.reference.size());
  header.state = lot.state;
  header.expires_on =
      lot.expires_on ? static_cast<int32_t>(*lot.expires_on - absl::CivilDay()) : kNever;
  const size_t size =
      sizeof(header) + header.product_size + header.number_size + header.reference_size;
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < size) {
    const size_t room = chunks_.empty() ? kFirstChunk : 2 * chunks_.back().capacity();
    chunks_.emplace_back().reserve(std::max(size, std::min(room, kLargestChunk)));
  }
  std::string& chunk = chunks_.back();
  chunk.append(reinterpret_cast<const char*>(&header), sizeof(header));
  if (other_product) chunk.append(product);
  chunk.append(lot.number);
  chunk.append(lot.reference);
  pushed_ = lot.product_id;
}

void TraceLotQueue::Pop(TraceNode& node) {
  Check(!chunks_.empty());
  absl::string_view left = absl::string_view(chunks_.front()).substr(begin_);
  const auto read = [&](size_t size) {
    const absl::string_view bytes = left.substr(0, size);
    left.remove_prefix(size);
    return std::string(bytes);
  };
  Header header;
  std::memcpy(&header, left.data(), sizeof(header));
  left.remove_prefix(sizeof(header));
  if (header.product_size > 0) popped_ = ProductId(read(header.product_size));
  node.product_id = popped_;
  node.number = read(header.number_size);
  node.reference = read(header.reference_size);
  node.state = header.state;
  if (header.expires_on != kNever) node.expires_on = absl::CivilDay() + header.expires_on;
  begin_ = chunks_.front().size() - left.size();
  if (!left.empty()) return;
  chunks_.pop_front();
  begin_ = 0;
}

}  // namespace lots
