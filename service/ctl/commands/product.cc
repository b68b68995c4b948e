// lotctl product upsert | get | list | retire
#include <optional>

#include "absl/strings/str_cat.h"
#include "lots/v1/catalog.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/show.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/json.h"
#include "service/ctl/session/paging.h"
#include "service/ctl/shared/list_table.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

struct UpsertOptions {
  std::vector<std::string> ids;
  std::optional<std::string> name;
  std::optional<std::string> tracking;
  std::optional<std::string> unit;
  std::optional<int32_t> scale;
  std::optional<std::string> number_template;
  std::optional<std::string> counter_reset;
  std::optional<int64_t> next_number;
  std::optional<int32_t> expire_days;
  std::optional<int32_t> best_before_days;
  std::optional<int32_t> removal_days;
  std::optional<int32_t> alert_days;
  std::optional<bool> inherit_expiry;
  std::optional<int32_t> warranty_months;
  std::optional<std::string> gtin;
  std::optional<bool> producible;
  std::optional<bool> case_sensitive;
  std::optional<bool> hold_on_receipt;
  std::string file;
};

void DeclareShelfLife(Command& command, UpsertOptions& options) {
  command.Add("--expire-days", options.expire_days, "days from manufacture to expiry");
  command.Add("--best-before-days", options.best_before_days, "to the best-before date");
  command.Add("--removal-days", options.removal_days, "to the removal from the shelf");
  command.Add("--alert-days", options.alert_days, "to the alert");
  command.Add("--inherit-expiry", options.inherit_expiry,
              "finished lots inherit the earliest expiry of their components: true, false");
  command.Add("--warranty-months", options.warranty_months, "from the delivery; 0: none");
}

void Declare(Command& command, UpsertOptions& options) {
  command.Add("product", options.ids, "products that get these values; not with --file");
  command.Add("--name", options.name, "its name");
  command.Add("--tracking", options.tracking, "none, lot or serial; needed when it is new")
      .OneOf({"none", "lot", "serial"});
  command.Add("--unit", options.unit, "unit of measure, as kg");
  command.Add("--scale", options.scale, "decimals of its quantities, 0 to 6");
  command.Add("--template", options.number_template,
              "template of generated numbers, as 'SN-{YYYY}-{#####}'");
  command
      .Add("--counter-reset", options.counter_reset,
           "when the template's counter begins again: never, year, month or day")
      .OneOf({"never", "year", "month", "day"});
  command.Add("--next-number", options.next_number, "the template's next counter value");
  DeclareShelfLife(command, options);
  command.Add("--gtin", options.gtin, "GTIN-8, -12, -13 or -14");
  command.Add("--producible", options.producible, "made here: true or false");
  command.Add("--case-sensitive", options.case_sensitive,
              "numbers that differ in case differ: true or false");
  command.Add("--hold-on-receipt", options.hold_on_receipt,
              "what is received is held until it was inspected: true or false");
  command
      .Add("--file", options.file,
           "products as JSON, {\"products\": [{\"productId\": …}]}; '-': stdin")
      .File();
}

absl::Status SetTracking(const UpsertOptions& options, v1::Product& product,
                         google::protobuf::FieldMask& mask) {
  if (!options.tracking) return absl::OkStatus();
  v1::Tracking tracking = v1::TRACKING_UNSPECIFIED;
  if (!Parse(*options.tracking, tracking)) {
    return UsageError(
        absl::StrCat("--tracking is none, lot or serial; not '", *options.tracking, "'"));
  }
  product.set_tracking(tracking);
  mask.add_paths("tracking");
  return absl::OkStatus();
}

absl::Status SetReset(const UpsertOptions& options, v1::Product& product,
                      google::protobuf::FieldMask& mask) {
  if (!options.counter_reset) return absl::OkStatus();
  v1::CounterReset reset = v1::COUNTER_RESET_UNSPECIFIED;
  if (!Parse(*options.counter_reset, reset)) {
    return UsageError(absl::StrCat("--counter-reset is never, year, month or day; not '",
                                   *options.counter_reset, "'"));
  }
  product.set_counter_reset(reset);
  mask.add_paths("counter_reset");
  return absl::OkStatus();
}

// The given values and the mask that names them.
absl::Status SetValues(const UpsertOptions& options, v1::Product& product,
                       google::protobuf::FieldMask& mask) {
  const auto set = [&mask](const char* path, const auto& value, auto setter) {
    if (!value) return;
    setter(*value);
    mask.add_paths(path);
  };
  set("display_name", options.name, [&](const auto& v) { product.set_display_name(v); });
  set("unit", options.unit, [&](const auto& v) { product.set_unit(v); });
  set("scale", options.scale, [&](int32_t v) { product.set_scale(v); });
  set("number_template", options.number_template,
      [&](const auto& v) { product.set_number_template(v); });
  set("next_number", options.next_number, [&](int64_t v) { product.set_next_number(v); });
  set("inherit_expiry", options.inherit_expiry, [&](bool v) { product.set_inherit_expiry(v); });
  set("warranty_months", options.warranty_months,
      [&](int32_t v) { product.set_warranty_months(v); });
  set("gtin", options.gtin, [&](const auto& v) { product.set_gtin(v); });
  set("producible", options.producible, [&](bool v) { product.set_producible(v); });
  set("case_sensitive", options.case_sensitive, [&](bool v) { product.set_case_sensitive(v); });
  set("hold_on_receipt", options.hold_on_receipt, [&](bool v) { product.set_hold_on_receipt(v); });
  v1::ShelfLife& life = *product.mutable_shelf_life();
  set("shelf_life.expire_days", options.expire_days, [&](int32_t v) { life.set_expire_days(v); });
  set("shelf_life.best_before_days", options.best_before_days,
      [&](int32_t v) { life.set_best_before_days(v); });
  set("shelf_life.removal_days", options.removal_days,
      [&](int32_t v) { life.set_removal_days(v); });
  set("shelf_life.alert_days", options.alert_days, [&](int32_t v) { life.set_alert_days(v); });
  RETURN_IF_ERROR(SetReset(options, product, mask));
  return SetTracking(options, product, mask);
}

void PrintProducts(const google::protobuf::RepeatedPtrField<v1::Product>& products,
                   ListTable& table, const Terminal& terminal) {
  for (const v1::Product& product : products) {
    table.Add(product.company(),
              {product.product_id(), product.display_name(), Show(product.tracking()),
               product.unit(), absl::StrCat(product.scale()), product.number_template(),
               product.producible() ? "yes" : "", product.has_retire_time() ? "yes" : ""});
  }
  table.Print(terminal);
}

ListTable ProductTable(const Session& session) {
  return ListTable(session, {{"PRODUCT"},
                             {"NAME"},
                             {"TRACKING"},
                             {"UNIT"},
                             {"SCALE", Column::kRight, Column::kDetail},
                             {"TEMPLATE", Column::kLeft, Column::kUseful},
                             {"MADE HERE", Column::kLeft, Column::kDetail},
                             {"RETIRED", Column::kLeft, Column::kDetail}});
}

absl::Status Upsert(Session& session, const UpsertOptions& options) {
  v1::UpsertProductsRequest request;
  if (!options.file.empty()) RETURN_IF_ERROR(ReadJsonFile(options.file, request));
  for (const std::string& id : options.ids) {
    request.mutable_update_mask()->Clear();
    v1::Product& product = *request.add_products();
    product.set_product_id(id);
    RETURN_IF_ERROR(SetValues(options, product, *request.mutable_update_mask()));
  }
  if (request.products().empty()) return UsageError("name a product, or give a --file");
  ASSIGN_OR_RETURN(const v1::UpsertProductsResponse response,
                   session.Write(kUpsertProducts, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = ProductTable(session);
  PrintProducts(response.products(), table, session.terminal());
  return absl::OkStatus();
}

struct GetOptions {
  std::string id;
};

void Declare(Command& command, GetOptions& options) {
  command.Add("product", options.id, "the product").Required();
}

absl::Status Get(Session& session, const GetOptions& options) {
  v1::GetProductRequest request;
  request.set_product_id(options.id);
  ASSIGN_OR_RETURN(const v1::Product product, session.Call(kGetProduct, request));
  if (session.json()) return session.PrintJson(product);
  const absl::TimeZone zone = session.zone();
  const v1::ShelfLife& life = product.shelf_life();
  const auto days = [](bool has, int32_t value) {
    return has ? absl::StrCat(value, " days") : std::string();
  };
  PrintDetails(
      {{"product", product.product_id()},
       {"name", product.display_name()},
       {"tracking", Show(product.tracking())},
       {"unit", product.unit()},
       {"scale", absl::StrCat(product.scale())},
       {"template", product.number_template()},
       {"next number",
        product.number_template().empty() ? "" : absl::StrCat(product.next_number())},
       {"counter begins again",
        product.number_template().empty() ? "" : Show(product.counter_reset())},
       {"expires after", days(life.has_expire_days(), life.expire_days())},
       {"best before after", days(life.has_best_before_days(), life.best_before_days())},
       {"removal after", days(life.has_removal_days(), life.removal_days())},
       {"alert after", days(life.has_alert_days(), life.alert_days())},
       {"inherits expiry", product.inherit_expiry() ? "yes" : ""},
       {"warranty",
        product.warranty_months() > 0 ? absl::StrCat(product.warranty_months(), " months") : ""},
       {"GTIN", product.gtin()},
       {"made here", product.producible() ? "yes" : "no"},
       {"case matters", product.case_sensitive() ? "yes" : "no"},
       {"held on receipt", product.hold_on_receipt() ? "yes" : ""},
       {"retired", product.has_retire_time() ? Show(product.retire_time(), zone) : ""},
       {"created", Show(product.create_time(), zone)},
       {"updated", Show(product.update_time(), zone)},
       {"etag", product.etag()}},
      session.terminal());
  return absl::OkStatus();
}

struct ListOptions {
  int64_t limit = kLimitDefault;
  bool show_retired = false;
};

void Declare(Command& command, ListOptions& options) {
  command.Add("--limit", options.limit, "at most so many; 0: all").ShowDefault().NotNegative();
  command.AddSwitch("--retired", options.show_retired, "retired ones, too");
}

absl::Status List(Session& session, const ListOptions& options) {
  ListTable table = ProductTable(session);
  const auto show = [&](const v1::ListProductsResponse& page) -> int64_t {
    if (!session.json()) PrintProducts(page.products(), table, session.terminal());
    return page.products_size();
  };
  v1::ListProductsRequest request;
  request.set_show_retired(options.show_retired);
  return ForEachPage(session, kListProducts, request, {"products", options.limit}, show);
}

struct RetireOptions {
  std::vector<std::string> ids;
  bool undo = false;
};

void Declare(Command& command, RetireOptions& options) {
  command.Add("product", options.ids, "the products").Required();
  command.AddSwitch("--undo", options.undo, "take them back into use");
}

absl::Status Retire(Session& session, const RetireOptions& options) {
  v1::RetireProductsRequest request;
  for (const std::string& id : options.ids) request.add_product_ids(id);
  request.set_undo(options.undo);
  ASSIGN_OR_RETURN(const v1::RetireProductsResponse response,
                   session.Write(kRetireProducts, request));
  if (session.json()) return session.PrintJson(response);
  ListTable table = ProductTable(session);
  PrintProducts(response.products(), table, session.terminal());
  return absl::OkStatus();
}

}  // namespace

void AddProductCommands(Command& program, Work& chosen) {
  CommandGroup group(program, "product", "What tracking needs to know of products", chosen);
  group.AddWrite<UpsertOptions>(
      {"upsert", "Creates products, or changes the given values of those that exist",
       "product upsert pump --tracking serial --producible true --template 'SN-{#####}'\n"
       "product upsert steel --tracking lot --unit kg --scale 3 --expire-days 365\n"
       "product upsert --file products.json"},
      Declare, Upsert);
  group.Add<GetOptions>({"get", "Shows a product", "product get pump"}, Declare, Get);
  group.Add<ListOptions>(
      {"list", "Lists products", "product list --limit 0\nproduct list --retired"}, Declare, List);
  group.AddWrite<RetireOptions>(
      {"retire", "Takes products out of use: no new lots, no new work orders",
       "product retire pump-1 pump-2\nproduct retire pump-1 --undo"},
      Declare, Retire);
}

}  // namespace lots::ctl
