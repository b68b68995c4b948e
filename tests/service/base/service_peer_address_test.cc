#include "gtest/gtest.h"
#include "service/base/peer_address.h"

namespace lots {
namespace {

TEST(AddressOf, LeavesOutWhatChangesWithEachConnection) {
  EXPECT_EQ(AddressOf("ipv4:10.1.2.3:52114"), "10.1.2.3");
  EXPECT_EQ(AddressOf("ipv6:%5B::1%5D:52114"), "::1");
  EXPECT_EQ(AddressOf("ipv6:[fe80::1]:52114"), "fe80::1");
  EXPECT_EQ(AddressOf("ipv6:%5Bfe80::1%25eth0%5D:52114"), "fe80::1%eth0");
}

TEST(AddressOf, NamesASocketOfTheMachineByItsKind) {
  EXPECT_EQ(AddressOf("unix:"), "unix");
  EXPECT_EQ(AddressOf("unix:/run/lotd/lotd.sock"), "unix");
  EXPECT_EQ(AddressOf("unix-abstract:lotd"), "unix");
}

TEST(AddressOf, KeepsWhatItDoesNotKnow) {
  EXPECT_EQ(AddressOf("vsock:3:1024"), "vsock:3:1024");
  EXPECT_EQ(AddressOf(""), "");
}

}  // namespace
}  // namespace lots
