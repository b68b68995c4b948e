// Who calls, and what for: what every call is judged by.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "lots/v1/permission.pb.h"

namespace lots {

// A set of permissions; empty at first.
class Permissions {
 public:
  static Permissions All();

  void Add(v1::Permission permission) { bits_ |= BitOf(permission); }
  // Never PERMISSION_UNSPECIFIED: what says nothing of its permission is open to nobody.
  bool Has(v1::Permission permission) const { return (bits_ & BitOf(permission)) != 0; }
  bool empty() const { return bits_ == 0; }
  // Those of this set that `other` lacks.
  Permissions Without(Permissions other) const { return Permissions(bits_ & ~other.bits_); }
  Permissions And(Permissions other) const { return Permissions(bits_ & other.bits_); }
  // The first in the order of their numbers; PERMISSION_UNSPECIFIED when empty.
  v1::Permission first() const;

  Permissions() = default;

 private:
  explicit Permissions(uint32_t bits) : bits_(bits) {}
  static uint32_t BitOf(v1::Permission permission) {
    return permission == v1::PERMISSION_UNSPECIFIED ? 0 : 1u << permission;
  }

  uint32_t bits_ = 0;
};

// "read" is PERMISSION_READ; PERMISSION_UNSPECIFIED when there is none of that name.
v1::Permission PermissionNamed(absl::string_view name);
// "read".
std::string NameOf(v1::Permission permission);

// The companies that somebody may act for; none at first.
class Companies {
 public:
  Companies() = default;
  explicit Companies(std::set<std::string, std::less<>> names) : names_(std::move(names)) {}
  static Companies Every();

  bool Has(absl::string_view company) const;
  // Where a request names none; empty when there are none, or several.
  absl::string_view only() const;
  Companies And(const Companies& other) const;

 private:
  bool every_ = false;
  std::set<std::string, std::less<>> names_;
};

struct Caller {
  // What says who it is: "token:anna", "certificate:spiffe://plant/mes"; empty: nothing does.
  std::string id;
  // What history keeps: "anna".
  std::string subject;
  Companies companies;
  Permissions permissions;
};

}  // namespace lots
