// The words of the Core Business Vocabulary that move or end goods.
#include "service/ctl/epcis/plan/effects.h"

#include <map>
#include <set>

namespace lots::ctl {
namespace {

using Ends = std::map<std::string, v1::MovementKind>;
using Words = std::set<std::string>;

const std::map<std::string, EpcisEffect>& EffectsOfSteps() {
  static const std::map<std::string, EpcisEffect> kEffects = {
      {"receiving", EpcisEffect::kReceived},    {"arriving", EpcisEffect::kReceived},
      {"accepting", EpcisEffect::kReceived},    {"shipping", EpcisEffect::kShipped},
      {"departing", EpcisEffect::kShipped},     {"consigning", EpcisEffect::kShipped},
      {"transporting", EpcisEffect::kUnderway}, {"void_shipping", EpcisEffect::kVoided}};
  return kEffects;
}

const Ends& EndsByStep() {
  static const Ends kEnds = {{"retail_selling", v1::MOVEMENT_KIND_DELIVERY},
                             {"dispensing", v1::MOVEMENT_KIND_DELIVERY},
                             {"consuming", v1::MOVEMENT_KIND_CONSUMPTION},
                             {"destroying", v1::MOVEMENT_KIND_SCRAP},
                             {"decommissioning", v1::MOVEMENT_KIND_SCRAP}};
  return kEnds;
}

const Ends& EndsByDisposition() {
  static const Ends kEnds = {{"retail_sold", v1::MOVEMENT_KIND_DELIVERY},
                             {"dispensed", v1::MOVEMENT_KIND_DELIVERY},
                             {"destroyed", v1::MOVEMENT_KIND_SCRAP},
                             {"inactive", v1::MOVEMENT_KIND_SCRAP},
                             {"stolen", v1::MOVEMENT_KIND_ADJUSTMENT}};
  return kEnds;
}

// Steps that put goods down, also in the middle of their way.
bool PutsDown(const std::string& step) {
  static const Words kSteps = {"storing", "stocking", "unloading"};
  return kSteps.contains(step);
}

EpcisEffect EffectOf(const EpcisEvent& event) {
  const auto effect = EffectsOfSteps().find(event.step);
  if (effect != EffectsOfSteps().end()) return effect->second;
  if (event.disposition == "in_transit" && !PutsDown(event.step)) return EpcisEffect::kUnderway;
  const bool passes = event.step == "entering_exiting" && event.is_at_read_point;
  return passes ? EpcisEffect::kPassed : EpcisEffect::kSeen;
}

std::optional<EpcisEnd> EndOf(const EpcisEvent& event) {
  const auto step = EndsByStep().find(event.step);
  const auto disposition = EndsByDisposition().find(event.disposition);
  const bool by_step = step != EndsByStep().end();
  // Goods are also decommissioned because they were sold or stolen.
  const bool by_disposition =
      disposition != EndsByDisposition().end() && (!by_step || event.step == "decommissioning");
  if (by_disposition) {
    return EpcisEnd{.kind = disposition->second, .word = event.disposition, .by_step = by_step};
  }
  if (!by_step) return std::nullopt;
  return EpcisEnd{.kind = step->second, .word = event.step, .by_step = true};
}

}  // namespace

EpcisMeaning MeaningOf(const EpcisEvent& event) {
  static const Words kReports = {"encoding", "inspecting", "killing", "reserving",
                                 "sensor_reporting"};
  static const Words kAhead = {"encoding", "reserving"};
  static const Words kAheadWithoutStep = {"encoded", "reserved"};
  EpcisMeaning meaning;
  meaning.effect = EffectOf(event);
  const bool by_step = EffectsOfSteps().contains(event.step) || event.disposition != "in_transit";
  meaning.word = by_step ? event.step : event.disposition;
  meaning.end = EndOf(event);
  const bool is_deleted = event.kind == EpcisEvent::kObject && event.action == EpcisEvent::kDelete;
  meaning.is_partial = event.disposition == "partially_dispensed" && !is_deleted &&
                       (!meaning.end.has_value() || event.step == "dispensing");
  if (meaning.is_partial) meaning.end.reset();
  meaning.is_report = kReports.contains(event.step);
  meaning.is_ahead = kAhead.contains(event.step) ||
                     (event.step.empty() && kAheadWithoutStep.contains(event.disposition));
  return meaning;
}

bool MovesGoods(const EpcisMeaning& meaning) {
  return meaning.end.has_value() || meaning.effect != EpcisEffect::kSeen;
}

bool UsesDisposition(const EpcisMeaning& meaning, const EpcisEvent& event) {
  if (event.disposition.empty()) return false;
  const bool says_effect = MovesGoods(meaning) && meaning.word == event.disposition;
  const bool says_end = meaning.end.has_value() && meaning.end->word == event.disposition;
  return says_effect || says_end || meaning.is_partial;
}

}  // namespace lots::ctl
