// Passes bytes between a client and PostgreSQL until a test stops the traffic.
#include "tests/support/database/gate.h"

#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/check.h"

namespace lots {
namespace {

constexpr int kLookMillis = 5;  // how often the gate reads its state, which the test may change

using Options = std::vector<std::pair<std::string, std::string>>;

Options OptionsOf(const std::string& conninfo) {
  PQconninfoOption* const parsed = PQconninfoParse(conninfo.c_str(), nullptr);
  Check(parsed != nullptr);
  Options options;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options.emplace_back(option->keyword, option->val);
  }
  PQconninfoFree(parsed);
  return options;
}

std::string Find(const Options& options, absl::string_view keyword, absl::string_view otherwise) {
  for (const auto& [its_keyword, value] : options) {
    if (its_keyword == keyword) return value;
  }
  return std::string(otherwise);
}

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  Check(path.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int ConnectToFile(const std::string& path) {
  const sockaddr_un address = AddressOf(path);
  const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return file;
  close(file);
  return -1;
}

int ConnectToHost(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  const int file = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connected = connect(file, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (connected == 0) return file;
  close(file);
  return -1;
}

int ConnectTo(const std::string& conninfo) {
  const Options options = OptionsOf(conninfo);
  const std::string host = Find(options, "host", "/var/run/postgresql");
  const std::string port = Find(options, "port", "5432");
  if (absl::StartsWith(host, "/")) return ConnectToFile(absl::StrCat(host, "/.s.PGSQL.", port));
  return ConnectToHost(host, port);
}

// The bytes that have arrived, which may be none; nullopt if the connection has ended.
std::optional<std::string> Read(int from) {
  pollfd readable{from, POLLIN, 0};
  if (poll(&readable, 1, 0) <= 0) return "";
  std::string bytes(16 * 1024, '\0');
  const ssize_t count = recv(from, bytes.data(), bytes.size(), 0);
  if (count <= 0) return std::nullopt;
  bytes.resize(count);
  return bytes;
}

bool Write(int to, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(count);
  }
  return true;
}

// The bytes by which the gate recognises a COMMIT: the end of the Bind message of the statement
// that Transaction prepares. For the answer: the CommandComplete message.
absl::string_view MarkOf(Gate::Loss loss) {
  static constexpr char kBind[] = "\0commit";
  static constexpr char kCommandComplete[] =
      "C\0\0\0\x0b"
      "COMMIT";
  return loss == Gate::Loss::kCommit
             ? absl::string_view(kBind, sizeof(kBind))
             : absl::string_view(kCommandComplete, sizeof(kCommandComplete));
}

}  // namespace

Gate::Gate(const std::string& server_conninfo)
    : server_conninfo_(server_conninfo),
      folder_(std::filesystem::temp_directory_path() / "lots-gate-XXXXXX") {
  Check(mkdtemp(folder_.data()) != nullptr);
  // Copies all keywords but the address. The conninfo may be a URI, to which no keyword can be
  // added.
  for (const auto& [keyword, value] : OptionsOf(server_conninfo)) {
    if (keyword != "host" && keyword != "port" && keyword != "hostaddr") {
      absl::StrAppend(&conninfo_, keyword, "='", value, "' ");
    }
  }
  absl::StrAppend(&conninfo_, "host=", folder_, " port=5432");
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressOf(folder_ + "/.s.PGSQL.5432");
  Check(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  Check(listen(listener_, 16) == 0);
  thread_ = std::thread([this] { Run(); });
}

Gate::~Gate() {
  {
    absl::MutexLock lock(&mutex_);
    is_ending_ = true;
  }
  thread_.join();
  Cut();
  close(listener_);
  std::filesystem::remove_all(folder_);
}

void Gate::Cut() {
  absl::MutexLock lock(&mutex_);
  for (const ProxiedConnection& connection : connections_) {
    close(connection.client);
    close(connection.server);
  }
  connections_.clear();
}

void Gate::Hold() { SetState(State::kHold); }
void Gate::Shut() { SetState(State::kShut); }
void Gate::Open() { SetState(State::kOpen); }

void Gate::LoseNext(Loss loss) {
  absl::MutexLock lock(&mutex_);
  next_loss_ = loss;
}

bool Gate::is_to_lose() const {
  absl::MutexLock lock(&mutex_);
  return next_loss_.has_value();
}

void Gate::SetState(State state) {
  absl::MutexLock lock(&mutex_);
  state_ = state;
}

void Gate::Run() {
  while (true) {
    std::vector<pollfd> sockets = {{listener_, POLLIN, 0}};
    {
      absl::MutexLock lock(&mutex_);
      if (is_ending_) return;
      for (const ProxiedConnection& connection : connections_) {
        if (state_ != State::kShut) sockets.push_back({connection.client, POLLIN, 0});
        if (state_ == State::kOpen) sockets.push_back({connection.server, POLLIN, 0});
      }
    }
    poll(sockets.data(), sockets.size(), kLookMillis);
    absl::MutexLock lock(&mutex_);
    if ((sockets[0].revents & POLLIN) != 0) Accept();
    std::erase_if(connections_, [&](ProxiedConnection& connection) {
      mutex_.AssertHeld();
      const bool lives = (state_ == State::kShut || PassToServer(connection)) &&
                         (state_ != State::kOpen || PassToClient(connection));
      if (lives) return false;
      close(connection.client);
      close(connection.server);
      return true;
    });
  }
}

bool Gate::PassToServer(ProxiedConnection& connection) {
  const std::optional<std::string> bytes = Read(connection.client);
  return bytes.has_value() && !IsLost(Loss::kCommit, *bytes, connection.client_said) &&
         Write(connection.server, *bytes);
}

bool Gate::PassToClient(ProxiedConnection& connection) {
  const std::optional<std::string> bytes = Read(connection.server);
  return bytes.has_value() && !IsLost(Loss::kAnswer, *bytes, connection.server_said) &&
         Write(connection.client, *bytes);
}

bool Gate::IsLost(Loss loss, absl::string_view bytes, std::string& said) {
  const absl::string_view mark = MarkOf(loss);
  said.append(bytes.data(), bytes.size());
  const bool is_lost = next_loss_ == loss && absl::StrContains(said, mark);
  if (is_lost) next_loss_.reset();
  if (said.size() >= mark.size()) said.erase(0, said.size() - mark.size() + 1);
  return is_lost;
}

void Gate::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ConnectTo(server_conninfo_);
  if (server < 0) {
    close(client);
  } else {
    connections_.push_back({client, server});
  }
}

}  // namespace lots
