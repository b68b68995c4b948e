// CatalogService as its callers see it.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.grpc.pb.h"
#include "tests/support/server/test_server.h"

namespace lots {
namespace {

using Stub = v1::CatalogService::Stub;
using grpc::StatusCode;

class CatalogRpc : public testing::Test {
 protected:
  template <class Request, class Response>
  grpc::Status Send(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, Response& response) {
    if (request.company().empty()) request.set_company("acme");
    return lots::Send(*stub_, method, request, response);
  }
  grpc::Status UpsertProduct(const std::string& product_id, const std::string& request_id = "") {
    v1::UpsertProductsRequest request;
    request.set_request_id(request_id);
    request.add_products()->set_product_id(product_id);
    request.mutable_products(0)->set_tracking(v1::TRACKING_SERIAL);
    v1::UpsertProductsResponse response;
    return Send(&Stub::UpsertProducts, request, response);
  }
  // The ids of all products, in pages of `page_size`.
  std::vector<std::string> ListAll(int page_size) {
    std::vector<std::string> ids;
    v1::ListProductsRequest request;
    request.set_page_size(page_size);
    v1::ListProductsResponse response;
    do {
      response.Clear();
      EXPECT_TRUE(Send(&Stub::ListProducts, request, response).ok());
      EXPECT_LE(response.products_size(), page_size);
      for (const v1::Product& product : response.products()) ids.push_back(product.product_id());
      request.set_page_token(response.next_page_token());
    } while (!response.next_page_token().empty());
    return ids;
  }

  const TestServer server_;
  const std::unique_ptr<Stub> stub_ = server_.NewStub<v1::CatalogService>();
};

TEST_F(CatalogRpc, SettingsFollowMaskAndEtag) {
  v1::UpdateSettingsRequest request;
  request.mutable_settings()->set_time_zone("Europe/Berlin");
  request.mutable_update_mask()->add_paths("time_zone");
  v1::Settings settings;
  ASSERT_TRUE(Send(&Stub::UpdateSettings, request, settings).ok());
  EXPECT_TRUE(settings.lots_enabled());
  EXPECT_EQ(settings.time_zone(), "Europe/Berlin");

  request.mutable_settings()->set_etag(settings.etag());
  ASSERT_TRUE(Send(&Stub::UpdateSettings, request, settings).ok());
  const grpc::Status stale = Send(&Stub::UpdateSettings, request, settings);
  EXPECT_EQ(stale.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), "ETAG_MISMATCH");

  request.mutable_update_mask()->set_paths(0, "company");
  EXPECT_EQ(ReasonOf(Send(&Stub::UpdateSettings, request, settings)), "FIELD_INVALID");
}

TEST_F(CatalogRpc, WithoutAMaskOnlyThePopulatedSettingsChange) {
  v1::UpdateSettingsRequest request;
  request.mutable_settings()->set_time_zone("Europe/Berlin");
  v1::Settings settings;

  ASSERT_TRUE(Send(&Stub::UpdateSettings, request, settings).ok());

  EXPECT_TRUE(settings.lots_enabled());
  EXPECT_TRUE(settings.expiry_enabled());
  EXPECT_EQ(settings.time_zone(), "Europe/Berlin");
  request.mutable_settings()->Clear();
  request.mutable_settings()->set_expiry_enabled(true);
  request.mutable_update_mask()->add_paths("*");
  ASSERT_TRUE(Send(&Stub::UpdateSettings, request, settings).ok());
  EXPECT_FALSE(settings.lots_enabled());
  EXPECT_TRUE(settings.expiry_enabled());
  EXPECT_EQ(settings.time_zone(), "UTC");
  request.mutable_settings()->set_company("other");
  EXPECT_EQ(ReasonOf(Send(&Stub::UpdateSettings, request, settings)), "FIELD_INVALID");
}

TEST_F(CatalogRpc, WithoutAMaskADisplayNameLeavesTheRestOfAProduct) {
  v1::UpsertProductsRequest request;
  v1::Product* const steel = request.add_products();
  steel->set_product_id("steel");
  steel->set_tracking(v1::TRACKING_LOT);
  steel->set_number_template("S{####}");
  steel->mutable_shelf_life()->set_expire_days(30);
  steel->mutable_shelf_life()->set_alert_days(20);
  steel->set_warranty_months(24);
  steel->set_producible(true);
  v1::UpsertProductsResponse before;
  ASSERT_TRUE(Send(&Stub::UpsertProducts, request, before).ok());
  v1::Product wanted = before.products(0);

  steel->Clear();
  steel->set_product_id("steel");
  steel->set_display_name("Steel");
  steel->mutable_shelf_life()->set_expire_days(40);
  v1::UpsertProductsResponse after;
  const grpc::Status status = Send(&Stub::UpsertProducts, request, after);

  ASSERT_TRUE(status.ok()) << status.error_message();
  wanted.set_display_name("Steel");
  wanted.mutable_shelf_life()->set_expire_days(40);
  wanted.set_etag("\"2\"");
  *wanted.mutable_update_time() = after.products(0).update_time();
  EXPECT_EQ(after.products(0).DebugString(), wanted.DebugString());
}

TEST_F(CatalogRpc, AStaleEtagOfAProductOrLocationIsAborted) {
  ASSERT_TRUE(UpsertProduct("steel").ok());
  v1::UpsertProductsRequest products;
  products.add_products()->set_product_id("steel");
  products.mutable_products(0)->set_unit("kg");
  products.mutable_products(0)->set_etag("\"1\"");
  v1::UpsertProductsResponse product;
  ASSERT_TRUE(Send(&Stub::UpsertProducts, products, product).ok());
  products.mutable_products(0)->set_unit("g");
  grpc::Status stale = Send(&Stub::UpsertProducts, products, product);
  EXPECT_EQ(stale.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), "ETAG_MISMATCH");

  v1::UpsertLocationsRequest locations;
  locations.add_locations()->set_location_id("hall");
  locations.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
  v1::UpsertLocationsResponse location;
  ASSERT_TRUE(Send(&Stub::UpsertLocations, locations, location).ok());
  *locations.mutable_locations(0) = location.locations(0);
  locations.mutable_locations(0)->mutable_address()->set_city("Kiel");
  ASSERT_TRUE(Send(&Stub::UpsertLocations, locations, location).ok());
  EXPECT_EQ(location.locations(0).etag(), "\"2\"");
  stale = Send(&Stub::UpsertLocations, locations, location);
  EXPECT_EQ(stale.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), "ETAG_MISMATCH");
}

TEST_F(CatalogRpc, WithoutAMaskACityLeavesTheStreet) {
  v1::UpsertLocationsRequest request;
  request.add_locations()->set_location_id("hall");
  request.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
  request.mutable_locations(0)->set_display_name("Hall");
  request.mutable_locations(0)->mutable_address()->set_street("Kai 1");
  v1::UpsertLocationsResponse response;
  ASSERT_TRUE(Send(&Stub::UpsertLocations, request, response).ok());

  request.mutable_locations(0)->Clear();
  request.mutable_locations(0)->set_location_id("hall");
  request.mutable_locations(0)->mutable_address()->set_city("Kiel");
  ASSERT_TRUE(Send(&Stub::UpsertLocations, request, response).ok());

  EXPECT_EQ(response.locations(0).display_name(), "Hall");
  EXPECT_EQ(response.locations(0).address().street(), "Kai 1");
  EXPECT_EQ(response.locations(0).address().city(), "Kiel");
}

TEST_F(CatalogRpc, AProductGoesThereAndBack) {
  v1::UpsertProductsRequest request;
  v1::Product* given = request.add_products();
  given->set_product_id("steel");
  given->set_display_name("Steel \xF0\x9F\x94\xA9");
  given->set_tracking(v1::TRACKING_LOT);
  given->set_unit("kg");
  given->set_scale(3);
  given->set_number_template("S{YY}-{####}");
  given->mutable_shelf_life()->set_expire_days(0);
  given->mutable_shelf_life()->set_alert_days(0);
  given->set_gtin("96385074");
  given->set_producible(true);
  v1::UpsertProductsResponse response;
  const grpc::Status status = Send(&Stub::UpsertProducts, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();

  v1::GetProductRequest get;
  get.set_product_id("steel");
  v1::Product product;
  ASSERT_TRUE(Send(&Stub::GetProduct, get, product).ok());

  EXPECT_EQ(product.SerializeAsString(), response.products(0).SerializeAsString());
  EXPECT_EQ(product.display_name(), "Steel \xF0\x9F\x94\xA9");
  EXPECT_EQ(product.next_number(), 1);
  EXPECT_TRUE(product.shelf_life().has_expire_days());
  EXPECT_FALSE(product.shelf_life().has_removal_days());
  EXPECT_EQ(product.gtin(), "00000096385074");
  EXPECT_EQ(product.etag(), "\"1\"");
}

TEST_F(CatalogRpc, MalformedProductsAreRefusedAllAtOnce) {
  v1::UpsertProductsRequest request;
  for (int i = 0; i < 3; ++i) request.add_products()->set_tracking(v1::TRACKING_LOT);
  request.mutable_products(0)->set_product_id("twice");
  request.mutable_products(1)->set_product_id("twice");
  request.mutable_products(2)->set_product_id(std::string(65, 'x'));
  request.mutable_products(2)->set_unit("a unit that is too long");
  v1::UpsertProductsResponse response;

  const v1::ProblemList problems = ProblemListOf(Send(&Stub::UpsertProducts, request, response));

  ASSERT_EQ(problems.problem_count(), 3);
  EXPECT_EQ(problems.problems(0).field(), "products[1].product_id");
  EXPECT_EQ(problems.problems(1).field(), "products[2].product_id");
  EXPECT_EQ(problems.problems(2).field(), "products[2].unit");
}

TEST_F(CatalogRpc, AnEntryIsOfTheCompanyOfTheRequest) {
  v1::UpsertProductsRequest products;
  for (const char* const company : {"acme", "other"}) {
    v1::Product& product = *products.add_products();
    product.set_product_id(absl::StrCat("steel-", company));
    product.set_tracking(v1::TRACKING_LOT);
    product.set_company(company);
  }
  v1::UpsertProductsResponse upserted;
  grpc::Status status = Send(&Stub::UpsertProducts, products, upserted);
  ASSERT_EQ(ProblemListOf(status).problems_size(), 1);
  EXPECT_EQ(ProblemListOf(status).problems(0).field(), "products[1].company");
  products.mutable_products()->RemoveLast();
  EXPECT_TRUE(Send(&Stub::UpsertProducts, products, upserted).ok());

  v1::UpsertLocationsRequest locations;
  locations.add_locations()->set_location_id("hall");
  locations.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
  locations.mutable_locations(0)->set_company("other");
  v1::UpsertLocationsResponse placed;
  status = Send(&Stub::UpsertLocations, locations, placed);
  ASSERT_EQ(ProblemListOf(status).problems_size(), 1);
  EXPECT_EQ(ProblemListOf(status).problems(0).field(), "locations[0].company");
  locations.mutable_locations(0)->set_company("acme");
  EXPECT_TRUE(Send(&Stub::UpsertLocations, locations, placed).ok());
}

TEST_F(CatalogRpc, ARequestIdWorksOnceForOnePayload) {
  EXPECT_TRUE(UpsertProduct("bolt", "one").ok());
  EXPECT_TRUE(UpsertProduct("bolt", "one").ok());
  EXPECT_EQ(ReasonOf(UpsertProduct("nut", "one")), "REQUEST_ID_REUSED");
}

TEST_F(CatalogRpc, PagesMakeUpTheList) {
  std::vector<std::string> all;
  for (char c = 'a'; c < 'h'; ++c) {
    all.push_back(std::string(1, c));
    ASSERT_TRUE(UpsertProduct(all.back()).ok());
  }

  for (const int page_size : {1, 2, 3, 7, 8}) EXPECT_EQ(ListAll(page_size), all) << page_size;
}

TEST_F(CatalogRpc, EveryCompanyIsListedInItsOrder) {
  v1::UpsertProductsRequest other;
  other.set_company("beta");
  other.add_products()->set_product_id("a");
  other.mutable_products(0)->set_tracking(v1::TRACKING_LOT);
  v1::UpsertProductsResponse upserted;
  ASSERT_TRUE(Send(&Stub::UpsertProducts, other, upserted).ok());
  ASSERT_TRUE(UpsertProduct("b").ok());
  v1::ListProductsRequest request;
  request.set_company("-");
  request.set_page_size(1);
  std::vector<std::string> products;
  do {
    v1::ListProductsResponse page;
    ASSERT_TRUE(Send(&Stub::ListProducts, request, page).ok());
    for (const v1::Product& product : page.products()) {
      products.push_back(absl::StrCat(product.company(), " ", product.product_id()));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(products, (std::vector<std::string>{"acme b", "beta a"}));

  v1::ListLocationsRequest everywhere;
  everywhere.set_company("-");
  v1::ListLocationsResponse locations;
  ASSERT_TRUE(Send(&Stub::ListLocations, everywhere, locations).ok());
  ASSERT_EQ(locations.locations_size(), 10);
  EXPECT_EQ(locations.locations(0).company(), "acme");
  EXPECT_EQ(locations.locations(9).company(), "beta");
}

TEST_F(CatalogRpc, APageTokenIsGoodForItsQueryOnly) {
  ASSERT_TRUE(UpsertProduct("a").ok());
  ASSERT_TRUE(UpsertProduct("b").ok());
  v1::ListProductsRequest request;
  request.set_page_size(1);
  v1::ListProductsResponse response;
  ASSERT_TRUE(Send(&Stub::ListProducts, request, response).ok());
  ASSERT_FALSE(response.next_page_token().empty());

  request.set_page_token(response.next_page_token());
  request.set_company("other");
  EXPECT_EQ(ReasonOf(Send(&Stub::ListProducts, request, response)), "PAGE_TOKEN_INVALID");
  request.set_company("acme");
  request.set_page_size(1'001);
  EXPECT_EQ(ReasonOf(Send(&Stub::ListProducts, request, response)), "FIELD_INVALID");
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(Send(&Stub::ListProducts, request, response)), "FIELD_INVALID");
}

TEST_F(CatalogRpc, LocationsGoThereAndBack) {
  v1::UpsertLocationsRequest request;
  v1::Location* shelf = request.add_locations();
  shelf->set_location_id("shelf");
  shelf->set_kind(v1::LOCATION_KIND_INTERNAL);
  shelf->set_parent_id("hall");
  v1::Location* hall = request.add_locations();
  hall->set_location_id("hall");
  hall->set_kind(v1::LOCATION_KIND_INTERNAL);
  hall->mutable_address()->set_country("DE");
  v1::UpsertLocationsResponse response;
  const grpc::Status status = Send(&Stub::UpsertLocations, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();

  v1::ListLocationsResponse all;
  ASSERT_TRUE(Send(&Stub::ListLocations, v1::ListLocationsRequest(), all).ok());

  ASSERT_EQ(all.locations_size(), 7);
  EXPECT_EQ(all.locations(0).location_id(), "ADJUSTMENT");
  EXPECT_TRUE(all.locations(0).is_default());
  EXPECT_EQ(all.locations(5).location_id(), "hall");
  EXPECT_EQ(all.locations(5).address().country(), "DE");
  EXPECT_EQ(all.locations(6).parent_id(), "hall");
}

TEST_F(CatalogRpc, ProductsAreRetiredAndTakenBack) {
  ASSERT_TRUE(UpsertProduct("pump").ok());
  ASSERT_TRUE(UpsertProduct("valve").ok());
  v1::RetireProductsRequest request;
  request.set_request_id("retire");
  request.add_product_ids("pump");
  v1::RetireProductsResponse retired;
  ASSERT_TRUE(Send(&Stub::RetireProducts, request, retired).ok());

  ASSERT_EQ(retired.products_size(), 1);
  EXPECT_TRUE(retired.products(0).has_retire_time());
  EXPECT_EQ(retired.products(0).etag(), "\"2\"");
  EXPECT_EQ(ListAll(10), std::vector<std::string>{"valve"});
  v1::ListProductsRequest all;
  all.set_show_retired(true);
  v1::ListProductsResponse page;
  ASSERT_TRUE(Send(&Stub::ListProducts, all, page).ok());
  EXPECT_EQ(page.products_size(), 2);
  request.set_request_id("undo");
  request.set_undo(true);
  ASSERT_TRUE(Send(&Stub::RetireProducts, request, retired).ok());
  EXPECT_FALSE(retired.products(0).has_retire_time());
}

TEST_F(CatalogRpc, LocationsAreReadRetiredAndTakenBack) {
  v1::UpsertLocationsRequest upsert;
  upsert.add_locations()->set_location_id("yard");
  upsert.mutable_locations(0)->set_kind(v1::LOCATION_KIND_INTERNAL);
  v1::UpsertLocationsResponse upserted;
  ASSERT_TRUE(Send(&Stub::UpsertLocations, upsert, upserted).ok());
  v1::GetLocationRequest get;
  get.set_location_id("yard");
  v1::Location yard;
  ASSERT_TRUE(Send(&Stub::GetLocation, get, yard).ok());
  EXPECT_EQ(yard.location_id(), "yard");
  EXPECT_EQ(yard.kind(), v1::LOCATION_KIND_INTERNAL);
  EXPECT_EQ(yard.etag(), upserted.locations(0).etag());
  get.set_location_id("attic");
  EXPECT_EQ(ReasonOf(Send(&Stub::GetLocation, get, yard)), "LOCATION_NOT_FOUND");

  v1::RetireLocationsRequest request;
  request.set_request_id("retire");
  request.add_location_ids("yard");
  v1::RetireLocationsResponse retired;
  ASSERT_TRUE(Send(&Stub::RetireLocations, request, retired).ok());
  EXPECT_EQ(retired.location_count(), 1);
  EXPECT_TRUE(retired.locations(0).has_retire_time());
  v1::ListLocationsResponse page;
  ASSERT_TRUE(Send(&Stub::ListLocations, v1::ListLocationsRequest(), page).ok());
  EXPECT_EQ(page.locations_size(), 5);
  request.set_request_id("default");
  request.set_location_ids(0, "SCRAP");
  EXPECT_EQ(ReasonOf(Send(&Stub::RetireLocations, request, retired)), "STILL_IN_USE");
  request.set_location_ids(0, "yard");
  request.add_location_ids("yard");
  EXPECT_EQ(ReasonOf(Send(&Stub::RetireLocations, request, retired)), "FIELD_INVALID");
  request.clear_location_ids();
  EXPECT_EQ(ReasonOf(Send(&Stub::RetireLocations, request, retired)), "FIELD_INVALID");
}

}  // namespace
}  // namespace lots
