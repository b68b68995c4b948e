// EPCIS documents: what URIs name, and what is no document.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/ctl/epcis/document/document.h"
#include "service/ctl/run.h"
#include "service/ctl/session/failure.h"
#include "tests/support/base/shared_data.h"

namespace lots::ctl {
namespace {

using testing::HasSubstr;

TEST(EpcisIdentity, IsReadFromEveryKindOfUri) {
  struct Case {
    const char* uri;
    EpcisIdentity::Kind kind;
    const char* product;
    const char* number;
  };
  for (const Case& c :
       {Case{"urn:epc:id:sgtin:0614141.107346.2017", EpcisIdentity::kSerial, "10614141073464",
             "2017"},
        Case{"urn:epc:class:lgtin:4012345.012345.998877", EpcisIdentity::kLot, "04012345123456",
             "998877"},
        Case{"urn:epc:class:lgtin:4012345.012345.A%2FB", EpcisIdentity::kLot, "04012345123456",
             "A/B"},
        Case{"urn:epc:idpat:sgtin:4012345.066666.*", EpcisIdentity::kProduct, "04012345666663", ""},
        Case{"https://id.gs1.org/01/00614141777778/10/987", EpcisIdentity::kLot, "00614141777778",
             "987"},
        Case{"https://id.gs1.org/01/614141777778/10/987?17=261231", EpcisIdentity::kLot,
             "00614141777778", "987"},
        Case{"https://example.com/shop/01/09521234543220/10/L42/21/17", EpcisIdentity::kSerial,
             "09521234543220", "17"},
        Case{"https://id.gs1.org/01/04012345666663", EpcisIdentity::kProduct, "04012345666663", ""},
        Case{"urn:gdst:example.org:product:lot:class:fisherman01.tunau.v1-0122-2022",
             EpcisIdentity::kLot, "urn:gdst:example.org:product:class:fisherman01.tunau",
             "v1-0122-2022"},
        Case{"urn:gdst:example.org:product:lot:class:a.b.c.d", EpcisIdentity::kLot,
             "urn:gdst:example.org:product:class:a.b", "c.d"},
        Case{"urn:gdst:example.org:product:serial:obj:a.b.7", EpcisIdentity::kSerial,
             "urn:gdst:example.org:product:class:a.b", "7"},
        Case{"urn:epc:id:sscc:08600031303.0005", EpcisIdentity::kPallet, "", ""},
        Case{"https://id.gs1.org/00/106141412345678908", EpcisIdentity::kPallet, "", ""},
        Case{"urn:gdst:example.org:product:lpn:obj:a.7", EpcisIdentity::kPallet, "", ""},
        Case{"urn:epc:id:grai:0614141.12345.400", EpcisIdentity::kOther, "", ""},
        Case{"urn:epc:id:sgtin:0614141", EpcisIdentity::kOther, "", ""},
        Case{"https://example.com/", EpcisIdentity::kOther, "", ""},
        Case{"", EpcisIdentity::kOther, "", ""}}) {
    const EpcisIdentity identity = IdentityOf(c.uri);
    EXPECT_EQ(identity.kind, c.kind) << c.uri;
    EXPECT_EQ(identity.product, c.product) << c.uri;
    EXPECT_EQ(identity.number, c.number) << c.uri;
    EXPECT_EQ(identity.uri, c.uri);
  }
}

TEST(EpcisIdentity, AGtinNeedsItsCheckDigit) {
  EXPECT_EQ(IdentityOf("https://id.gs1.org/01/00614141777778/10/1").gtin, "00614141777778");
  EXPECT_EQ(IdentityOf("https://id.gs1.org/01/00614141777779/10/1").gtin, "");
}

TEST(EpcisIdentity, AGlnIsReadFromBothSpellings) {
  EXPECT_EQ(GlnOf("urn:epc:id:sgln:0614141.07346.1234"), "0614141073467");
  EXPECT_EQ(GlnOf("https://id.gs1.org/414/0614141073467/254/1234"), "0614141073467");
  EXPECT_EQ(GlnOf("https://id.gs1.org/414/0614141073460"), "");
  EXPECT_EQ(GlnOf("urn:gdst:example.org:location:loc:fishfarm.1u"), "");
  EXPECT_EQ(GlnOf("urn:epc:id:sgln:x.y.z"), "");
}

TEST(ShortId, LeavesShortIdsAlone) { EXPECT_EQ(ShortId("urn:uuid:7"), "urn:uuid:7"); }

TEST(ShortId, IsDeterministicAndDistinct) {
  const std::string prefix = absl::StrCat("https://example.com/", std::string(80, 'x'), "/");
  const std::string id = ShortId(prefix + "lot-7");
  EXPECT_EQ(id, ShortId(prefix + "lot-7"));
  EXPECT_THAT(id, testing::StartsWith("lot-7~"));
  EXPECT_NE(id, ShortId(prefix + "y/lot-7"));
  EXPECT_LE(id.size(), 64u);
  EXPECT_LE(ShortId(std::string(500, 'x')).size(), 64u);
}

TEST(ShortId, CutsWholeCharacters) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&umlauts, "ü");
  const std::string id = ShortId(umlauts);
  EXPECT_LE(id.size(), 64u);
  EXPECT_THAT(id, testing::StartsWith("ü"));
}

TEST(ResourceId, CanStandInAUrl) {
  EXPECT_EQ(ResourceId("urn:epc:id:sgln:0614141.07346.0"), "urn:epc:id:sgln:0614141.07346.0");
  const std::string id = ResourceId("https://id.gs1.org/414/0614141073467");
  EXPECT_THAT(id, testing::StartsWith("0614141073467~"));
  EXPECT_NE(id, ResourceId("https://id.example.org/414/0614141073467"));
  for (const char* text : {"-x", "50%", "a/-b", "a\\b", "https://example.org/a?b#c%20d"}) {
    EXPECT_EQ(ResourceId(text).find_first_of("/\\?#%"), std::string::npos) << text;
    EXPECT_NE(ResourceId(text).front(), '-') << text;
  }
}

TEST(LastPart, IsTheSameForEverySpellingOfAWord) {
  for (const char* step : {"shipping", "urn:epcglobal:cbv:bizstep:shipping",
                           "https://ref.gs1.org/cbv/BizStep-shipping", "cbv:BizStep-shipping"}) {
    EXPECT_EQ(LastPart(step), "shipping") << step;
  }
  for (const char* disposition : {"in_transit", "urn:epcglobal:cbv:disp:in_transit",
                                  "https://ref.gs1.org/cbv/Disp-in_transit"}) {
    EXPECT_EQ(LastPart(disposition), "in_transit") << disposition;
  }
}

std::string DocumentOf(const std::string& events) {
  return absl::StrCat(R"({"type":"EPCISDocument","schemaVersion":"2.0","epcisBody":{"eventList":[)",
                      events, "]}}");
}

TEST(EpcisDocument, ReadsQuantitiesExactly) {
  const auto document = ParseEpcisDocument(DocumentOf(
      R"({"type":"ObjectEvent","action":"ADD","eventTime":"2026-01-01T00:00:00Z","quantityList":[
          {"epcClass":"urn:epc:class:lgtin:4012345.012345.1","quantity":0.1,"uom":"KGM"},
          {"epcClass":"urn:epc:class:lgtin:4012345.012345.2","quantity":0.000001,"uom":"KGM"},
          {"epcClass":"urn:epc:class:lgtin:4012345.012345.3","quantity":12000.0,"uom":"KGM"},
          {"epcClass":"urn:epc:class:lgtin:4012345.012345.4","quantity":7},
          {"epcClass":"urn:epc:class:lgtin:4012345.012345.5"}]})"));
  ASSERT_TRUE(document.ok()) << document.status();
  std::vector<std::string> quantities;
  for (const EpcisItem& item : document->events.at(0).items) {
    quantities.push_back(item.quantity ? item.quantity->ToString() : "none");
  }
  EXPECT_THAT(quantities, testing::ElementsAre("0.1", "0.000001", "12000", "7", "none"));
}

TEST(EpcisDocument, EventsWithoutAnIdGetOneFromTheirContents) {
  const auto document = ParseEpcisDocument(DocumentOf(
      R"({"type":"ObjectEvent","action":"ADD","eventTime":"2026-01-01T00:00:00Z"},
         {"type":"ObjectEvent","action":"ADD","eventTime":"2026-01-02T00:00:00Z"})"));
  ASSERT_TRUE(document.ok());
  EXPECT_THAT(document->events[0].id, testing::StartsWith("sha256:"));
  EXPECT_NE(document->events[0].id, document->events[1].id);
}

TEST(EpcisDocument, EveryErrorIsReportedWithItsEvent) {
  const auto document = ParseEpcisDocument(DocumentOf(
      R"({"type":"ObjectEvent","eventID":"urn:e:1","action":"GUESS","eventTime":"yesterday"},
         {"type":"ObjectEvent","eventID":"urn:e:2","action":"ADD",
          "eventTime":"2026-01-01T00:00:00Z",
          "epcList":"urn:epc:id:sgtin:1.2.3",
          "quantityList":[{"quantity":-1},{"epcClass":"urn:x","quantity":"much"}]},
         17)"));
  ASSERT_FALSE(document.ok());
  const std::string message(document.status().message());
  for (const char* part :
       {"event 1 (urn:e:1): action 'GUESS'", "event 1 (urn:e:1): eventTime 'yesterday'",
        "event 2 (urn:e:2): epcList is no list", "event 2 (urn:e:2): quantityList quantity -1",
        "quantityList has an entry without epcClass", "quantityList quantity \"much\"",
        "event 3"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_EQ(ExitCodeOf(document.status()), kExitUsage);
}

TEST(EpcisDocument, WhatIsNoDocumentIsAUsageError) {
  for (const std::string& text : std::vector<std::string>{
           "", "{", "[]", "17", "null", "{}", "garbage", R"({"epcisBody":7})",
           R"({"epcisBody":{"eventList":{}}})", "\xFF\xFE", std::string(10'000, '['),
           R"({"epcisBody":{"eventList":[{"type":"ObjectEvent"}]}})", "{\"a\":\"\xC3\x28\"}",
           std::string("\0\0", 2)}) {
    const auto document = ParseEpcisDocument(text);
    EXPECT_EQ(ExitCodeOf(document.status()), kExitUsage) << text.substr(0, 40);
  }
}

TEST(EpcisDocument, ASyntaxErrorSaysWhere) {
  const auto document = ParseEpcisDocument("{\n  \"type\": oops\n}");
  EXPECT_THAT(std::string(document.status().message()), HasSubstr("line 2, column 11"));
}

// Every beginning of a real document, and the document with every byte damaged in turn: an error of
// ours or a document, never anything else.
TEST(EpcisDocument, NoBeginningOrDamageOfARealDocumentHarms) {
  const auto lines = SharedDataLines("epcis/gs1/Example_9.6.4-TransformationEvent.jsonld");
  if (!lines) GTEST_SKIP() << "there is no " << SharedDataFolder() << "/epcis/gs1";
  const std::string text = absl::StrJoin(*lines, "\n");
  const size_t end = text.find_last_of('}');
  for (size_t size = 0; size < end; ++size) {
    const auto document = ParseEpcisDocument(absl::string_view(text).substr(0, size));
    ASSERT_EQ(ExitCodeOf(document.status()), kExitUsage) << size;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char damage : {'\0', '{', '"', '9', '\xFF'}) {
      std::string damaged = text;
      damaged[i] = damage;
      const auto document = ParseEpcisDocument(damaged);
      const ExitCode code = ExitCodeOf(document.status());
      ASSERT_TRUE(code == kExitOk || code == kExitUsage) << i << " " << document.status();
    }
  }
}

TEST(EpcisDocument, EveryExampleOfGs1IsRead) {
  for (const char* name :
       {"ErrorDeclarationAndCorrectiveEvent", "Example_9.6.1-ObjectEvent",
        "Example_9.6.2-ObjectEvent", "Example_9.6.3-AggregationEvent",
        "Example_9.6.4-TransformationEvent", "Example_9.6.4-TransformationEventWithDigitalLink"}) {
    const auto lines = SharedDataLines(absl::StrCat("epcis/gs1/", name, ".jsonld"));
    if (!lines) GTEST_SKIP() << "there is no " << SharedDataFolder() << "/epcis/gs1";
    const auto document = ParseEpcisDocument(absl::StrJoin(*lines, "\n"));
    ASSERT_TRUE(document.ok()) << name << document.status();
    EXPECT_FALSE(document->events.empty()) << name;
  }
}

}  // namespace
}  // namespace lots::ctl
