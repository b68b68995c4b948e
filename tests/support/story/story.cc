// Calls every method of the API.
#include "tests/support/story/story.h"

namespace lots {
namespace {

constexpr StoryStep kStory[] = {
    {"CatalogService.UpdateSettings",
     "settings {lots_enabled: true expiry_enabled: $expiry time_zone: '$zone'} "
     "update_mask {paths: '*'}"},
    {"CatalogService.UpsertProducts", R"(
       products {product_id: 'paint' tracking: TRACKING_LOT scale: $scale producible: true
                 display_name: '$words' number_template: 'P$words{###}'
                 next_number: $months shelf_life {best_before_days: $months}}
       products {product_id: 'glue' tracking: TRACKING_LOT scale: $scale number_template: 'G{###}'}
       products {product_id: 'bike' tracking: TRACKING_SERIAL producible: true
                 display_name: '$words' number_template: 'B{###}' warranty_months: $months})"},
    {"CatalogService.UpsertLocations", R"(
       locations {location_id: 'hall' kind: LOCATION_KIND_INTERNAL display_name: '$words'}
       locations {location_id: 'shelf' kind: LOCATION_KIND_INTERNAL parent_id: 'hall'}
       locations {location_id: 'yard' kind: LOCATION_KIND_INTERNAL parent_id: '$parent'}
       locations {location_id: 'dock' kind: $kind}
       locations {location_id: 'shop' kind: LOCATION_KIND_CUSTOMER display_name: '$words'})"},
    {"CatalogService.GetSettings", ""},
    {"CatalogService.GetProduct", "product_id: 'paint'"},
    {"CatalogService.ListProducts", ""},
    {"CatalogService.ListLocations", ""},
    {"CatalogService.GetLocation", "location_id: 'hall'"},
    {"CatalogService.UpsertProducts",
     "products {product_id: 'old' tracking: TRACKING_LOT display_name: '$words'}"},
    {"CatalogService.RetireProducts", "product_ids: ['old']"},
    {"CatalogService.UpsertLocations",
     "locations {location_id: 'attic' kind: LOCATION_KIND_INTERNAL display_name: '$words'}"},
    {"CatalogService.RetireLocations", "location_ids: ['attic']"},
    {"CatalogService.RetireLocations", "location_ids: ['attic'] undo: true"},
    {"CatalogService.ListProducts", "show_retired: true"},

    // Goods arrive.
    {"LotService.PreviewLotNumbers", "product_id: 'paint' count: 2"},
    {"LotService.PreviewLotNumbers", "product_id: 'paint' count: 2 first_number: 'P1'"},
    {"LotService.CreateLot", R"(
       lot {product_id: 'paint' number: 'P1' reference: '$words' notes: '$words'
            expire_date {year: 2098 month: 1 day: 1}}
       opening_quantity: '$many' opening_location_id: 'shelf')",
     "paint"},
    {"LotService.BatchCreateLots", R"(
       product_id: 'paint'
       lots {number: 'P2' notes: '$words' opening_quantity: '$many' opening_location_id: 'shelf'}
       lots {number: 'P3' expire_date {year: 2020 month: 1 day: 1}}
       lots {number: 'P0' expire_date {year: 2020 month: 1 day: 1} opening_quantity: '$many'
             opening_location_id: 'yard'})",
     "paint2 spare"},
    {"LotService.BatchCreateLots", "product_id: 'paint' count: 2 first_number: 'P7'"},
    {"StockService.RecordMovements", R"(
       movements {kind: MOVEMENT_KIND_RECEIPT lot {lot_id: '$paint'} quantity: '$many'
                  to_location_id: 'shelf' partner_id: 'mill' note: '$words'
                  document {type: 'purchase' number: 'PO'}}
       movements {kind: MOVEMENT_KIND_TRANSFER lot {product_id: 'paint' number: 'P2'} quantity: '1'
                  from_location_id: 'shelf' to_location_id: 'hall'}
       movements {kind: MOVEMENT_KIND_TRANSFER lot {lot_id: '$paint'} quantity: '7'
                  from_location_id: 'shelf' to_location_id: 'dock'}
       movements {kind: MOVEMENT_KIND_TRANSFER lot {lot_id: '$paint'} quantity: '8'
                  from_location_id: 'shelf' to_location_id: 'yard'})",
     "receipt"},
    {"StockService.RecordMovements", R"(
       movements {kind: MOVEMENT_KIND_SUPPLIER_RETURN lot {lot_id: '$paint'} quantity: '1'
                  from_location_id: 'shelf' partner_id: 'mill' receipt_movement_id: '$receipt'})"},
    {"StockService.RecordMovements", R"(
       movements {kind: MOVEMENT_KIND_SCRAP lot {lot_id: '$paint2'} quantity: '1'
                  from_location_id: 'shelf'})",
     "scrap"},
    {"StockService.ReverseMovement", "movement_id: '$scrap' note: '$words'"},

    // Bikes are made.
    {"WorkOrderService.AssignSerials", R"(
       work_order_id: 'MO' product_id: 'bike' planned_quantity: '$many'
       numbers: ['B-1', 'B-2', 'B-3'])",
     "bike bike2 bike3"},
    {"WorkOrderService.AssignSerials",
     "work_order_id: 'MO' product_id: 'bike' count: 2 first_number: 'B-3'"},
    {"WorkOrderService.UnassignSerials", "work_order_id: 'MO' numbers: ['B-4']"},
    {"WorkOrderService.UnassignSerials", "work_order_id: 'MO' numbers: ['B-5'] keep: true"},
    {"WorkOrderService.CompleteWorkOrder", R"(
       work_order_id: 'MO' product_id: 'bike' note: '$words' occur_time {seconds: 1717243200}
       source_location_id: 'shelf' destination_location_id: 'hall'
       outputs {lot_id: '$bike'} outputs {number: 'B-2' to_location_id: 'shelf'}
       components {lot {lot_id: '$paint'} quantity: '2' output_index: 0}
       components {lot {product_id: 'paint' number: 'P2'} quantity: '4' from_location_id: 'shelf'}
       by_products {lot {product_id: 'glue' number: 'G1'} quantity: '20' to_location_id: 'shelf'})",
     "completion bike bike2 glue"},
    {"WorkOrderService.CompleteWorkOrder", R"(
       work_order_id: 'MO' planned_serial_count: 1 occur_time {seconds: 1717243200}
       source_location_id: 'shelf' destination_location_id: 'shelf'
       components {lot {lot_id: '$paint2'} quantity: '1'}
       by_products {lot {lot_id: '$glue'} quantity: '1'})",
     "completion2"},
    {"WorkOrderService.GetWorkOrder", "work_order_id: 'MO'"},
    {"WorkOrderService.ReverseCompletion", "transformation_id: '$completion2' note: '$words'"},
    {"WorkOrderService.AssignSerials", "work_order_id: 'MO-2' product_id: 'bike' count: 2"},
    {"WorkOrderService.IssueComponents", R"(
       work_order_id: 'MO-2' product_id: 'bike' source_location_id: 'shelf' operation: '20'
       work_centre: '$words' subcontractor_id: 'smith' note: '$words'
       lines {lot {lot_id: '$paint'} quantity: '2'}
       lines {lot {product_id: 'paint' number: 'P2'} quantity: '1' from_location_id: 'shelf'}
       lines {product_id: 'paint' quantity: '1' strategy: SUGGEST_STRATEGY_FIFO})"},
    {"WorkOrderService.GetWorkOrder", "work_order_id: 'MO-2'"},
    {"LotService.ListLotLocations", "lot_id: '$paint'"},
    {"StockService.ListStock", "location_id: 'WORK_IN_PROCESS'"},
    {"WorkOrderService.CompleteWorkOrder", R"(
       work_order_id: 'MO-2' planned_serial_count: 1 destination_location_id: 'hall'
       source_location_id: 'shelf' operation: '30' work_centre: '$words' subcontractor_id: 'smith'
       components {lot {lot_id: '$paint'} quantity: '1' from_issued: true}
       auto_components {product_id: 'paint' quantity: '1' from_location_id: 'shelf'
                        output_index: 0})",
     "completion3"},
    {"WorkOrderService.ReverseCompletion", "transformation_id: '$completion3'"},
    {"WorkOrderService.ReturnComponents", R"(
       work_order_id: 'MO-2' destination_location_id: 'shelf'
       lines {lot {lot_id: '$paint'} quantity: '1' to_location_id: 'shelf'}
       lines {lot {product_id: 'paint' number: 'P2'} quantity: '1'})"},
    {"WorkOrderService.ReturnComponents", R"(
       work_order_id: 'MO-2' everything: true destination_location_id: 'shelf' note: '$words')"},
    {"WorkOrderService.CancelWorkOrder", "work_order_id: 'MO-2'"},
    {"WorkOrderService.ReopenWorkOrder", "work_order_id: 'MO-2'"},
    {"WorkOrderService.GetWorkOrder", "work_order_id: 'MO'"},
    {"WorkOrderService.ListWorkOrders", ""},
    {"WorkOrderService.ListWorkOrders", "filter: 'work_order_id = \"MO\"'"},

    // Some bikes are delivered.
    {"StockService.SuggestLots",
     "product_id: 'paint' quantity: '1000' location_id: 'hall' strategy: SUGGEST_STRATEGY_FEFO"},
    {"StockService.SuggestLots", "product_id: 'paint' quantity: '1000'"},
    {"StockService.SuggestLots", "product_id: 'bike' quantity: '3'"},
    {"StockService.RecordMovements", R"(
       movements {kind: MOVEMENT_KIND_DELIVERY lot {product_id: 'bike' number: 'B-1'}
                  from_location_id: 'hall' to_location_id: 'shop' partner_id: 'anna'
                  document {type: 'sale' number: 'SO'} occur_time {seconds: 1717243200}}
       movements {kind: MOVEMENT_KIND_DELIVERY lot {lot_id: '$paint'} quantity: '5'
                  from_location_id: 'shelf' to_location_id: 'shop' partner_id: 'bert'})",
     "delivery delivery2"},
    {"StockService.RecordMovements", R"(
       movements {kind: MOVEMENT_KIND_RETURN lot {lot_id: '$paint'} quantity: '1'
                  from_location_id: 'shop' to_location_id: 'shelf' partner_id: 'bert'
                  delivery_movement_id: '$delivery2'})"},
    {"StockService.ListMovements", ""},
    {"StockService.ListMovements", "filter: 'lot_id = \"$paint\"'"},
    {"StockService.ListMovements", "filter: 'document_number = \"SO\"'"},
    // The company's time zone decides on which day this moment is.
    {"StockService.ListMovements", "filter: 'occur_time < 2024-06-02'"},
    {"StockService.ListStock", "lot_ids: ['$paint', '$bike'] show_all_kinds: true"},
    {"StockService.ListStock", "product_id: 'paint' location_id: 'hall' include_descendants: true"},
    {"StockService.ListStock", R"(
       location_id: 'hall' include_descendants: true as_of {seconds: 4000000000})"},

    // Where the lots are, and their history.
    {"LotService.GetLot", "lot_id: '$paint'"},
    {"LotService.BatchGetLots", "lot_ids: ['$bike', '$paint']"},
    {"LotService.FindLots", "numbers: ['P1', 'B-1', 'P9']"},
    {"LotService.FindLots", "numbers: ['P1', 'B-1'] product_id: 'bike'"},
    {"LotService.ListLots", "show_archived: true order_by: 'number'"},
    {"LotService.ListLots", "filter: 'work_order_id = \"MO\"' order_by: 'number'"},
    {"LotService.ListLots", "filter: 'on_hand_quantity > 1' query: 'P' order_by: 'number'"},
    {"LotService.SummarizeLots", ""},
    {"LotService.SummarizeLots", "filter: 'held = false' query: 'B-'"},
    {"LotService.ListLotLocations", "lot_id: '$paint' show_all: true"},
    {"LotService.ListLotHistory", "lot_id: '$bike'"},
    {"TraceService.TraceUpstream", R"(
       seeds {lot_id: '$bike'} seeds {product_id: 'bike' number: 'B-2'}
       filter {product_ids: 'bike' product_ids: 'paint' location_ids: 'shelf'})"},
    {"TraceService.TraceUpstream", "seeds {product_id: 'bike' number: 'B-1'}"},
    {"TraceService.TraceDownstream", R"(
       seeds {lot_id: '$paint'} seeds {product_id: 'paint' number: 'P2'})"},
    {"TraceService.TraceDownstream", R"(
       seeds {lot_id: '$paint'}
       filter {product_ids: 'paint' product_ids: 'bike' location_ids: 'hall'})"},
    {"TraceService.ListRecipients", R"(
       seeds {lot_id: '$paint'} seeds {product_id: 'paint' number: 'P2'})"},
    {"TraceService.FindCommonOrigins", R"(
       failed {lot_id: '$bike'} failed {product_id: 'glue' number: 'G1'}
       sound {lot_id: '$bike2'})"},
    {"TraceService.FindCommonOrigins", R"(
       failed {lot_id: '$bike'} sound {product_id: 'bike' number: 'B-2'})"},
    {"TraceService.GetWarranty", "lot {lot_id: '$bike'}"},
    {"TraceService.GetWarranty", "lot {product_id: 'bike' number: 'B-1'}"},
    {"TraceService.ExtendWarranty",
     "lots {lot_id: '$bike'} lots {lot_id: '$bike2'} add_months: 12 reason: '$words'"},
    {"TraceService.ExtendWarranty", R"(
       lots {product_id: 'bike' number: 'B-1'} end_date {year: 2099 month: 12 day: 31}
       reason: '$words' document {type: 'contract' number: 'C-1'})"},
    {"TraceService.GetWarranty", "lot {lot_id: '$bike'}"},
    {"TraceService.CorrectGenealogy", R"(
       transformation_id: '$completion' reason: '$words'
       lines {wrong {lot {lot_id: '$paint'} quantity: '1' unit {product_id: 'bike' number: 'B-1'}
                     to_location_id: 'shelf'}})",
     "correction"},
    {"TraceService.GetTransformation", "transformation_id: '$completion'"},
    {"TraceService.GetTransformation", "transformation_id: '$correction'"},
    {"WorkOrderService.ReverseCompletion", "transformation_id: '$correction' note: '$words'"},
    {"TraceService.CorrectGenealogy", R"(
       transformation_id: '$completion' reason: '$words'
       lines {wrong {lot {product_id: 'paint' number: 'P1'} quantity: '1' unit {lot_id: '$bike'}}
              right {lot {lot_id: '$paint2'} from_location_id: 'shelf'
                     unit {product_id: 'bike' number: 'B-1'}}}
       lines {right {lot {product_id: 'paint' number: 'P2'} quantity: '1' from_location_id: 'shelf'
                     unit {lot_id: '$bike2'}}})",
     "correction2"},
    {"WorkOrderService.ReverseCompletion", "transformation_id: '$correction2'"},

    // Some lots are held, and some are recalled.
    {"LotService.HoldLots", R"(
       targets {lot {lot_id: '$paint'} location_id: 'shelf'}
       targets {lot {product_id: 'paint' number: 'P2'}}
       reason: '$words' exempt_location_ids: 'hall')",
     "hold hold2"},
    {"LotService.ListLotLocations", "lot_id: '$paint2'"},
    {"HoldService.GetHold", "hold_id: '$hold'"},
    {"HoldService.ListHolds", ""},
    {"HoldService.ListHolds", "filter: 'product_id = \"paint\" AND active = true'"},
    {"HoldService.UpdateHold", R"(
       hold {hold_id: '$hold' case_id: 'CAPA-7' reason: '$words' exempt_location_ids: 'yard'}
       note: '$words')"},
    {"LotService.ReleaseLots", "hold_ids: ['$hold'] note: '$words'"},
    {"LotService.ReleaseLots", "lots {lot_id: '$paint2'} note: '$words'"},
    {"LotService.HoldLots", "targets {lot {lot_id: '$paint2'}} reason: '$words'"},
    {"LotService.ReleaseLots", "lots {product_id: 'paint' number: 'P2'} note: '$words'"},
    {"LotService.HoldLots", R"(
       targets {lot {lot_id: '$paint'} location_id: 'shelf' quantity: '1'}
       reason: '$words' case_id: 'CAPA-7')",
     "hold3"},
    {"HoldService.ListHolds", "filter: 'case_id = \"CAPA-7\" AND location_id = \"shelf\"'"},
    {"LotService.ReleaseLots", "hold_ids: ['$hold3'] note: '$words'"},
    {"InspectionService.RecordInspection", R"(
       plan: 'QP-7' inspector: '$words'
       failed_hold {reason: '$words' exempt_location_ids: 'hall' case_id: 'CAPA-9'}
       documents {type: 'certificate' title: '$words' url: 'https://docs.example/4711'}
       inspections {lot {lot_id: '$paint'} verdict: VERDICT_FAILED note: '$words'
                    results {name: 'viscosity' value {decimal: '9.1'} upper_limit: '4.5'}}
       inspections {lot {product_id: 'paint' number: 'P2'} verdict: VERDICT_PASSED
                    results {name: 'colour' value {text: '$words'} passed: true}}
       release_passed: true)",
     "inspection inspection2 hold4"},
    {"InspectionService.GetInspection", "inspection_id: '$inspection'"},
    {"InspectionService.ListInspections", ""},
    {"InspectionService.ListInspections", "filter: 'failed_result = \"viscosity\"'"},
    {"LotService.ReleaseLots", "hold_ids: ['$hold4'] note: '$words'"},
    {"RecallService.OpenRecall", R"(
       recall_id: 'RC' reason: '$words' exempt_location_ids: 'hall'
       seeds {lot_id: '$paint'} seeds {product_id: 'paint' number: 'P2'})"},
    {"RecallService.GetRecall", "recall_id: 'RC'"},
    {"RecallService.ListRecalls", "state: RECALL_STATE_OPEN"},
    {"RecallService.StreamRecallReport", "recall_id: 'RC'"},
    {"LotService.ListLotHistory", "lot_id: '$paint' page_size: 1000"},
    {"RecallService.UpdateRecall", R"(
       recall {recall_id: 'RC' reason: '$words' exempt_location_ids: ['hall', 'yard']}
       add_seeds {lot_id: '$glue'} add_seeds {product_id: 'paint' number: 'P2'})"},
    {"RecallService.SetRecallDisposition", R"(
       recall_id: 'RC'
       dispositions {lot {lot_id: '$paint'} location_id: 'shelf' quantity: '1' note: '$words'
                     kind: RECALL_DISPOSITION_KIND_CLEARED}
       dispositions {lot {product_id: 'paint' number: 'P2'} location_id: 'shelf' quantity: '1'
                     kind: RECALL_DISPOSITION_KIND_CLEARED})"},
    {"RecallService.RecordRecipientResponse", R"(
       recall_id: 'RC' partner_id: 'bert' notify_time {seconds: 1717243200} notify_method: '$words'
       answer_time {seconds: 1717243200}
       quantities {lot {lot_id: '$paint'} delivery_movement_id: '$delivery2'
                   found_quantity: '1'})"},
    {"RecallService.RecordRecipientResponse", R"(
       recall_id: 'RC' partner_id: 'bert'
       quantities {lot {product_id: 'paint' number: 'P1'} delivery_movement_id: '$delivery2'
                   found_quantity: '1' returned_quantity: '1'})"},
    {"RecallService.ExcludeRecallLots", R"(
       recall_id: 'RC' evidence: '$words' lots {lot_id: '$paint'} lots {lot_id: '$paint2'}
       lots {lot_id: '$bike'} lots {lot_id: '$bike2'} lots {lot_id: '$glue'})"},
    {"RecallService.IncludeRecallLots", R"(
       recall_id: 'RC' evidence: '$words' lots {product_id: 'glue' number: 'G1'})"},
    {"RecallService.ExcludeRecallLots",
     "recall_id: 'RC' evidence: '$words' lots {lot_id: '$glue'}"},
    {"RecallService.IncludeRecallLots",
     "recall_id: 'RC' evidence: '$words' lots {lot_id: '$glue'}"},
    {"RecallService.ExcludeRecallLots",
     "recall_id: 'RC' evidence: '$words' lots {product_id: 'glue' number: 'G1'}"},
    {"RecallService.GetRecall", "recall_id: 'RC'"},
    {"RecallService.StreamRecallReport", "recall_id: 'RC'"},
    {"LotService.ListLotHistory", "lot_id: '$paint' page_size: 1000"},
    {"RecallService.CloseRecall", "recall_id: 'RC' closing_note: '$words'"},
    {"RecallService.OpenRecall", "recall_id: 'RC-2' reason: '$words' seeds {lot_id: '$bike2'}"},
    {"RecallService.CloseRecall", "recall_id: 'RC-2' closing_note: '$words' leave_held: true"},
    {"LotService.ReleaseLots", "lots {lot_id: '$bike2'} note: '$words'"},
    {"RecallService.ListRecalls", ""},
    {"RecallService.ListRecalls", "filter: 'lot_id = \"$glue\"' order_by: 'recall_id'"},

    // Lots are split, merged and relabelled.
    // What is split into P2 agrees with it.
    {"LotService.UpdateLot", "lot {lot_id: '$paint'} update_mask {paths: ['reference']}"},
    {"LotService.SplitLot", R"(
       lot {lot_id: '$paint'} location_id: 'shelf'
       parts {number: 'P4' quantity: '5' location_id: 'hall'} parts {number: 'P2' quantity: '1'})",
     "split"},
    {"WorkOrderService.ReverseCompletion", "transformation_id: '$split'"},
    {"LotService.SplitLot", R"(
       lot {product_id: 'paint' number: 'P2'} location_id: 'shelf' parts {quantity: '6'})"},
    {"LotService.MergeLots", R"(
       sources {lot {lot_id: '$paint'} location_id: 'shelf' quantity: '2'}
       sources {lot {product_id: 'paint' number: 'P2'} location_id: 'shelf' quantity: '3'}
       number: 'P5' location_id: 'hall' reference: 'merged')"},
    {"LotService.RelabelLot", R"(
       lot {lot_id: '$paint'} location_id: 'shelf' quantity: '2' product_id: 'glue' number: 'G2')"},
    {"LotService.RelabelLot", R"(
       lot {product_id: 'paint' number: 'P2'} location_id: 'shelf' quantity: '2' number: 'P1')"},
    {"WorkOrderService.Disassemble", R"(
       lot {lot_id: '$bike2'} from_location_id: 'shelf' destination_location_id: 'hall'
       components {lot {lot_id: '$paint2'} quantity: '1' to_location_id: 'shelf'})"},
    {"StockService.RecordMovements", R"(
       movements {kind: MOVEMENT_KIND_RETURN lot {lot_id: '$bike'} to_location_id: 'hall'
                  delivery_movement_id: '$delivery'})"},
    {"WorkOrderService.Disassemble", R"(
       lot {product_id: 'bike' number: 'B-1'} destination_location_id: 'hall'
       components {lot {product_id: 'paint' number: 'P2'} quantity: '1'})"},
    {"LotService.UpdateLot", R"(
       lot {lot_id: '$spare' notes: '$words' manufacture_date {year: 2019 month: 1 day: 1}}
       update_mask {paths: ['notes', 'manufacture_date']})"},
    {"LotService.BatchUpdateLots", R"(
       updates {lot {lot_id: '$spare' reference: '$words' product_id: 'paint' number: 'P33'}}
       updates {lot {lot_id: '$bike' notes: '$words'} update_mask {paths: 'notes'}}
       note: '$words')"},
    {"LotService.UpdateLot", R"(
       lot {lot_id: '$spare' product_id: 'glue' number: 'G3'}
       update_mask {paths: ['product_id', 'number']})"},
    {"LotService.ArchiveLot", "lot_id: '$spare'"},
    {"LotService.UnarchiveLot", "lot_id: '$spare'"},
    {"LotService.DeleteLot", "lot_id: '$spare'"},
    // A unit gets components, and loses some.
    {"WorkOrderService.CompleteWorkOrder", R"(
       work_order_id: 'MO' outputs {number: 'B-9'} destination_location_id: 'hall')",
     "completion9 bike9"},
    {"UnitService.MaintainUnit", R"(
       lot {product_id: 'bike' number: 'B-9'} reason: '$words' note: '$words'
       installations {lot {lot_id: '$paint2'} quantity: '2' from_location_id: 'shelf'})"},
    {"UnitService.MaintainUnit", R"(
       lot {lot_id: '$bike9'} reason: '$words' source_location_id: 'shelf'
       document {type: 'service_order' number: 'S-1'}
       installations {lot {product_id: 'paint' number: 'P2'} quantity: '1'})"},
    {"UnitService.MaintainUnit", R"(
       lot {lot_id: '$bike9'} reason: '$words'
       removals {lot {lot_id: '$paint2'} quantity: '1' to_location_id: 'hall'})"},
    {"UnitService.MaintainUnit", R"(
       lot {product_id: 'bike' number: 'B-9'} reason: '$words'
       removals {lot {product_id: 'paint' number: 'P2'} quantity: '1'}
       destination_location_id: 'hall')",
     "maintenance"},
    {"UnitService.GetComposition", R"(
       lot {product_id: 'bike' number: 'B-9'} include_former: true)"},
    {"UnitService.GetComposition", "lot {lot_id: '$paint2'}"},
    {"WorkOrderService.ReverseCompletion", "transformation_id: '$maintenance'"},
    // In another company this would make a circle of locations.
    {"CatalogService.UpsertLocations",
     "locations {location_id: '$lower' parent_id: '$upper'} update_mask {paths: 'parent_id'}"},
    {"AuditService.ListAuditEntries", "page_size: 1000"},
    {"AuditService.ListAuditEntries", "lot_id: '$bike'"},
    {"AuditService.ListAuditEntries", "filter: 'work_order_id = \"MO\"'"},
};

}  // namespace

absl::Span<const StoryStep> Story() { return kStory; }

}  // namespace lots
