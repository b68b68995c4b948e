// Expands a traced graph into trees, each lot once.
#include "service/ctl/trace/tree.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/ctl/output/show.h"
#include "service/ctl/trace/graph.h"

namespace lots::ctl {
namespace {

bool IsInput(const v1::TraceLink& link) {
  return link.kind() == v1::TRACE_LINK_KIND_POOLED_INPUT ||
         link.kind() == v1::TRACE_LINK_KIND_EXACT_INPUT;
}

// " at hall since 2026-12-31 …".
std::string PlaceOf(const v1::TracePlace& place, absl::TimeZone zone) {
  const std::string kind = place.location_kind() == v1::LOCATION_KIND_INTERNAL
                               ? ""
                               : absl::StrCat(" (", Show(place.location_kind()), ")");
  const std::string since = place.has_arrive_time()
                                ? absl::StrCat(" since ", Show(place.arrive_time(), zone))
                                : std::string();
  const std::string order =
      place.work_order_id().empty() ? "" : absl::StrCat(" of ", place.work_order_id());
  return absl::StrCat(" at ", place.location_id(), order, kind, since);
}

// " to ACME, delivery_note 7, 2026-12-31 …".
std::string PartnerOf(const v1::PartnerMovement& movement, absl::TimeZone zone) {
  const bool goes = movement.kind() == v1::MOVEMENT_KIND_DELIVERY ||
                    movement.kind() == v1::MOVEMENT_KIND_SUPPLIER_RETURN;
  std::string text =
      absl::StrCat(goes ? " to " : " from ",
                   movement.partner_id().empty() ? movement.location_id() : movement.partner_id());
  const std::string document = Show(movement.document());
  if (!document.empty()) absl::StrAppend(&text, ", ", document);
  if (movement.has_occur_time()) absl::StrAppend(&text, ", ", Show(movement.occur_time(), zone));
  return text;
}

std::string TitleOf(const v1::TraceNode& node, absl::CivilDay today) {
  std::string title = ShowLot(node.product_id(), node.number());
  if (node.depth() > 0 && node.certainty() == v1::CERTAINTY_POSSIBLE) {
    absl::StrAppend(&title, "  possibly");
  }
  if (node.former()) absl::StrAppend(&title, "  no longer");
  if (node.expire_date().year() > 0) {
    absl::StrAppend(&title, "  expires ", ShowExpiry(node.expire_date(), today));
  }
  return title;
}

// The order says more than that something was made; a correction is none of its completions.
std::string TitleOf(const v1::Transformation& transformation) {
  if (transformation.work_order_id().empty()) return Show(transformation.kind());
  const bool corrects = transformation.kind() == v1::TRANSFORMATION_KIND_CORRECTION;
  return absl::StrCat(corrects ? "correction of work order " : "work order ",
                      transformation.work_order_id());
}

}  // namespace

std::string TraceTree::UnitOf(const std::string& product_id) const {
  const auto unit = units_.find(product_id);
  return unit == units_.end() ? std::string() : unit->second;
}

std::string TraceTree::WithUnit(const std::string& quantity, const std::string& product_id) const {
  const std::string unit = UnitOf(product_id);
  return unit.empty() ? quantity : absl::StrCat(quantity, " ", unit);
}

std::string TraceTree::PartOf(const v1::TraceLink& link) const {
  if (!link.former()) return PartInEffect(link);
  return absl::StrCat(PartInEffect(link), ", until ", Show(link.until_time(), zone_));
}

std::string TraceTree::PartInEffect(const v1::TraceLink& link) const {
  const auto node = nodes_.find(link.lot_id());
  const std::string quantity =
      node == nodes_.end() ? link.quantity() : WithUnit(link.quantity(), node->second.product_id());
  switch (link.kind()) {
    case v1::TRACE_LINK_KIND_POOLED_INPUT:
      return absl::StrCat("used ", quantity, " (pooled)");
    case v1::TRACE_LINK_KIND_EXACT_INPUT:
      return absl::StrCat("used ", quantity, " (exact)");
    case v1::TRACE_LINK_KIND_BY_PRODUCT:
      return absl::StrCat("by-product ", quantity);
    case v1::TRACE_LINK_KIND_MAINTAINED:
      return "maintained";
    case v1::TRACE_LINK_KIND_RETURNED_COMPONENT:
      return absl::StrCat("came back whole ", quantity, ", not followed");
    default:
      return absl::StrCat("made ", quantity);
  }
}

// What became of a lot that went into the transformation of the link.
std::string TraceTree::EndingOf(const v1::TraceLink& link) const {
  const auto found = transformations_.find(link.transformation_id());
  if (found == transformations_.end()) return "used up";
  switch (found->second.kind()) {
    case v1::TRANSFORMATION_KIND_DISASSEMBLY:
      return "taken apart";
    case v1::TRANSFORMATION_KIND_SPLIT:
    case v1::TRANSFORMATION_KIND_MERGE:
    case v1::TRANSFORMATION_KIND_RELABEL:
      return "now under another number";
    default:
      return "used up";
  }
}

// Of a lot that no place has, the links of the graph say where it went.
std::string TraceTree::WhereNow(const v1::TraceNode& node) const {
  std::vector<std::string> places;
  for (const v1::TracePlace& place : node.places()) {
    places.push_back(
        absl::StrCat(WithUnit(place.quantity(), node.product_id()), PlaceOf(place, zone_)));
  }
  if (node.place_count() > node.places_size()) {
    places.push_back(absl::StrCat("… ", node.place_count(), " places in all"));
  }
  if (!places.empty()) return absl::StrCat("now ", absl::StrJoin(places, ", "));
  std::string ending = "now at no place";
  std::set<std::string> units;
  const auto links = links_by_lot_.find(node.lot_id());
  if (links == links_by_lot_.end()) return ending;
  for (const v1::TraceLink& link : links->second) {
    if (link.former() || !IsInput(link)) continue;
    ending = EndingOf(link);
    const auto unit = nodes_.find(link.output_lot_id());
    if (unit == nodes_.end() || unit->second.tracking() != v1::TRACKING_SERIAL) continue;
    units.insert(absl::StrCat(unit->second.product_id(), "/", unit->second.number()));
  }
  if (units.empty()) return ending;
  return absl::StrCat("now in ", *units.begin(),
                      units.size() > 1 ? absl::StrCat(" and ", units.size() - 1, " more") : "");
}

std::vector<std::string> TraceTree::NotesOf(const v1::TraceNode& node) const {
  const auto with_unit = [&](const std::string& quantity) {
    return WithUnit(quantity, node.product_id());
  };
  std::vector<std::string> notes;
  const std::string affected = AffectedOf(node, UnitOf(node.product_id()));
  if (!affected.empty() && node.depth() > 0) notes.push_back(absl::StrCat("affected ", affected));
  if (!node.reference().empty()) notes.push_back(absl::StrCat("reference ", node.reference()));
  notes.push_back(WhereNow(node));
  for (const v1::PartnerMovement& movement : node.partner_movements()) {
    notes.push_back(absl::StrCat(Show(movement.kind()), " ", with_unit(movement.quantity()),
                                 PartnerOf(movement, zone_)));
  }
  if (node.partner_movement_count() > node.partner_movements_size()) {
    notes.push_back(absl::StrCat("… ", node.partner_movement_count(),
                                 " receipts, deliveries and returns in all"));
  }
  return notes;
}

void TraceTree::Add(const v1::TracePiece& piece) {
  for (const v1::TraceNode& node : piece.nodes()) AddNode(node);
  for (const v1::Transformation& transformation : piece.transformations()) {
    transformations_[transformation.transformation_id()] = transformation;
  }
  for (const v1::TraceLink& link : piece.links()) AddLink(link);
}

void TraceTree::Add(const TracedGraph& graph) {
  units_ = graph.units;
  today_ = graph.today;
  for (const v1::TraceNode& node : graph.nodes) AddNode(node);
  for (const v1::Transformation& transformation : graph.transformations) {
    transformations_[transformation.transformation_id()] = transformation;
  }
  for (const v1::TraceLink& link : graph.links) AddLink(link);
}

void TraceTree::AddNode(const v1::TraceNode& node) {
  if (node.depth() == 0) seeds_.push_back(node.lot_id());
  nodes_[node.lot_id()] = node;
}

void TraceTree::AddLink(const v1::TraceLink& link) {
  links_by_lot_[link.lot_id()].push_back(link);
  links_by_transformation_[link.transformation_id()].push_back(link);
}

std::vector<TreeNode> TraceTree::Draw() const {
  std::vector<TreeNode> trees;
  Drawn drawn;
  for (const std::string& seed : seeds_) trees.push_back(DrawLot(seed, nullptr, drawn));
  return trees;
}

// Whether the walk goes on from the lot through this link.
bool TraceTree::Leads(const v1::TraceLink& link) const {
  return direction_ == kDownstream ? IsInput(link)
                                   : link.kind() == v1::TRACE_LINK_KIND_OUTPUT ||
                                         link.kind() == v1::TRACE_LINK_KIND_BY_PRODUCT ||
                                         link.kind() == v1::TRACE_LINK_KIND_MAINTAINED;
}

// Whether a walk that came into the transformation through `from` leaves it through `to`. An exact
// component went into one output, and did not go into the others.
bool TraceTree::Follows(const v1::TraceLink& from, const v1::TraceLink& to) const {
  if (IsInput(from) == IsInput(to)) return false;
  const v1::TraceLink& input = IsInput(from) ? from : to;
  const v1::TraceLink& output = IsInput(from) ? to : from;
  return input.kind() != v1::TRACE_LINK_KIND_EXACT_INPUT ||
         input.output_lot_id() == output.lot_id() ||
         output.kind() == v1::TRACE_LINK_KIND_RETURNED_COMPONENT;
}

TreeNode TraceTree::DrawLot(const std::string& lot_id, const v1::TraceLink* link,
                            Drawn& drawn) const {
  TreeNode tree;
  const auto node = nodes_.find(lot_id);
  tree.text = node == nodes_.end() ? absl::StrCat("lot ", lot_id) : TitleOf(node->second, today_);
  if (node != nodes_.end()) tree.kind = CertaintyOf(node->second);
  if (link != nullptr) absl::StrAppend(&tree.text, "  ", PartOf(*link));
  const bool followed = link == nullptr || link->kind() != v1::TRACE_LINK_KIND_RETURNED_COMPONENT;
  // A link may name a lot that a limit kept out of the answer, or one that the walk does not
  // follow.
  if (!followed || node == nodes_.end()) return tree;
  if (!drawn.insert(lot_id).second) {
    absl::StrAppend(&tree.text, "  ↑ above");
    return tree;
  }
  tree.notes = NotesOf(node->second);
  const auto links = links_by_lot_.find(lot_id);
  if (links == links_by_lot_.end()) return tree;
  for (const v1::TraceLink& next : links->second) {
    if (Leads(next)) tree.children.push_back(DrawTransformation(next, drawn));
  }
  return tree;
}

TreeNode TraceTree::DrawTransformation(const v1::TraceLink& link, Drawn& drawn) const {
  TreeNode tree;
  const auto found = transformations_.find(link.transformation_id());
  if (found == transformations_.end()) {
    tree.text = absl::StrCat("transformation ", link.transformation_id());
  } else {
    const v1::Transformation& transformation = found->second;
    tree.text = TitleOf(transformation);
    const std::string time = Show(transformation.occur_time(), zone_);
    if (!time.empty()) absl::StrAppend(&tree.text, "  ", time);
  }
  absl::StrAppend(&tree.text, "  ", PartOf(link));
  for (const v1::TraceLink& next : links_by_transformation_.at(link.transformation_id())) {
    if (Follows(link, next)) tree.children.push_back(DrawLot(next.lot_id(), &next, drawn));
  }
  return tree;
}

}  // namespace lots::ctl
