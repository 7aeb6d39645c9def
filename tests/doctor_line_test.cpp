// daemon/doctor/line.h: what the answers of name server, platform and gateway mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include "daemon/doctor/line.h"

namespace icure::doctor {
namespace {

using namespace std::chrono_literals;
using sync::Cause;
using sync::Distrust;
using sync::Probe;
using testing::HasSubstr;

const Target kSecure = target_of("https://api.test/", "");

Probe answered(int status) {
  Probe probe;
  probe.status = status;
  return probe;
}
Probe stopped_by(Cause cause, Distrust distrust = Distrust::none) {
  Probe probe;
  probe.cause = cause;
  probe.distrust = distrust;
  return probe;
}

TEST(DoctorDns, ResolvesNamesOnlyWhereThereIsOneToResolve) {
  EXPECT_EQ(why_not_resolve(kSecure), "");
  EXPECT_NE(why_not_resolve(target_of("http://127.0.0.1:80", "")), "");
  EXPECT_NE(why_not_resolve(target_of("https://[::1]:80", "")), "");
  EXPECT_NE(why_not_resolve(target_of("https://api.test", "http://proxy.test:3128")), "");
}

TEST(DoctorDns, TellsAnUnknownNameFromADeadServer) {
  EXPECT_EQ(check_dns(kSecure, 0).outcome, Outcome::ok);
  const auto unknown = check_dns(kSecure, EAI_NONAME);
  EXPECT_EQ(unknown.outcome, Outcome::failed);
  EXPECT_THAT(unknown.result, HasSubstr("no name server knows api.test"));
  EXPECT_THAT(unknown.remedy, HasSubstr("[platform] url"));
  const auto dead = check_dns(kSecure, EAI_AGAIN);
  EXPECT_EQ(dead.outcome, Outcome::failed);
  EXPECT_THAT(dead.remedy, HasSubstr("/etc/resolv.conf"));
}

TEST(DoctorTls, SaysWhyACertificateIsNotTrusted) {
  struct Case {
    Cause cause;
    Distrust why;
    const char* result;
    const char* remedy;
  };
  for (const auto& each : std::vector<Case>{
           {Cause::clock, Distrust::expired, "has expired", "`date`"},
           {Cause::clock, Distrust::not_yet_valid, "not valid yet", "set-ntp"},
           {Cause::tls, Distrust::unknown_issuer, "issued by", "ca_file"},
           {Cause::tls, Distrust::wrong_name, "another name", "host"},
           {Cause::tls, Distrust::bad_ca_file, "ca_file", "PEM"},
           {Cause::tls, Distrust::other, "no secure connection", "https"},
       }) {
    const auto probe = stopped_by(each.cause, each.why);
    const auto tls = check_tls(kSecure, probe);
    EXPECT_EQ(tls.outcome, Outcome::failed);
    EXPECT_THAT(tls.result, HasSubstr(each.result));
    EXPECT_THAT(tls.remedy, HasSubstr(each.remedy));
    EXPECT_EQ(check_platform(probe).outcome, Outcome::skipped) << "one fault is one failure";
  }
}

TEST(DoctorTls, IsNotBlamedForALineThatIsDown) {
  EXPECT_EQ(check_tls(kSecure, answered(503)).outcome, Outcome::ok);
  EXPECT_EQ(check_tls(kSecure, stopped_by(Cause::connect)).outcome, Outcome::skipped);
  EXPECT_EQ(check_tls(target_of("http://127.0.0.1:1", ""), answered(200)).outcome,
            Outcome::skipped);
}

TEST(DoctorPlatform, IsNamedByTheSameCausesAsInTheStatus) {
  EXPECT_EQ(check_platform(answered(200)).outcome, Outcome::ok);
  auto page = answered(200);
  page.html = true;
  for (const auto& [probe, cause] : std::vector<std::pair<Probe, Cause>>{
           {stopped_by(Cause::connect), Cause::connect},
           {stopped_by(Cause::timeout), Cause::timeout},
           {stopped_by(Cause::proxy), Cause::proxy},
           {answered(503), Cause::server},
           {answered(404), Cause::wrong_url},
           {answered(302), Cause::captive_portal},
           {answered(429), Cause::rate_limited},
           {page, Cause::captive_portal},
       }) {
    const auto finding = check_platform(probe);
    EXPECT_EQ(finding.outcome, Outcome::failed);
    EXPECT_EQ(finding.result, sync::explain(cause).text);
    EXPECT_EQ(finding.remedy, sync::explain(cause).hint);
  }
}

TEST(DoctorClock, MayBeFiveMinutesOffAndShouldBeSynchronised) {
  EXPECT_EQ(check_clock(299s, true).outcome, Outcome::ok);
  const auto behind = check_clock(300s, true);
  EXPECT_EQ(behind.outcome, Outcome::failed);
  EXPECT_THAT(behind.result, HasSubstr("5 min behind"));
  EXPECT_THAT(behind.remedy, HasSubstr("set-ntp"));
  EXPECT_THAT(check_clock(-2h, std::nullopt).result, HasSubstr("120 min ahead of"));
  EXPECT_EQ(check_clock(1s, false).outcome, Outcome::warning);
  EXPECT_EQ(check_clock(1s, std::nullopt).outcome, Outcome::ok);
  EXPECT_EQ(check_clock(std::nullopt, true).outcome, Outcome::ok);
  EXPECT_EQ(check_clock(std::nullopt, std::nullopt).outcome, Outcome::skipped);
}

TEST(DoctorLogin, NamesWhatToCorrect) {
  EXPECT_EQ(check_login(Done{}).outcome, Outcome::ok);
  const auto refused = check_login(sync::Fault{Cause::auth, 401, "the login answered 401"});
  EXPECT_EQ(refused.outcome, Outcome::failed);
  EXPECT_THAT(refused.remedy, HasSubstr("[platform] login"));
  const auto unread = check_login(sync::Fault{Cause::password, 0, "/x: No such file"});
  EXPECT_THAT(unread.result, HasSubstr("/x: No such file"));
  EXPECT_THAT(unread.remedy, HasSubstr("password_file"));
}

TEST(DoctorGateway, IsAliveIfItAnswersAtAll) {
  const auto gateway = target_of("https://gateway.test", "");
  for (const int status : {200, 401, 404, 405}) {
    EXPECT_EQ(check_gateway(gateway, answered(status)).outcome, Outcome::ok) << status;
  }
  auto page = answered(200);
  page.html = true;
  for (const auto& probe : {answered(500), answered(302), page, stopped_by(Cause::dns),
                            stopped_by(Cause::tls, Distrust::wrong_name)}) {
    const auto finding = check_gateway(gateway, probe);
    EXPECT_EQ(finding.outcome, Outcome::failed);
    EXPECT_NE(finding.remedy, "");
  }
}

}  // namespace
}  // namespace icure::doctor
