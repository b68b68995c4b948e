// Leaves out events that are said twice or taken back.
#include "service/ctl/epcis/plan/events.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace lots::ctl {
namespace {

using Events = std::vector<const EpcisEvent*>;

Events ByTime(const EpcisDocument& document) {
  Events events;
  for (const EpcisEvent& event : document.events) events.push_back(&event);
  std::stable_sort(events.begin(), events.end(),
                   [](const EpcisEvent* a, const EpcisEvent* b) { return a->time < b->time; });
  return events;
}

void AppendKeys(const std::vector<EpcisItem>& items, std::set<std::string>& keys) {
  for (const EpcisItem& item : items) keys.insert(item.identity.key);
}

// What remains the same in every version of an event: what kind of event it is, of what and where,
// but not when or how much.
std::string SubjectOf(const EpcisEvent& event) {
  std::string subject = absl::StrCat(event.id, "\n", event.type, "\n", event.action, "\n",
                                     event.step, "\n", PlaceKey(event.place), "\n",
                                     IdentityOf(event.parent).key, "\n", event.transformation_id);
  for (const auto* items : {&event.items, &event.inputs, &event.outputs}) {
    std::set<std::string> keys;
    AppendKeys(*items, keys);
    for (const std::string& key : keys) absl::StrAppend(&subject, "\n", key);
    absl::StrAppend(&subject, "\n\n");
  }
  return subject;
}

class EventCounter {
 public:
  explicit EventCounter(const EpcisDocument& document) : all_(ByTime(document)) {}

  CountedEvents Count() {
    TakeBack();
    for (const EpcisEvent* event : all_) {
      if (event->has_id && !taken_back_.contains(event)) contents_.insert(event->content);
    }
    for (const EpcisEvent* event : all_) {
      if (Counts(*event)) counted_.events.push_back(event);
    }
    return std::move(counted_);
  }

 private:
  void TakeBack() {
    for (const EpcisEvent* event : all_) {
      if (!event->declared_wrong) continue;
      taken_back_.insert(event);
      const Events wrong = EventsTakenBackBy(*event);
      taken_back_.insert(wrong.begin(), wrong.end());
      counted_.declared_wrong.push_back({event, !wrong.empty()});
    }
  }

  // The events that say the same under one id or none; or else the only one with the id.
  Events EventsTakenBackBy(const EpcisEvent& declaration) {
    Events same;
    Events with_id;
    for (const EpcisEvent* event : all_) {
      if (event->declared_wrong) continue;
      const bool one_id = event->has_id && event->id == declaration.id;
      const bool no_id = !event->has_id || !declaration.has_id;
      if (one_id) with_id.push_back(event);
      if (one_id ? event->hash == declaration.hash
                 : no_id && event->content == declaration.content) {
        same.push_back(event);
      }
    }
    if (!same.empty() || with_id.size() == 1) return same.empty() ? with_id : same;
    if (with_id.size() > 1) {
      Add(counted_.discrepancies, declaration,
          absl::StrCat("takes back one of ", with_id.size(),
                       " events with its eventID, and says the same as none of them"),
          "none of them is taken back");
    }
    return {};
  }

  bool Counts(const EpcisEvent& event) {
    if (taken_back_.contains(&event)) {
      Add(counted_.notices, event, "was declared to be wrong; it is left out");
      return false;
    }
    // An event without an id is the same as one that has an id and says the same.
    const bool is_new = event.has_id ? ids_.insert(absl::StrCat(event.id, "\n", event.hash)).second
                                     : contents_.insert(event.content).second;
    if (!is_new) {
      Add(counted_.notices, event, "is said twice; the second is left out");
      return false;
    }
    if (!event.has_id || subjects_.insert(SubjectOf(event)).second) return true;
    Add(counted_.discrepancies, event,
        "is said again under the same eventID, of the same goods but otherwise",
        "only the first version counts");
    return false;
  }

  static void Add(std::vector<EpcisFinding>& findings, const EpcisEvent& event, std::string what,
                  std::string remedy = "") {
    findings.push_back({event.id, event.time, event.step, std::move(what), std::move(remedy)});
  }

  const Events all_;
  CountedEvents counted_;
  std::set<const EpcisEvent*> taken_back_;
  std::set<std::string> ids_;       // with what is said under them
  std::set<std::string> contents_;  // of events with an id, and then of those without
  std::set<std::string> subjects_;
};

}  // namespace

CountedEvents CountEvents(const EpcisDocument& document) { return EventCounter(document).Count(); }

}  // namespace lots::ctl
