// Flags, environment and configuration file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "service/server/config.h"

namespace lots {
namespace {

absl::StatusOr<Config> Read(const std::vector<std::string>& arguments) {
  return ReadConfig(arguments, "1.2.3+abc");
}

// Sets a variable of the environment while it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* const name_;
};

TEST(Config, HasDefaultsThatServeOnThisMachineOnly) {
  const auto config = Read({});

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen, "127.0.0.1:50051");
  EXPECT_EQ(config->metrics_listen, "127.0.0.1:9464");
  EXPECT_EQ(config->workers, 8);
  EXPECT_EQ(config->default_deadline, absl::Seconds(10));
  EXPECT_EQ(config->command, Config::Command::kServe);
  EXPECT_NE(config->data, "");
}

TEST(Config, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  const std::string path =
      (std::filesystem::temp_directory_path() / "lots_config_test.toml").string();
  std::ofstream(path) << "workers = 3\nqueue = 33\ncompany = \"filed\"\n";
  const Environment queue("LOTS_QUEUE", "44");
  const Environment company("LOTS_COMPANY", "environed");

  const auto config = Read({"--config", path, "--company", "flagged"});

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->workers, 3);
  EXPECT_EQ(config->queue, 44);
  EXPECT_EQ(config->company, "flagged");
  std::filesystem::remove(path);
}

TEST(Config, ACollectorIsAWebAddressWithoutSecrets) {
  EXPECT_EQ(Read({})->otlp_endpoint, "");
  EXPECT_EQ(Read({"--otlp-endpoint", "http://localhost:4318"})->otlp_endpoint,
            "http://localhost:4318");
  for (const char* const bad :
       {"localhost:4318", "ftp://localhost", "http://me:secret@host:4318"}) {
    const auto config = Read({"--otlp-endpoint", bad});
    EXPECT_FALSE(config.ok()) << bad;
    EXPECT_TRUE(absl::StrContains(config.status().message(), "--otlp-endpoint")) << bad;
  }
}

TEST(Config, RefusesWhatMakesNoSenseAndNamesTheFlag) {
  const struct {
    std::vector<std::string> arguments;
    const char* named;
  } kCases[] = {
      {{"--workers", "0"}, "--workers"},
      {{"--workers", "many"}, "--workers"},
      {{"--queue", "-1"}, "--queue"},
      {{"--listen", "nowhere"}, "--listen"},
      {{"--listen", "127.0.0.1:70000"}, "--listen"},
      {{"--listen", "unix:"}, "--listen"},
      {{"--metrics-listen", "unix:/tmp/x"}, "--metrics-listen"},
      {{"--default-deadline", "10"}, "--default-deadline"},
      {{"--default-deadline", "0s"}, "--default-deadline"},
      {{"--default-deadline", "1h"}, "--default-deadline"},
      {{"--max-message", "1"}, "--max-message"},
      {{"--log-level", "loud"}, "--log-level"},
      {{"--company", std::string(65, 'c')}, "--company"},
      {{"--unknown"}, "--unknown"},
      {{"--config", "/nowhere/lots.toml"}, "lots.toml"},
  };
  for (const auto& test : kCases) {
    const auto config = Read(test.arguments);
    ASSERT_FALSE(config.ok()) << test.named;
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(config.status().message(), test.named)) << config.status();
  }
}

TEST(Config, ServesOtherMachinesOnlyWithASecondOption) {
  EXPECT_FALSE(Read({"--listen", "0.0.0.0:50051"}).ok());
  EXPECT_FALSE(Read({"--listen", "[::]:50051"}).ok());
  EXPECT_FALSE(Read({"--listen", "lots.example:50051"}).ok());
  EXPECT_TRUE(Read({"--listen", "0.0.0.0:50051", "--insecure-listen"}).ok());
  for (const char* own : {"localhost:1", "127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "unix:/run/l"}) {
    EXPECT_TRUE(Read({"--listen", own}).ok()) << own;
  }
}

TEST(Config, NeverRepeatsThePasswordOfTheDatabase) {
  const Environment database("LOTS_DATABASE", "postgresql://u:hunter2@host/db");
  const auto help = Read({"--help"});
  const auto refused = Read({"--workers", "0"});

  EXPECT_FALSE(absl::StrContains(help->text, "hunter2"));
  EXPECT_FALSE(absl::StrContains(refused.status().message(), "hunter2"));
}

TEST(Config, PrintsVersionAndHelp) {
  const auto version = Read({"--version"});
  const auto help = Read({"--help"});

  EXPECT_EQ(version->command, Config::Command::kPrint);
  EXPECT_EQ(version->text, "lotd 1.2.3+abc\n");
  EXPECT_TRUE(absl::StrContains(help->text, "LOTS_DATABASE"));
}

TEST(Config, MigratesAsACommandOfItsOwn) {
  const auto config = Read({"migrate", "--database", "host=db"});

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->command, Config::Command::kMigrate);
  EXPECT_EQ(config->database, "host=db");
}

TEST(Config, IsSecureWithTlsAndAWayToKnowWhoCalls) {
  const std::vector<std::string> tls = {"--tls-certificate", "c", "--tls-key", "k"};
  const std::vector<std::string> tokens = {"--token-keys",     "t", "--token-issuer", "i",
                                           "--token-audience", "a"};
  const auto with = [](std::initializer_list<std::vector<std::string>> parts) {
    std::vector<std::string> arguments = {"--listen", "0.0.0.0:50051"};
    for (const auto& part : parts) arguments.insert(arguments.end(), part.begin(), part.end());
    return Read(arguments);
  };

  EXPECT_TRUE(with({tls, tokens}).ok()) << with({tls, tokens}).status();
  EXPECT_TRUE(with({tls, {"--tls-client-ca", "ca", "--access-list", "l"}}).ok());
  EXPECT_TRUE(IsSecure(*with({tls, tokens})));
  // Half of it is for this machine only, or said outright.
  EXPECT_TRUE(absl::StrContains(with({tls}).status().message(), "who calls"));
  EXPECT_TRUE(absl::StrContains(with({tokens}).status().message(), "no TLS"));
  EXPECT_TRUE(with({tokens, {"--insecure-listen"}}).ok());
  EXPECT_FALSE(IsSecure(*with({tokens, {"--insecure-listen"}})));
  EXPECT_FALSE(Read({"--listen", "127.example.com:50051"}).ok());
}

TEST(Config, RefusesHalvesOfAnIdentity) {
  const std::vector<std::vector<std::string>> halves = {
      {"--tls-certificate", "c"},
      {"--tls-key", "k"},
      {"--tls-client-ca", "ca"},
      {"--tls-certificate", "c", "--tls-key", "k", "--tls-client-ca", "ca"},
      {"--access-list", "l"},
      {"--tls-certificate", "c", "--tls-key", "k", "--access-list", "l"},
      {"--token-keys", "t"},
      {"--token-keys", "t", "--token-issuer", "i"},
      {"--token-issuer", "i"},
      {"--token-keys", "t", "--token-issuer", "i", "--token-audience", "a", "--token-skew", "1h"},
      {"--connection-age", "1ms"},
      {"--caller-calls", "0"},
  };
  for (const auto& half : halves) {
    EXPECT_FALSE(Read(half).ok()) << testing::PrintToString(half);
  }
}

}  // namespace
}  // namespace lots
