// Companies that live the story of story.h side by side on one server, under the eyes of a test
// that looks whether any of them sees or changes what is another's.
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

// By what the story calls it: an id, or what a company has a say in.
using Names = std::map<std::string, std::string>;

// What a company has a say in. It differs where names do not, but not between "own" and "twin".
Names SayOf(const std::string& company);

struct Tenant {
  std::string company;
  Names names;
  std::vector<std::string> told = {};  // what each step was answered, in the story's terms
};

// A "$name" in a request that stands for an id.
struct IdPlace {
  size_t at;
  std::string name;
};
std::vector<IdPlace> IdPlacesIn(const std::string& request, const Names& names);

bool IsId(const std::string& text);

// The request with the values of the names.
std::string Filled(const std::string& request, const Names& names);
// With another id at one place.
std::string FilledBut(const std::string& request, const Names& names, const IdPlace& place,
                      const std::string& id);

// The text with the names of the ids that have one; ids without one are all the same afterwards.
std::string InTermsOf(const Names& names, const std::string& text);

// An empty message of a type that this program knows.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type);

class Neighbourhood {
 public:
  // All have the same names and numbers.
  explicit Neighbourhood(const std::vector<std::string>& companies);

  // Tells the story, each step company by company. Every call must succeed, show no other company's
  // ids and change nothing of theirs; the story ends at the first that does not. `before` is told
  // of each call before it is made.
  void Tell(const std::function<void(const StoryStep&, const Tenant&)>& before = {});

  struct Answer {
    grpc::StatusCode code;
    std::string text;  // everything that was said, but for times
  };
  Answer Ask(const std::string& method, const std::string& request, const std::string& company,
             const std::string& request_id);

  // Everything that is stored of each company, a row a line.
  std::map<std::string, std::string> Rows();
  // What is stored of "own", as two servers have it whose ids and times differ.
  std::string OwnRows();

  const std::vector<Tenant>& tenants() const { return tenants_; }
  const Tenant& own() const;
  // What is served: "LotService.GetLot".
  const std::map<std::string, const google::protobuf::MethodDescriptor*>& methods() const {
    return methods_;
  }
  bool Writes(const std::string& method) const {
    return methods_.at(method)->input_type()->FindFieldByName("request_id") != nullptr;
  }

 private:
  // A step of a company.
  void Live(const StoryStep& step, Tenant& tenant);
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
