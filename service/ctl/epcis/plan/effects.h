// What an event says of its goods by its business step and its disposition: the words of the Core
// Business Vocabulary (CBV) 1.2 and 2.0.
#pragma once

#include <optional>
#include <string>

#include "lots/v1/ledger.pb.h"
#include "service/ctl/epcis/document/document.h"

namespace lots::ctl {

// Where the goods are after the event.
enum class EpcisEffect {
  kSeen,      // at its place: every word that is not named below
  kReceived,  // at its place, and they came from elsewhere: receiving, arriving, accepting
  kShipped,   // on the way from its place: shipping, departing, consigning
  kUnderway,  // on the way from wherever they were: transporting, in_transit
  kVoided,    // at its place, because a shipment does not take place: void_shipping
  kPassed,    // in or out of a door, and not said which: entering_exiting without bizLocation
};

// Goods are goods no more, or no longer the company's.
struct EpcisEnd {
  v1::MovementKind kind = v1::MOVEMENT_KIND_UNSPECIFIED;  // the movement that records it
  std::string word;                                       // what says so: "retail_sold"
  // The business step says so. A disposition also holds for later events, which repeat it.
  bool by_step = false;
};

struct EpcisMeaning {
  EpcisEffect effect = EpcisEffect::kSeen;
  std::string word;  // the step or disposition that says the effect
  std::optional<EpcisEnd> end;
  // An unknown part of the goods was dispensed: partially_dispensed.
  bool is_partial = false;
  // A reading, a check or work on a label, which says nothing of where the goods are.
  bool is_report = false;
  // It comes before the goods do: encoding, reserving.
  bool is_ahead = false;
};

EpcisMeaning MeaningOf(const EpcisEvent& event);

// Whether the goods are elsewhere after the event, or no more.
bool MovesGoods(const EpcisMeaning& meaning);
// Whether the disposition decides about the meaning.
bool UsesDisposition(const EpcisMeaning& meaning, const EpcisEvent& event);

}  // namespace lots::ctl
