// Whole histories: made up, played, and made small where they fail.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/api_client.h"
#include "tests/simulator/generator.h"
#include "tests/simulator/simulation.h"
#include "tests/simulator/step.h"

namespace lots::simulator {

// A company of its own each time.
using ApiClientFactory = std::function<std::unique_ptr<ApiClient>()>;

struct Failure {
  std::string wrong;        // empty: there is none
  std::vector<Step> steps;  // the last one is the one that failed
};

struct Played {
  Failure failure;
  int steps = 0;
  int accepted = 0;
  int bounds_tried = 0;
};

// Makes up a history of so many steps and plays it, up to the first step that fails.
Played PlayRandom(const ApiClientFactory& make_client, const GeneratorOptions& options, int steps);

// Plays the steps, up to the first one that fails.
Failure PlayAgain(const ApiClientFactory& make_client, const std::vector<Step>& steps);

// The same failure with as few of its steps as can be found in a minute: what is left out refers to
// nothing any more, or was not needed.
Failure Shrink(const ApiClientFactory& make_client, Failure failure);

// A history, and the same one with its steps in another order wherever they have nothing to do with
// each other: no lot and no order in common. What the server tells of the two in the end; equal,
// unless the order of inserts changes an answer.
struct TwoOrders {
  Failure failure;
  std::vector<std::string> first;
  std::vector<std::string> second;
  int steps = 0;
  int moved = 0;  // steps that came at another place
};
TwoOrders PlayInTwoOrders(const ApiClientFactory& make_client, const GeneratorOptions& options,
                          int steps);

// What to tell a person about a failure.
std::string TextOf(const Failure& failure);

}  // namespace lots::simulator
