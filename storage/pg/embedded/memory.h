// How much memory the embedded PostgreSQL may use. For this folder only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lots::pg {

// Bytes that processes started here may use: what the machine has, or less where a control group
// (a container, a systemd unit) says so. `root`: the folder that /proc and /sys are in.
int64_t MemoryBytes(const std::string& root = "");

// What PostgreSQL's manual advises for a server with so much memory, as "name=value".
std::vector<std::string> MemorySettings(int64_t bytes);

}  // namespace lots::pg
