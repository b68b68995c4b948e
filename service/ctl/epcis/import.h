// Carries a planned import out through the API.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/ctl/epcis/plan/plan.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {

// What an import did, and what it found done by an earlier one.
struct EpcisOutcome {
  size_t products_created = 0;
  size_t locations_created = 0;
  size_t lots_created = 0;
  size_t movements_posted = 0;
  size_t completions_posted = 0;
  size_t requests_found = 0;
  // Requests for which the service wanted EXPIRED to be accepted although the document's own dates
  // did not say so.
  std::vector<EpcisFinding> accepted;
};

// The plan's lots as requests without ids, at most kFindNumbersMax of one product each.
std::vector<v1::BatchCreateLotsRequest> LotRequestsOf(const EpcisPlan& plan);

// The company's locations by their ids, retired ones too. None when the company is not there yet.
absl::StatusOr<std::map<std::string, v1::Location>> ListKnownLocations(Session& session);

class EpcisImport {
 public:
  // `accept_expired`: what is delivered or consumed may have expired.
  EpcisImport(Session& session, const EpcisPlan& plan, bool accept_expired)
      : session_(session), plan_(plan), accept_expired_(accept_expired) {}

  // Sends the requests in order, without those that an earlier import sent (`done`, from
  // CheckEpcisPlan). Stops at the first refusal and names the event; another run resumes there.
  // Nothing is done twice: request ids derive from events.
  absl::StatusOr<EpcisOutcome> Run(const std::set<size_t>& done);

 private:
  // The products of the completions that are not done must be producible.
  std::set<std::string> ProductsToMake(const std::set<size_t>& done) const;
  absl::Status UpsertProducts(const std::set<size_t>& done);
  absl::Status Upsert(const v1::UpsertProductsRequest& products);
  absl::Status UpsertLocations();
  absl::Status CreateLots();
  absl::Status CreateMissing(const v1::BatchCreateLotsRequest& lots);
  absl::Status Send(const ImportRequest& planned);
  absl::Status Send(const ImportRequest& planned, v1::RecordMovementsRequest request);
  absl::Status Send(const ImportRequest& planned, v1::CompleteWorkOrderRequest request);
  // Writes the request, and once more with EXPIRED accepted when that is what the service wants.
  template <class Request, class Response>
  absl::StatusOr<Response> SendAccepting(const ImportRequest& planned,
                                         const UnaryMethod<Request, Response>& method,
                                         Request& request);
  // In JSON mode, the answer on standard output.
  absl::Status Print(const google::protobuf::Message& response);

  Session& session_;
  const EpcisPlan& plan_;
  const bool accept_expired_;
  EpcisOutcome outcome_;
};

}  // namespace lots::ctl
