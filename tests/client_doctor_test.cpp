// The doctor's findings as text: what helps stands under what is wrong, and nothing acts.
#include <gtest/gtest.h>

#include <sstream>

#include "ipc/client/views.h"

namespace icure::client {
namespace {

const Json kFindings = Json::parse(R"({"schema": 1, "ok": false, "checks": [
  {"name": "config", "state": "ok", "result": "/etc/x.toml is valid"},
  {"name": "key", "state": "failed", "result": "it opens nothing", "remedy": "give the right one"},
  {"name": "rights", "state": "failed", "result": "2 faults", "remedy": "chmod 0600 /a",
   "faults": [{"text": "others may open /a", "remedy": "chmod 0600 /a"},
              {"text": "others may open /b\u001b[2J", "remedy": "chmod 0600 /b"}]},
  {"name": "tls", "state": "skipped", "result": "left out"}]})");

class DoctorViewTest : public testing::Test {
 protected:
  std::ostringstream out;
  Screen screen{out, out};
};

TEST_F(DoctorViewTest, WhatHelpsStandsUnderWhatIsWrong) {
  EXPECT_EQ(doctor_view(kFindings, screen),
            "ok       config     /etc/x.toml is valid\n"
            "failed   key        it opens nothing\n"
            "                    give the right one\n"
            "failed   rights     2 faults\n"
            "                    - others may open /a\n"
            "                      chmod 0600 /a\n"
            "                    - others may open /b?[2J\n"
            "                      chmod 0600 /b\n"
            "skipped  tls        left out\n"
            "\n"
            "1 ok, 2 failed, 1 skipped\n");
}

TEST_F(DoctorViewTest, ColoursAreForTerminals) {
  EXPECT_EQ(doctor_view(kFindings, screen).find('\x1b'), std::string::npos);
  screen.colours = true;
  EXPECT_NE(doctor_view(kFindings, screen).find("\x1b[31mfailed   \x1b[0mkey"), std::string::npos);
}

}  // namespace
}  // namespace icure::client
