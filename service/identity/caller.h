// Who calls, with the permissions and companies that the call is checked against.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "lots/v1/permission.pb.h"

namespace lots {

// A set of permissions; empty by default.
class Permissions {
 public:
  static Permissions All();

  void Add(v1::Permission permission) { bits_ |= BitOf(permission); }
  // False for PERMISSION_UNSPECIFIED: a method without a permission in its proto is open to nobody.
  bool Has(v1::Permission permission) const { return (bits_ & BitOf(permission)) != 0; }
  bool empty() const { return bits_ == 0; }
  // The permissions of this set that `other` lacks.
  Permissions Without(Permissions other) const { return Permissions(bits_ & ~other.bits_); }
  Permissions And(Permissions other) const { return Permissions(bits_ & other.bits_); }
  // The permission with the smallest number; PERMISSION_UNSPECIFIED when the set is empty.
  v1::Permission first() const;

  Permissions() = default;

 private:
  explicit Permissions(uint32_t bits) : bits_(bits) {}
  static uint32_t BitOf(v1::Permission permission) {
    return permission == v1::PERMISSION_UNSPECIFIED ? 0 : 1u << permission;
  }

  uint32_t bits_ = 0;
};

// "read" is PERMISSION_READ; PERMISSION_UNSPECIFIED for an unknown name.
v1::Permission PermissionNamed(absl::string_view name);
// "read".
std::string NameOf(v1::Permission permission);

// The companies that a caller may act for; none by default.
class Companies {
 public:
  Companies() = default;
  explicit Companies(std::set<std::string, std::less<>> names) : names_(std::move(names)) {}
  static Companies Every();
  // As lists of access and tokens name them: "*" among them is every company.
  static Companies Named(std::set<std::string, std::less<>> names);

  bool Has(absl::string_view company) const;
  // The only company, for requests that name none; empty when there are none or several.
  absl::string_view only() const;
  Companies And(const Companies& other) const;

 private:
  bool every_ = false;
  std::set<std::string, std::less<>> names_;
};

struct Caller {
  // Kind and name of the proof: "token:anna", "certificate:spiffe://plant/mes"; empty: anonymous.
  std::string id;
  // The name in history: "anna".
  std::string subject;
  Companies companies;
  Permissions permissions;
};

}  // namespace lots
