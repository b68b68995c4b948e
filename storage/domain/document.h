// The business document that a movement belongs to.
#pragma once

#include <string>

namespace lots {

struct Document {
  std::string type;
  std::string number;
};

}  // namespace lots
