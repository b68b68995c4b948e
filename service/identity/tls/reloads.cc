// Watches files and loads them again.
#include "service/identity/tls/reloads.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/identity_file.h"
#include "storage/base/sha256.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

// Compares contents, not times: a copy may keep its time, and a link may lead to another folder.
std::string SeenNow(const std::vector<std::string>& paths) {
  std::string seen;
  for (const std::string& path : paths) {
    const absl::StatusOr<std::string> text = ReadIdentityFile(path);
    absl::StrAppend(&seen, text.ok() ? Sha256(*text) : text.status().ToString(), "\n");
  }
  return seen;
}

}  // namespace

void Reloads::Add(absl::string_view name, std::vector<std::string> paths,
                  std::function<absl::Status()> load) {
  absl::MutexLock lock(&mutex_);
  sources_.push_back({std::string(name), std::move(paths), std::move(load)});
}

absl::Status Reloads::LoadAll() {
  absl::MutexLock lock(&mutex_);
  for (Source& source : sources_) RETURN_IF_ERROR(Load(source));
  return absl::OkStatus();
}

void Reloads::Watch(absl::Duration period) {
  watching_ = std::make_unique<Periodic>(period, [this] { ReloadChanged(); });
}

void Reloads::ReloadAll() {
  absl::MutexLock lock(&mutex_);
  for (Source& source : sources_) static_cast<void>(Load(source));
}

void Reloads::ReloadChanged() {
  absl::MutexLock lock(&mutex_);
  for (Source& source : sources_) {
    if (SeenNow(source.paths) != source.seen) static_cast<void>(Load(source));
  }
}

absl::Status Reloads::Load(Source& source) {
  // Taken before the files are read, so that a change during the reading is found at the next look.
  source.seen = SeenNow(source.paths);
  const absl::Status loaded = source.load();
  metrics_.Reloaded(source.name, loaded.ok());
  if (loaded.ok()) {
    log_.Write(LogLevel::kInfo, "reloaded", LogFields().Add("file", source.name));
  } else {
    log_.Write(LogLevel::kError, "reload_failed",
               LogFields().Add("file", source.name).Add("error", loaded.message()));
  }
  return loaded;
}

}  // namespace lots
