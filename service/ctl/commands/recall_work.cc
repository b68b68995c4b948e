// lotctl recall update | exclude | include | dispose | respond
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/recall_work.pb.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/output/table.h"
#include "service/ctl/session/arguments.h"
#include "service/ctl/session/failure.h"
#include "service/ctl/session/output.h"
#include "service/ctl/session/times.h"
#include "service/ctl/shared/lots.h"
#include "service/ctl/shared/recalls/report.h"
#include "service/ctl/shared/recalls/words.h"
#include "storage/base/status_macros.h"

namespace lots::ctl {
namespace {

absl::Status Print(const v1::Recall& recall, Session& session) {
  if (session.json()) return session.PrintJson(recall);
  PrintDetails(DetailsOf(recall, session.zone()), session.terminal());
  return absl::OkStatus();
}

absl::Status AddLots(Session& session, const std::vector<std::string>& names,
                     google::protobuf::RepeatedPtrField<v1::LotRef>& lots) {
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(*lots.Add(), ParseLotRef(name));
  }
  return ResolveNumbers(session, lots);
}

struct UpdateOptions {
  std::string recall_id;
  std::optional<std::string> reason;
  std::vector<std::string> exempt_location_ids;
  bool no_exempt = false;
  std::string only_exempt;
  std::vector<std::string> seeds;
};

void Declare(Command& command, UpdateOptions& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
  command.Add("--reason", options.reason, "why, in words");
  command.Add("--exempt", options.exempt_location_ids,
              "a location that held goods may still go to, in place of those of before; may be "
              "repeated");
  command.AddSwitch("--no-exempt", options.no_exempt, "no such locations any more");
  command
      .Add("--only-exempt", options.only_exempt,
           "yes or no: whether held goods may go to the --exempt locations only")
      .OneOf({"yes", "no"});
  command.Add("--seed", options.seeds,
              "a lot that is bad too, as NUMBER, PRODUCT/NUMBER or UUID; may be repeated");
}

absl::Status Update(Session& session, const UpdateOptions& options) {
  if (options.no_exempt && !options.exempt_location_ids.empty()) {
    return UsageError("give --exempt or --no-exempt, not both");
  }
  v1::UpdateRecallRequest request;
  v1::Recall& recall = *request.mutable_recall();
  recall.set_recall_id(options.recall_id);
  if (options.reason.has_value()) {
    recall.set_reason(*options.reason);
    request.mutable_update_mask()->add_paths("reason");
  }
  for (const std::string& location : options.exempt_location_ids) {
    recall.add_exempt_location_ids(location);
  }
  if (options.no_exempt || !options.exempt_location_ids.empty()) {
    request.mutable_update_mask()->add_paths("exempt_location_ids");
  }
  if (!options.only_exempt.empty()) {
    recall.set_only_listed_exempt(options.only_exempt == "yes");
    request.mutable_update_mask()->add_paths("only_listed_exempt");
  }
  RETURN_IF_ERROR(AddLots(session, options.seeds, *request.mutable_add_seeds()));
  ASSIGN_OR_RETURN(const v1::Recall updated, session.Write(kUpdateRecall, request));
  return Print(updated, session);
}

struct LotsOptions {
  std::string recall_id;
  std::vector<std::string> lots;
  std::string evidence;
  std::string link;
};

void Declare(Command& command, LotsOptions& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
  command.Add("lot", options.lots, "the lots, as NUMBER, PRODUCT/NUMBER or UUID").Required();
  command.Add("--evidence", options.evidence, "why, in words").Required();
  command.Add("--link", options.link, "where the evidence is");
}

template <class Request>
absl::StatusOr<Request> RequestOf(Session& session, const LotsOptions& options) {
  Request request;
  request.set_recall_id(options.recall_id);
  RETURN_IF_ERROR(AddLots(session, options.lots, *request.mutable_lots()));
  request.set_evidence(options.evidence);
  request.set_evidence_link(options.link);
  return request;
}

absl::Status Exclude(Session& session, const LotsOptions& options) {
  ASSIGN_OR_RETURN(const auto request, RequestOf<v1::ExcludeRecallLotsRequest>(session, options));
  ASSIGN_OR_RETURN(const v1::Recall recall, session.Write(kExcludeRecallLots, request));
  return Print(recall, session);
}

absl::Status Include(Session& session, const LotsOptions& options) {
  ASSIGN_OR_RETURN(const auto request, RequestOf<v1::IncludeRecallLotsRequest>(session, options));
  ASSIGN_OR_RETURN(const v1::Recall recall, session.Write(kIncludeRecallLots, request));
  return Print(recall, session);
}

struct DisposeOptions {
  std::string recall_id;
  std::vector<std::string> lines;
  std::string kind;
  std::string note;
  std::string link;
};

void Declare(Command& command, DisposeOptions& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
  command.Add("lot", options.lines, "LOT=QUANTITY@LOCATION, the whole quantity there; 0: none")
      .Required();
  command.Add("--kind", options.kind, "what became of the goods")
      .Required()
      .OneOf({"cleared", "reworked", "scrapped", "returned-to-supplier", "destroyed-by-customer"});
  command.Add("--note", options.note, "remarks");
  command.Add("--link", options.link, "where the record is");
}

absl::Status Dispose(Session& session, const DisposeOptions& options) {
  v1::SetRecallDispositionRequest request;
  request.set_recall_id(options.recall_id);
  std::vector<v1::LotRef*> lots;
  for (const std::string& text : options.lines) {
    ASSIGN_OR_RETURN(const LotLine line, ParseLotLine(text));
    v1::RecallDisposition& disposition = *request.add_dispositions();
    ASSIGN_OR_RETURN(*disposition.mutable_lot(), ParseLotRef(line.name));
    disposition.set_quantity(line.quantity);
    disposition.set_location_id(line.location_id);
    disposition.set_kind(DispositionKindOf(options.kind));
    disposition.set_note(options.note);
    disposition.set_link(options.link);
  }
  for (v1::RecallDisposition& disposition : *request.mutable_dispositions()) {
    lots.push_back(disposition.mutable_lot());
  }
  RETURN_IF_ERROR(ResolveNumbers(session, lots));
  ASSIGN_OR_RETURN(const v1::Recall recall, session.Write(kSetRecallDisposition, request));
  return Print(recall, session);
}

struct RespondOptions {
  std::string recall_id;
  std::string partner_id;
  std::string notified;
  std::string method;
  std::string answered;
  std::string lot;
  std::string delivery;
  std::string found;
  std::string destroyed;
  std::string returned;
  std::string sold_on;
  std::string note;
  std::string link;
};

void Declare(Command& command, RespondOptions& options) {
  command.Add("recall", options.recall_id, "the recall").Required();
  command.Add("partner", options.partner_id, "the recipient").Required();
  command.Add("--notified", options.notified, "when it was notified: a day or a time");
  command.Add("--how", options.method, "how it was notified; e-mail");
  command.Add("--answered", options.answered, "when it answered: a day or a time");
  command.Add("--lot", options.lot, "the lot of which it tells, as NUMBER, PRODUCT/NUMBER or UUID");
  command.Add("--delivery", options.delivery, "the delivery of which it tells: a movement's UUID");
  command.Add("--found", options.found, "what it still had");
  command.Add("--destroyed", options.destroyed, "what it destroyed of that");
  command.Add("--returned", options.returned, "what it sends back of that");
  command.Add("--sold-on", options.sold_on, "what it had sold on or used up");
  command.Add("--note", options.note, "remarks");
  command.Add("--link", options.link, "where the correspondence is");
}

absl::Status AddQuantities(Session& session, const RespondOptions& options,
                           v1::RecordRecipientResponseRequest& request) {
  if (options.lot.empty()) {
    for (const std::string* value : {&options.delivery, &options.found, &options.destroyed,
                                     &options.returned, &options.sold_on}) {
      if (!value->empty()) return UsageError("say of which --lot the recipient tells");
    }
    return absl::OkStatus();
  }
  v1::RecipientQuantities& quantities = *request.add_quantities();
  ASSIGN_OR_RETURN(*quantities.mutable_lot(), ParseLotRef(options.lot));
  RETURN_IF_ERROR(ResolveNumbers(session, std::vector<v1::LotRef*>{quantities.mutable_lot()}));
  quantities.set_delivery_movement_id(options.delivery);
  quantities.set_found_quantity(options.found);
  quantities.set_destroyed_quantity(options.destroyed);
  quantities.set_returned_quantity(options.returned);
  quantities.set_sold_on_quantity(options.sold_on);
  return absl::OkStatus();
}

absl::Status Respond(Session& session, const RespondOptions& options) {
  v1::RecordRecipientResponseRequest request;
  request.set_recall_id(options.recall_id);
  request.set_partner_id(options.partner_id);
  if (!options.notified.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_notify_time(),
                     ReadTime(session, "--notified", options.notified, DayEdge::kBegin));
  }
  request.set_notify_method(options.method);
  if (!options.answered.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_answer_time(),
                     ReadTime(session, "--answered", options.answered, DayEdge::kBegin));
  }
  RETURN_IF_ERROR(AddQuantities(session, options, request));
  request.set_note(options.note);
  request.set_link(options.link);
  ASSIGN_OR_RETURN(const v1::Recall recall, session.Write(kRecordRecipientResponse, request));
  return Print(recall, session);
}

}  // namespace

void AddRecallWorkCommands(CommandGroup& group) {
  group.AddWrite<UpdateOptions>(
      {"update", "Changes the reason and the exemptions of a recall, and adds seeds",
       "recall update RC-7 --seed steel/H-2 --reason 'splinters, two heats'"},
      Declare, Update);
  group.AddWrite<LotsOptions>({"exclude", "Clears lots: the recall no longer holds them",
                               "recall exclude RC-7 pump/SN-1 --evidence 'tested, protocol 88'"},
                              Declare, Exclude);
  group.AddWrite<LotsOptions>(
      {"include", "Takes an exclusion back, or adds a lot with everything that was made of it",
       "recall include RC-7 pump/SN-1 --evidence 'the test was of another unit'"},
      Declare, Include);
  group.AddWrite<DisposeOptions>(
      {"dispose", "Records what became of goods: cleared, reworked, scrapped, returned, destroyed",
       "recall dispose RC-7 steel/H-1=5@RAW --kind cleared --note 'sieved'"},
      Declare, Dispose);
  group.AddWrite<RespondOptions>(
      {"respond", "Records when a recipient was notified, and what it answered",
       "recall respond RC-7 ACME --notified 2026-03-05 --how e-mail\n"
       "recall respond RC-7 ACME --answered 2026-03-06 --lot pump/SN-1 --found 1 --destroyed 1"},
      Declare, Respond);
}

}  // namespace lots::ctl
