// What the URIs of an EPCIS document name: EPC URNs, GS1 Digital Links and GDST URNs.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace lots::ctl {

// A thing that an event speaks of.
struct EpcisIdentity {
  enum Kind {
    kSerial,   // one unit of a product
    kLot,      // a lot of a product
    kProduct,  // a product, without saying which lot
    kPallet,   // a logistic unit (SSCC)
    kOther,    // anything else: assets, documents, URIs of unknown schemes
  };
  Kind kind = kOther;
  std::string uri;  // as the document has it
  // For the first three: one text for all spellings of the product, its GTIN-14 where it has one.
  std::string product;
  std::string gtin;    // 14 digits with the right check digit; else empty
  std::string number;  // of the lot or the unit, unescaped
  // One text for all spellings of the thing; where none is known, its URI (OneSpelling).
  std::string key;
};

EpcisIdentity IdentityOf(absl::string_view uri);

// A URI in one spelling: the UUID of a urn:uuid in small letters. Other URIs stay as they are.
std::string OneSpelling(absl::string_view uri);

// The Global Location Number in an SGLN URN or a Digital Link; empty when there is none.
std::string GlnOf(absl::string_view uri);

// One text for all spellings of a place: its GLN and what extends it; the URI of another place, in
// one spelling.
std::string PlaceKey(absl::string_view uri);

// SHA-256 in small hexadecimal digits.
std::string HexHash(absl::string_view text);

// Whether the API takes the text as an id or a number: at most 64 characters, which can be seen or
// typed, without spaces around them.
bool IsPlainId(absl::string_view text);

// The text, when the API takes it as an id; else the last of it that it takes, and a hash, so that
// the same text always gives the same id, and two texts two.
std::string ShortId(absl::string_view text);

// The same for the ids of products, places and work orders. A text that the server does not take as
// a new id (it has a / as Digital Links do) is its last part and a hash.
std::string ResourceId(absl::string_view text);

// The text as the API takes it where one line is wanted: line breaks and other control characters
// become spaces, and what is beyond `bytes_max` is cut off.
std::string OneLine(absl::string_view text, size_t bytes_max);

// The last part of a URI or of a prefixed name: "shipping" of "urn:epcglobal:cbv:bizstep:shipping",
// of "cbv:BizStep-shipping" and of "shipping".
std::string LastPart(absl::string_view name);

}  // namespace lots::ctl
