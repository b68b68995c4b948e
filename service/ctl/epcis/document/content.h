// What an EPCIS event says, whatever its spelling: two events that say the same have one content.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lots::ctl {

enum class ContentFields {
  kAll,       // extensions and sensor data too
  kStandard,  // only what EPCIS has for what, when, where and why
};

// The fields of an event as one text. Equal for two events that differ only in the order of fields
// and of lists, in how URIs, times and numbers are written, and in what a repository adds:
// eventID, recordTime, errorDeclaration.
std::string ContentOf(const nlohmann::json& event, ContentFields fields);

// A number as the file has it: the shortest digits that give it back, never an exponent.
std::string DecimalOf(const nlohmann::json& number);

}  // namespace lots::ctl
