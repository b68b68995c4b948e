// Collects a traced graph, and writes it as table and CSV.
#include "service/ctl/trace/graph.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/ctl/output/csv.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"

namespace lots::ctl {
namespace {

std::string PlacesOf(const v1::TraceNode& node) {
  std::vector<std::string> places;
  for (const v1::TracePlace& place : node.places()) {
    places.push_back(absl::StrCat(place.quantity(), "@", place.location_id(),
                                  place.work_order_id().empty() ? "" : " of ",
                                  place.work_order_id()));
  }
  if (node.place_count() > node.places_size()) {
    places.push_back(absl::StrCat("… ", node.place_count(), " in all"));
  }
  return absl::StrJoin(places, "; ");
}

std::string PartnersOf(const v1::TraceNode& node) {
  std::vector<std::string> partners;
  for (const v1::PartnerMovement& movement : node.partner_movements()) {
    partners.push_back(absl::StrCat(
        Show(movement.kind()), " ", movement.quantity(), " ",
        movement.partner_id().empty() ? movement.location_id() : movement.partner_id()));
  }
  if (node.partner_movement_count() > node.partner_movements_size()) {
    partners.push_back(absl::StrCat("… ", node.partner_movement_count(), " in all"));
  }
  return absl::StrJoin(partners, "; ");
}

std::string Span(const std::string& min, const std::string& max) {
  return min == max ? min : absl::StrCat(min, "–", max);
}

}  // namespace

void TracedGraph::Add(const v1::TracePiece& piece) {
  nodes.insert(nodes.end(), piece.nodes().begin(), piece.nodes().end());
  transformations.insert(transformations.end(), piece.transformations().begin(),
                         piece.transformations().end());
  links.insert(links.end(), piece.links().begin(), piece.links().end());
}

std::string CertaintyOf(const v1::TraceNode& node) {
  if (node.depth() == 0) return "seed";
  return node.certainty() == v1::CERTAINTY_CERTAIN ? "certain" : "possible";
}

std::string AffectedOf(const v1::TraceNode& node, absl::string_view unit) {
  if (!node.has_bounds() || node.former()) return "";
  const v1::TraceBounds& bounds = node.bounds();
  return absl::StrCat(Span(bounds.affected_quantity_min(), bounds.affected_quantity_max()), " of ",
                      bounds.total_quantity(), unit.empty() ? "" : " ", unit);
}

std::string CountsOf(const v1::TraceSummary& summary) {
  const auto count = [](int64_t count, absl::string_view what) {
    return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
  };
  return absl::StrCat(count(summary.node_count(), "lot"), ", ",
                      count(summary.transformation_count(), "transformation"), ", depth ",
                      summary.depth());
}

void WriteTraceTable(const TracedGraph& graph, const Terminal& terminal) {
  Table table({{"DEPTH", Column::kRight},
               {"LOT"},
               {"CERTAINTY", Column::kLeft, Column::kAlways, ColourOfCertainty},
               {"AFFECTED"},
               {"ON HAND", Column::kRight, Column::kUseful},
               {"EXPIRES", Column::kLeft, Column::kDetail, ColourOfExpiry},
               {"PLACES", Column::kLeft, Column::kUseful},
               {"PARTNERS", Column::kLeft, Column::kUseful}});
  for (const v1::TraceNode& node : graph.nodes) {
    table.Add({absl::StrCat(node.depth()), ShowLot(node.product_id(), node.number()),
               CertaintyOf(node), AffectedOf(node), node.on_hand_quantity(),
               ShowExpiry(node.expire_date(), graph.today), PlacesOf(node), PartnersOf(node)});
  }
  table.Print(terminal);
}

void WriteTraceCsv(const TracedGraph& graph, std::ostream& out) {
  out << kCsvBegin;
  CsvRecord header;
  for (const char* title :
       {"depth", "certainty", "product", "number", "reference", "state", "expires", "on_hand",
        "total", "affected_min", "affected_max", "seed_quantity_min", "seed_quantity_max", "unit",
        "places", "partners", "lot_id"}) {
    header.Text(title);
  }
  header.Write(out);
  for (const v1::TraceNode& node : graph.nodes) {
    const v1::TraceBounds& bounds = node.bounds();
    const auto unit = graph.units.find(node.product_id());
    CsvRecord()
        .Number(absl::StrCat(node.depth()))
        .Text(CertaintyOf(node))
        .Text(node.product_id())
        .Text(node.number())
        .Text(node.reference())
        .Text(Show(node.state()))
        .Date(Show(node.expire_date()))
        .Number(node.on_hand_quantity())
        .Number(bounds.total_quantity())
        .Number(bounds.affected_quantity_min())
        .Number(bounds.affected_quantity_max())
        .Number(bounds.seed_quantity_min())
        .Number(bounds.seed_quantity_max())
        .Text(unit == graph.units.end() ? "" : unit->second)
        .Text(PlacesOf(node))
        .Text(PartnersOf(node))
        .Text(node.lot_id())
        .Write(out);
  }
}

}  // namespace lots::ctl
