// Signs and opens page tokens.
#include "service/rpc/page_token.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/rpc/call.h"
#include "storage/base/sha256.h"
#include "storage/base/status_macros.h"
#include "storage/domain/refusals.h"
#include "storage/pg/pipeline.h"

namespace lots {
namespace {

// Long enough that nobody can guess a MAC online; a longer one would only lengthen the token.
constexpr size_t kMacBytes = 16;

constexpr pg::Statement kFindSecret{"find_server_secret",
                                    "SELECT value FROM server_secrets WHERE name = 'page_token'"};

void AppendText(std::string& out, absl::string_view text) {
  const uint32_t size = static_cast<uint32_t>(text.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  out.append(text.data(), text.size());
}

// Takes the first text off `bytes`; nothing when there is none.
std::optional<std::string> TakeText(absl::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  uint32_t size = 0;
  for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(4);
  if (bytes.size() < size) return std::nullopt;
  std::string text(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return text;
}

absl::Status Invalid() { return Refuse(PageTokenDamaged()); }

}  // namespace

std::string FingerprintOf(absl::string_view method, const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    const auto* field = query->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) query->GetReflection()->ClearField(query.get(), field);
  }
  return Sha256(absl::StrCat(method, "\n", SerializeDeterministically(*query)));
}

absl::StatusOr<PageTokens> PageTokens::Load(pg::Connection& db) {
  ASSIGN_OR_RETURN(const pg::Result found, pg::Query(db, kFindSecret));
  if (found.empty()) return absl::FailedPreconditionError("server_secrets has no page_token");
  return PageTokens(found[0].Get<pg::Bytes>(0).value);
}

std::string PageTokens::Mac(absl::string_view fingerprint, absl::string_view payload) const {
  return HmacSha256(key_, absl::StrCat(fingerprint, payload)).substr(0, kMacBytes);
}

std::string PageTokens::Sign(absl::string_view fingerprint, const PagePosition& position) const {
  std::string payload;
  AppendText(payload, position.company);
  for (const std::string& key : position.after) AppendText(payload, key);
  return absl::WebSafeBase64Escape(absl::StrCat(Mac(fingerprint, payload), payload));
}

absl::StatusOr<PagePosition> PageTokens::Open(absl::string_view fingerprint,
                                              absl::string_view token) const {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < kMacBytes) return Invalid();
  // With padding and unused bits one token would have several spellings.
  if (absl::WebSafeBase64Escape(bytes) != token) return Invalid();
  absl::string_view payload = absl::string_view(bytes).substr(kMacBytes);
  const absl::string_view mac = absl::string_view(bytes).substr(0, kMacBytes);
  if (!EqualInConstantTime(mac, Mac(fingerprint, payload))) return Invalid();
  std::vector<std::string> texts;
  while (!payload.empty()) {
    std::optional<std::string> text = TakeText(payload);
    if (!text.has_value()) return Invalid();
    texts.push_back(*std::move(text));
  }
  if (texts.empty()) return Invalid();
  return PagePosition{texts.front(), {texts.begin() + 1, texts.end()}};
}

}  // namespace lots
