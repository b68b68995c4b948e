// Pages of a list, of one company or of all, within the bytes of an answer.
#include "service/convert/list_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "service/convert/fields.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

// The page token: a MAC and a few sort keys, in base64.
constexpr size_t kAroundEntriesBytes = 4 * 1024;
// The tag and the length of an entry, at the most.
constexpr size_t kEntryHeaderBytes = 6;

absl::StatusOr<int> SizeOf(const PageRequest& request) {
  if (request.page_size == 0) return kPageSizeDefault;
  FieldChecker fields;
  fields.InRange("page_size", request.page_size, 1, kPageSizeMax);
  if (!fields.ok()) return fields.status();
  return request.page_size;
}

// The caller's companies in order, from the one where the page begins.
absl::StatusOr<std::vector<CompanyId>> CompaniesFrom(const std::string& first, const Call& call,
                                                     pg::Connection& db) {
  if (!call.every_company) return std::vector<CompanyId>{call.company};
  ASSIGN_OR_RETURN(std::vector<CompanyId> companies, ListCompanies(db));
  std::erase_if(companies, [&](const CompanyId& company) {
    return !call.caller->companies.Has(company.value());
  });
  companies.erase(companies.begin(),
                  std::lower_bound(companies.begin(), companies.end(), CompanyId(first)));
  return companies;
}

// What fits beside a piece.
PageRoom Beside(const PagePiece& piece, const PageRoom& room) {
  return {.items = room.items - piece.count,
          .bytes = room.bytes - std::min(room.bytes, piece.bytes),
          .is_whole_page = room.is_whole_page && piece.count == 0};
}

}  // namespace

size_t EntryBytes(const google::protobuf::Message& message) {
  return message.ByteSizeLong() + kEntryHeaderBytes;
}

absl::StatusOr<std::string> ListPage(const PageRequest& request, const Call& call,
                                     pg::Connection& db, ListPiece list) {
  PageRoom room{.bytes = kAnswerBytesMax - kAroundEntriesBytes};
  ASSIGN_OR_RETURN(room.items, SizeOf(request));
  PagePosition position;
  if (!request.page_token.empty()) {
    ASSIGN_OR_RETURN(position, call.page_tokens->Open(request.fingerprint, request.page_token));
  }
  const auto token = [&](const CompanyId& company, const PageKeys& after) {
    return call.page_tokens->Sign(request.fingerprint, {company.value(), after});
  };
  absl::Status missing;
  bool found = !request.page_token.empty();
  ASSIGN_OR_RETURN(const std::vector<CompanyId> companies,
                   CompaniesFrom(position.company, call, db));
  for (const CompanyId& company : companies) {
    const PageKeys after = company.value() == position.company ? position.after : PageKeys();
    // The page is full: the next one begins here.
    if (room.items <= 0) return token(company, after);
    const absl::StatusOr<PagePiece> piece = list(company, after, room);
    if (call.every_company && absl::IsNotFound(piece.status())) {
      missing = piece.status();
      continue;
    }
    RETURN_IF_ERROR(piece.status());
    found = true;
    if (piece->has_more) return token(company, piece->count > 0 ? piece->after : after);
    room = Beside(*piece, room);
  }
  if (!found && !missing.ok()) return missing;
  return std::string();
}

absl::Status AnswerFits(absl::string_view field, absl::Span<const size_t> bytes) {
  size_t sum = 0;
  size_t fitting = 0;
  for (const size_t entry : bytes) {
    sum += entry;
    if (sum <= kAnswerBytesMax) ++fitting;
  }
  if (fitting == bytes.size()) return absl::OkStatus();
  return Refuse({Reason::kAnswerTooLarge,
                 std::string(field),
                 absl::StrCat("the answer would have ", sum, " bytes, and an answer has at most ",
                              kAnswerBytesMax, ": the first ", fitting, " of the ", bytes.size(),
                              " entries of ", field, " fit; ask for the others in further calls"),
                 {{"field", std::string(field)}, {"fitting_count", absl::StrCat(fitting)}}});
}

}  // namespace lots
