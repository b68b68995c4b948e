// Requests that mean the same have the same payload.
#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/text_format.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/hold.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/convert/writes.h"
#include "service/rpc/call.h"
#include "service/rpc/normalize.h"
#include "storage/domain/write_context.h"

namespace lots {
namespace {

template <class Request>
WriteContext ContextOf(const std::string& text) {
  Request request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  Call call;
  call.method = "test";
  call.company = CompanyId("acme");
  return MakeWriteContext(request, call);
}

template <class Request>
void ExpectSame(const std::string& a, const std::string& b) {
  EXPECT_EQ(ContextOf<Request>(a).payload_hash, ContextOf<Request>(b).payload_hash) << a << "\n"
                                                                                    << b;
}

template <class Request>
void ExpectOther(const std::string& a, const std::string& b) {
  EXPECT_NE(ContextOf<Request>(a).payload_hash, ContextOf<Request>(b).payload_hash) << a << "\n"
                                                                                    << b;
}

TEST(Normalize, EqualQuantitiesAreOne) {
  using Request = v1::RecordMovementsRequest;
  ExpectSame<Request>("movements {quantity: '1'}", "movements {quantity: '1.0'}");
  ExpectSame<Request>("movements {quantity: '12.5'}", "movements {quantity: '012.500000'}");
  ExpectOther<Request>("movements {quantity: '1'}", "movements {quantity: '10'}");
  ExpectOther<Request>("movements {quantity: '1'}", "movements {quantity: 'one'}");
  ExpectSame<v1::CreateLotRequest>("opening_quantity: '3'", "opening_quantity: '3.00'");
  ExpectSame<v1::AssignSerialsRequest>("planned_quantity: '3'", "planned_quantity: '3.0'");
  ExpectSame<v1::CreateLotRequest>("lot {attributes {key: 'a' value {decimal: '7.10'}}}",
                                   "lot {attributes {key: 'a' value {decimal: '7.1'}}}");
  ExpectOther<v1::CreateLotRequest>("lot {attributes {key: 'a' value {text: '7.10'}}}",
                                    "lot {attributes {key: 'a' value {text: '7.1'}}}");
}

TEST(Normalize, LotNumbersAreCleaned) {
  ExpectSame<v1::CreateLotRequest>("lot {number: 'L-1'}", "lot {number: ' L-1 '}");
  // A composed and a decomposed umlaut.
  ExpectSame<v1::AssignSerialsRequest>(R"(numbers: ['\xC3\xA4'])", R"(numbers: ['a\xCC\x88'])");
  ExpectOther<v1::CreateLotRequest>("lot {number: 'L-1'}", "lot {number: 'l-1'}");
  ExpectOther<v1::CreateLotRequest>(R"(lot {reference: '\xC3\xA4'})",
                                    R"(lot {reference: 'a\xCC\x88'})");
  // The number of a document is the caller's own.
  ExpectOther<v1::RecordMovementsRequest>(
      R"(movements {document {type: 'po' number: '\xC3\xA4'}})",
      R"(movements {document {type: 'po' number: 'a\xCC\x88'}})");
}

TEST(Normalize, IdsTimesMasksAndAbsentPartsHaveOneForm) {
  ExpectSame<v1::ArchiveLotRequest>("lot_id: '01890000-0000-7000-8000-00000000000a'",
                                    "lot_id: '01890000-0000-7000-8000-00000000000A'");
  ExpectOther<v1::AssignSerialsRequest>("work_order_id: 'a'", "work_order_id: 'A'");
  ExpectSame<v1::RecordMovementsRequest>("movements {occur_time {seconds: 1 nanos: 2000}}",
                                         "movements {occur_time {seconds: 1 nanos: 2999}}");
  ExpectOther<v1::RecordMovementsRequest>("movements {occur_time {}}", "movements {}");
  ExpectSame<v1::UpdateLotRequest>("update_mask {paths: ['a', 'b']}",
                                   "update_mask {paths: ['b', 'a', 'b']}");
  ExpectSame<v1::RecordMovementsRequest>("accept: [ACCEPTANCE_HELD, ACCEPTANCE_EXPIRED]",
                                         "accept: [ACCEPTANCE_EXPIRED, ACCEPTANCE_HELD]");
  ExpectSame<v1::HoldLotsRequest>("exempt_location_ids: ['b', 'a', 'b']",
                                  "exempt_location_ids: ['a', 'b']");
  ExpectOther<v1::HoldLotsRequest>("exempt_location_ids: 'a'", "exempt_location_ids: 'A'");
  ExpectOther<v1::UnassignSerialsRequest>("numbers: ['a', 'b']", "numbers: ['b', 'a']");
  ExpectSame<v1::RecordMovementsRequest>("movements {document {}}", "movements {}");
  ExpectOther<v1::RecordMovementsRequest>("movements {} movements {}", "movements {}");
  ExpectSame<v1::UpsertProductsRequest>("products {gtin: '96385074' shelf_life {}}",
                                        "products {gtin: '00000096385074'}");
  ExpectSame<v1::UpsertProductsRequest>("company: 'acme' request_id: '1'", "request_id: '2'");
  // A dry run under the id of a request that was made is its repeat.
  ExpectSame<v1::CreateLotRequest>("validate_only: true", "");
}

// A server of the release before recorded the payload as it was sent.
TEST(Normalize, WhatWasSentIsKeptWhereItIsSpelledOtherwise) {
  using Request = v1::RecordMovementsRequest;
  EXPECT_EQ(ContextOf<Request>("movements {quantity: '1'}").sent_payload_hash, "");
  EXPECT_NE(ContextOf<Request>("movements {quantity: '1.0'}").sent_payload_hash, "");
  EXPECT_NE(ContextOf<Request>("movements {quantity: '1.0'}").sent_payload_hash,
            ContextOf<Request>("movements {quantity: '1.00'}").sent_payload_hash);
}

}  // namespace
}  // namespace lots
