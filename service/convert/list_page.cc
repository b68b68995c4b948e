// Pages of a list, of one company or of all.
#include "service/convert/list_page.h"

#include <algorithm>
#include <utility>

#include "service/convert/fields.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/writes/requests.h"

namespace lots {
namespace {

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

}  // namespace

absl::StatusOr<std::string> ListPage(const PageRequest& request, const Call& call,
                                     pg::Connection& db, ListPiece list) {
  ASSIGN_OR_RETURN(int left, SizeOf(request));
  PagePosition position;
  if (!request.page_token.empty()) {
    ASSIGN_OR_RETURN(position, call.page_tokens->Open(request.fingerprint, request.page_token));
  }
  ASSIGN_OR_RETURN(const std::vector<CompanyId> companies,
                   CompaniesFrom(position.company, call, db));
  absl::Status missing;
  bool found = !request.page_token.empty();
  for (const CompanyId& company : companies) {
    // The page is full: the next one begins here.
    if (left <= 0) {
      return call.page_tokens->Sign(request.fingerprint, {company.value(), PageKeys()});
    }
    const bool goes_on = company.value() == position.company;
    absl::StatusOr<PagePiece> piece = list(company, goes_on ? position.after : PageKeys(), left);
    if (call.every_company && absl::IsNotFound(piece.status())) {
      missing = piece.status();
      continue;
    }
    RETURN_IF_ERROR(piece.status());
    found = true;
    if (!piece->after.empty()) {
      return call.page_tokens->Sign(request.fingerprint,
                                    {company.value(), std::move(piece->after)});
    }
    left -= piece->count;
  }
  if (!found && !missing.ok()) return missing;
  return std::string();
}

}  // namespace lots
