// The access list: who is in it, and what is not understood.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "service/identity/access_list.h"

namespace lots {
namespace {

constexpr char kList[] = R"({
  "certificates": {
    "spiffe://plant/mes": {"companies": ["acme"], "permissions": ["read", "assign"]},
    "backup.example": {"companies": ["*"], "permissions": ["read"]}
  },
  "tokens": {"anna": {"companies": ["acme"], "permissions": ["read", "hold"]}}
})";

TEST(AccessList, SaysWhatACertificateMayDo) {
  const AccessList list = *AccessList::Parse(kList);

  const auto mes = list.OfCertificate({"spiffe://plant/mes", "backup.example"});

  ASSERT_NE(mes, nullptr);
  EXPECT_EQ(mes->id, "certificate:spiffe://plant/mes");
  EXPECT_EQ(mes->subject, "spiffe://plant/mes");
  EXPECT_EQ(mes->companies.only(), "acme");
  EXPECT_TRUE(mes->permissions.Has(v1::PERMISSION_ASSIGN));
  EXPECT_FALSE(mes->permissions.Has(v1::PERMISSION_MOVE));
  EXPECT_TRUE(list.OfCertificate({"unlisted", "backup.example"})->companies.Has("any"));
}

TEST(AccessList, KnowsNobodyElse) {
  const AccessList list = *AccessList::Parse(kList);

  EXPECT_EQ(list.OfCertificate({}), nullptr);
  EXPECT_EQ(list.OfCertificate({""}), nullptr);
  EXPECT_EQ(list.OfCertificate({"spiffe://plant/MES", "spiffe://plant/mes/2"}), nullptr);
  // Of a token, not of a certificate.
  EXPECT_EQ(list.OfCertificate({"anna"}), nullptr);
  EXPECT_EQ(AccessList().OfCertificate({"spiffe://plant/mes"}), nullptr);
}

TEST(AccessList, NarrowsTokensAndNeverWidensThem) {
  const AccessList list = *AccessList::Parse(kList);
  Caller caller{.id = "token:anna", .subject = "anna", .companies = Companies::Every()};
  caller.permissions.Add(v1::PERMISSION_READ);
  caller.permissions.Add(v1::PERMISSION_ADMIN);

  const Caller narrowed = list.Narrowed(caller);

  EXPECT_TRUE(narrowed.permissions.Has(v1::PERMISSION_READ));
  EXPECT_FALSE(narrowed.permissions.Has(v1::PERMISSION_ADMIN));
  EXPECT_FALSE(narrowed.permissions.Has(v1::PERMISSION_HOLD));
  EXPECT_TRUE(narrowed.companies.Has("acme"));
  EXPECT_FALSE(narrowed.companies.Has("blue"));
  // One that is not listed has what its token says.
  caller.subject = "spiffe://plant/mes";
  EXPECT_TRUE(list.Narrowed(caller).permissions.Has(v1::PERMISSION_ADMIN));
}

TEST(AccessList, RefusesWhatItDoesNotUnderstand) {
  const std::vector<std::string> bad = {
      "",
      "[]",
      "{",
      R"({"people": {}})",
      R"({"certificates": []})",
      R"({"certificates": {"a": {}}})",
      R"({"certificates": {"": {"companies": [], "permissions": []}}})",
      R"({"certificates": {"a": {"companies": ["x"], "permissions": ["red"]}}})",
      R"({"certificates": {"a": {"companies": ["x"], "permissions": ["READ"]}}})",
      R"({"certificates": {"a": {"companies": ["x"], "permissions": ["unspecified"]}}})",
      R"({"certificates": {"a": {"companies": ["x"], "permissions": [1]}}})",
      R"({"certificates": {"a": {"companies": "x", "permissions": []}}})",
      R"({"certificates": {"a": {"companies": [""], "permissions": []}}})",
      R"({"certificates": {"a": {"companies": [], "permissions": [], "until": 1}}})",
      R"({"tokens": {"a": {"companies": [], "permissions": []},
                     "a": {"companies": ["*"], "permissions": ["admin"]}}})",
  };
  for (const std::string& json : bad) EXPECT_FALSE(AccessList::Parse(json).ok()) << json;
  EXPECT_TRUE(absl::StrContains(
      AccessList::Parse(R"({"tokens": {"bo": {"companies": [], "permissions": ["red"]}}})")
          .status()
          .message(),
      "\"bo\": there is no permission \"red\""));
}

}  // namespace
}  // namespace lots
