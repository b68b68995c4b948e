// Parses the access list and looks callers up in it.
#include "service/identity/access_list.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/server_limits.h"
#include "service/base/strict_json.h"
#include "service/base/text_fields.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

absl::Status Wrong(absl::string_view subject, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("\"", subject, "\": ", what));
}

absl::StatusOr<Companies> CompaniesOf(absl::string_view subject, const nlohmann::json& list) {
  if (!list.is_array() || list.size() > kCompaniesPerCallerMax) {
    return Wrong(subject,
                 absl::StrCat("\"companies\" is no list of at most ", kCompaniesPerCallerMax));
  }
  std::set<std::string, std::less<>> names;
  for (const nlohmann::json& name : list) {
    TextChecker fields;
    if (name.is_string()) fields.RequiredId("companies", name.get_ref<const std::string&>());
    if (!name.is_string() || !fields.ok()) {
      return Wrong(subject, absl::StrCat("company ", name.dump(), " is no name"));
    }
    names.insert(name.get<std::string>());
  }
  return Companies::Named(std::move(names));
}

absl::StatusOr<Permissions> PermissionsOf(absl::string_view subject, const nlohmann::json& list) {
  if (!list.is_array()) return Wrong(subject, "\"permissions\" is no list");
  Permissions permissions;
  for (const nlohmann::json& name : list) {
    const v1::Permission permission = name.is_string()
                                          ? PermissionNamed(name.get_ref<const std::string&>())
                                          : v1::PERMISSION_UNSPECIFIED;
    if (permission == v1::PERMISSION_UNSPECIFIED) {
      return Wrong(subject, absl::StrCat("there is no permission ", name.dump()));
    }
    permissions.Add(permission);
  }
  return permissions;
}

absl::StatusOr<Caller> CallerOf(absl::string_view kind, const std::string& subject,
                                const nlohmann::json& entry) {
  if (subject.empty() || subject.size() > kSubjectBytesMax) {
    return Wrong(subject, absl::StrCat("a name has 1 to ", kSubjectBytesMax, " bytes"));
  }
  if (!entry.is_object() || entry.size() != 2 || !entry.contains("companies") ||
      !entry.contains("permissions")) {
    return Wrong(subject, "an entry has \"companies\" and \"permissions\", and nothing else");
  }
  Caller caller{.id = absl::StrCat(kind, ":", subject), .subject = subject};
  ASSIGN_OR_RETURN(caller.companies, CompaniesOf(subject, entry["companies"]));
  ASSIGN_OR_RETURN(caller.permissions, PermissionsOf(subject, entry["permissions"]));
  return caller;
}

}  // namespace

absl::StatusOr<AccessList> AccessList::Parse(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json file, ParseJsonObject(json));
  AccessList list;
  for (const auto& [kind, entries] : file.items()) {
    if ((kind != "certificates" && kind != "tokens") || !entries.is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", kind, "\" is not understood: there are \"certificates\" and \"tokens\""));
    }
    for (const auto& [subject, entry] : entries.items()) {
      const bool is_token = kind == "tokens";
      ASSIGN_OR_RETURN(Caller caller, CallerOf(is_token ? "token" : "certificate", subject, entry));
      if (is_token) {
        list.tokens_[subject] = std::move(caller);
      } else {
        list.certificates_[subject] = std::make_shared<const Caller>(std::move(caller));
      }
    }
  }
  return list;
}

std::shared_ptr<const Caller> AccessList::OfCertificate(
    const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto found = certificates_.find(name);
    if (found != certificates_.end()) return found->second;
  }
  return nullptr;
}

Caller AccessList::Narrowed(Caller caller) const {
  const auto found = tokens_.find(caller.subject);
  if (found == tokens_.end()) return caller;
  caller.companies = caller.companies.And(found->second.companies);
  caller.permissions = caller.permissions.And(found->second.permissions);
  return caller;
}

}  // namespace lots
