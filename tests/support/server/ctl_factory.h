// A small factory for the tests of lotctl's commands.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "lots/v1/stock.pb.h"
#include "tests/support/server/ctl_runner.h"

namespace lots {

// A factory that makes pumps of motors and steel: places, products, and 100 of steel H-1 and the
// motors M-1 and M-2 in RAW.
class CtlFactory : public testing::Test {
 protected:
  void SetUp() override {
    lotctl_.Ok({"settings", "update", "--time-zone", "Europe/Berlin"});
    lotctl_.Ok({"location", "upsert", "RAW", "HALL", "SHIP", "--kind", "internal"});
    lotctl_.Ok({"product", "upsert", "steel", "--tracking", "lot", "--unit", "kg", "--scale", "3"});
    lotctl_.Ok({"product", "upsert", "motor", "--tracking", "serial"});
    lotctl_.Ok({"product", "upsert", "pump", "--tracking", "serial", "--producible", "true",
                "--template", "SN-{####}"});
    lotctl_.Ok(
        {"lot", "create", "steel", "H-1", "--reference", "SUP-9", "--expires", "2099-12-31"});
    lotctl_.Ok({"lot", "create", "motor", "M-1", "M-2"});
    lotctl_.Ok({"stock", "move", "receipt", "steel/H-1=100", "motor/M-1", "motor/M-2", "--to",
                "RAW", "--partner", "ACME", "--document", "purchase_order:4711"});
  }

  // Pump SN-0001 of motor M-1 (exact) and 2.5 of steel (pooled), in HALL.
  void MakePump() {
    lotctl_.Ok({"work-order", "assign", "WO-7", "--product", "pump", "--count", "2"});
    lotctl_.Ok({"work-order", "complete", "WO-7", "--finished", "SN-0001", "--component",
                "motor/M-1:into=0", "--component", "steel/H-1=2.5", "--from", "RAW", "--to",
                "HALL"});
  }

  std::string MovementOf(const std::string& kind) {
    const auto page = lotctl_.Answer<v1::ListMovementsResponse>(
        {"stock", "movements", "--kind", kind, "--limit", "1000"});
    return page.movements_size() == 0 ? "" : page.movements(0).movement_id();
  }

  TestServer server_;
  CtlRunner lotctl_{server_, "acme"};
};

}  // namespace lots
