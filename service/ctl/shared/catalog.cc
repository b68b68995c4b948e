// Reads the company's catalog, as far as an answer needs it.
#include "service/ctl/shared/catalog.h"

#include "service/ctl/session/paging.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

// So many single reads take about as long as a page of the list.
constexpr size_t kSingleReadsMax = 50;

}  // namespace

absl::StatusOr<std::map<std::string, v1::Product>> FindProducts(Session& session,
                                                                const std::set<std::string>& ids) {
  std::map<std::string, v1::Product> products;
  if (ids.size() > kSingleReadsMax) {
    v1::ListProductsRequest request;
    request.set_page_size(kPageSize);
    do {
      ASSIGN_OR_RETURN(const v1::ListProductsResponse page, session.Call(kListProducts, request));
      for (const v1::Product& product : page.products()) products[product.product_id()] = product;
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return products;
  }
  for (const std::string& id : ids) {
    v1::GetProductRequest request;
    request.set_product_id(id);
    const absl::StatusOr<v1::Product> product = session.Call(kGetProduct, request);
    if (absl::IsNotFound(product.status())) continue;
    RETURN_IF_ERROR(product.status());
    products[id] = *product;
  }
  return products;
}

absl::StatusOr<std::map<std::string, v1::Location>> ReadLocations(Session& session) {
  std::map<std::string, v1::Location> locations;
  v1::ListLocationsRequest request;
  request.set_page_size(kPageSize);
  request.set_show_retired(true);  // past movements name them
  do {
    ASSIGN_OR_RETURN(const v1::ListLocationsResponse page, session.Call(kListLocations, request));
    for (const v1::Location& location : page.locations()) {
      locations[location.location_id()] = location;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return locations;
}

}  // namespace lots::ctl
