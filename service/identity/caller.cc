// Sets of permissions and companies.
#include "service/identity/caller.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace lots {
namespace {

constexpr absl::string_view kPrefix = "PERMISSION_";

}  // namespace

Permissions Permissions::All() {
  Permissions all;
  for (int number = 1; number < v1::Permission_ARRAYSIZE; ++number) {
    all.Add(static_cast<v1::Permission>(number));
  }
  return all;
}

v1::Permission Permissions::first() const {
  for (int number = 1; number < v1::Permission_ARRAYSIZE; ++number) {
    const auto permission = static_cast<v1::Permission>(number);
    if (Has(permission)) return permission;
  }
  return v1::PERMISSION_UNSPECIFIED;
}

v1::Permission PermissionNamed(absl::string_view name) {
  // Names are lower case: "Read" is a mistake and grants nothing.
  v1::Permission permission = v1::PERMISSION_UNSPECIFIED;
  if (absl::AsciiStrToLower(name) != name) return permission;
  v1::Permission_Parse(absl::StrCat(kPrefix, absl::AsciiStrToUpper(name)), &permission);
  return permission;
}

std::string NameOf(v1::Permission permission) {
  const std::string& name = v1::Permission_Name(permission);
  return absl::AsciiStrToLower(absl::StripPrefix(name, kPrefix));
}

Companies Companies::Named(std::set<std::string, std::less<>> names) {
  return names.count("*") > 0 ? Every() : Companies(std::move(names));
}

Companies Companies::Every() {
  Companies every;
  every.every_ = true;
  return every;
}

bool Companies::Has(absl::string_view company) const {
  return every_ || names_.find(company) != names_.end();
}

absl::string_view Companies::only() const {
  return !every_ && names_.size() == 1 ? absl::string_view(*names_.begin()) : "";
}

Companies Companies::And(const Companies& other) const {
  if (every_) return other;
  Companies both;
  for (const std::string& name : names_) {
    if (other.Has(name)) both.names_.insert(name);
  }
  return both;
}

}  // namespace lots
