// Companies that play the story of story.h on one server. A test checks whether a company sees or
// changes data of another company.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/generic_stub.h"
#include "storage/pg/connection.h"
#include "tests/support/server/test_server.h"
#include "tests/support/story/story.h"

namespace lots {

// Values by their names in the story: ids, and the values that differ between companies.
using Names = std::map<std::string, std::string>;

// The values that differ between companies, whose names are otherwise the same. "own" and "twin"
// have the same values.
Names OwnValues(const std::string& company);

struct Tenant {
  std::string company;
  Names names;
  std::vector<std::string> answers = {};  // to each step, with names in place of ids
};

// The position of a "$name" in a request that stands for an id.
struct IdPlace {
  size_t at;
  std::string name;
};
std::vector<IdPlace> IdPlacesIn(const std::string& request, const Names& names);

bool IsId(const std::string& text);

// The request with the values of the names.
std::string Filled(const std::string& request, const Names& names);
// The same, with another id at one place.
std::string FilledBut(const std::string& request, const Names& names, const IdPlace& place,
                      const std::string& id);

// The text with names in place of ids. Ids without a name are all replaced by the same text.
std::string InTermsOf(const Names& names, const std::string& text);

// A new, empty message of the type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type);

class Neighbourhood {
 public:
  // Creates a server for these companies.
  explicit Neighbourhood(const std::vector<std::string>& companies);

  // Plays the story: each step for each company. Every call must succeed, show no id of another
  // company and change no row of another company; the story ends at the first call that fails.
  // `before` runs before each call.
  void Play(const std::function<void(const StoryStep&, const Tenant&)>& before = {});

  struct Answer {
    grpc::StatusCode code;
    std::string text;  // the messages and the status, without times
    // "LOT_NOT_FOUND seeds[0]", of the refusal or of the answer to validate_only.
    std::vector<std::string> problems;
  };
  Answer Ask(const std::string& method, const std::string& request, const std::string& company,
             const std::string& request_id);

  // All rows of each company in the database, a line for each row.
  std::map<std::string, std::string> Rows();
  const TestDatabase& database() const { return server_.database(); }
  // The rows of "own" without ids and times, so that the rows of two servers can be compared.
  std::string OwnRows();

  const std::vector<Tenant>& tenants() const { return tenants_; }
  const Tenant& own() const;
  // The methods of the server by name: "LotService.GetLot".
  const std::map<std::string, const google::protobuf::MethodDescriptor*>& methods() const {
    return methods_;
  }
  bool Writes(const std::string& method) const {
    return methods_.at(method)->input_type()->FindFieldByName("request_id") != nullptr;
  }

 private:
  // Plays one step of a company.
  void PlayStep(const StoryStep& step, Tenant& tenant);
  pg::Result Query(const std::string& sql);

  TestServer server_;
  grpc::GenericStub stub_{server_.NewChannel()};
  const std::unique_ptr<pg::Connection> db_ = server_.database().Connect();
  std::string select_rows_;
  std::map<std::string, std::string> rows_;  // after the last step
  std::map<std::string, const google::protobuf::MethodDescriptor*> methods_;
  std::vector<Tenant> tenants_;
};

}  // namespace lots
