// The parameters of a statement in the form that libpq takes.
#include "storage/pg/values/params.h"

#include <limits>

namespace lots::pg {
namespace {

// PostgreSQL's own limit for one value.
constexpr size_t kValueBytesMax = size_t{1} << 30;
// The protocol counts parameters in 16 bits.
constexpr int kParamsMax = std::numeric_limits<uint16_t>::max();

}  // namespace

const char* Params::data(int index) const {
  const Value& value = values_[index];
  return value.is_null ? nullptr : bytes_.data() + value.start;
}

int Params::AddNull(Oid type) {
  values_.push_back({type, bytes_.size(), 0, true});
  Check(size() <= kParamsMax);
  return size();
}

int Params::Append(Oid type, size_t start) {
  const size_t length = bytes_.size() - start;
  Check(length < kValueBytesMax);
  values_.push_back({type, start, static_cast<int>(length), false});
  Check(size() <= kParamsMax);
  return size();
}

}  // namespace lots::pg
