// sync/platform/probe.h: how far a request comes, and why a certificate is not trusted.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include "sync/platform/probe.h"
#include "tests/support/local_port.h"
#include "tests/support/temp_dir.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using support::LocalPort;
using support::SameAnswerServer;

constexpr long kDay = 86'400;  // in seconds

/// A server that proves itself by a certificate of its own, for a name and from one day to another.
class TlsServer {
 public:
  TlsServer(const char* name, long from, long to)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
        certificate_(X509_new(), X509_free),
        context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    ::signal(SIGPIPE, SIG_IGN);  // a client that distrusts us closes in the middle
    auto* made = certificate_.get();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), from);
    X509_gmtime_adj(X509_getm_notAfter(made), to);
    X509_set_pubkey(made, key_.get());
    auto* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(made, subject);
    auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
    X509_add_ext(made, names, -1);
    X509_EXTENSION_free(names);
    EXPECT_NE(X509_sign(made, key_.get(), EVP_sha256()), 0);
    SSL_CTX_use_certificate(context_.get(), made);
    SSL_CTX_use_PrivateKey(context_.get(), key_.get());
  }
  std::string url() const { return "https://" + server_.name(); }
  /// The certificate in a file, to be trusted.
  std::string trusted_in(const support::TempDir& dir) const {
    std::string path = dir.path() / "ca.pem";
    auto* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate_.get());
    std::fclose(file);
    return path;
  }

 private:
  void serve(int peer) {
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), peer);
    char request[4096];
    if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), request, sizeof request) <= 0) return;
    constexpr std::string_view kReply = "HTTP/1.1 204 None\r\nContent-Length: 0\r\n\r\n";
    SSL_write(tls.get(), kReply.data(), static_cast<int>(kReply.size()));
    SSL_shutdown(tls.get());
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  support::LocalServer server_{[this](int peer) { serve(peer); }};
};

class ProbeTest : public ::testing::Test {
 protected:
  Probe ask(const std::string& url, const std::string& ca_file = "", Millis timeout = 5s) const {
    return probe({url, ca_file, "", 5s, 5s}, "/x", timeout);
  }
  Probe ask_trusting(const TlsServer& server) const {
    return ask(server.url(), server.trusted_in(dir));
  }
  support::TempDir dir;
};

TEST_F(ProbeTest, TellsOfTheAnswerThatCame) {
  SameAnswerServer server(
      "HTTP/1.1 302 Elsewhere\r\nContent-Type: text/html\r\nContent-Length: 4\r\n"
      "Date: Fri, 27 Nov 2026 12:00:00 GMT\r\nLocation: /y\r\n\r\nbody");
  const auto found = ask(server.url());
  EXPECT_EQ(found.cause, Cause::none);
  EXPECT_EQ(found.status, 302);
  EXPECT_TRUE(found.html);
  EXPECT_EQ(found.date, WallTime(1'795'780'800s));
  EXPECT_TRUE(server.seen().starts_with("GET /x HTTP/1.1\r\n")) << server.seen();
  SameAnswerServer plain("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}");
  EXPECT_FALSE(ask(plain.url()).html);
  EXPECT_EQ(ask(plain.url()).date, std::nullopt);
}

TEST_F(ProbeTest, TellsWhatIsWrongOnTheWay) {
  const LocalPort nobody;
  EXPECT_EQ(ask(nobody.url).cause, Cause::connect);
  EXPECT_EQ(ask(nobody.url).status, 0);
  SameAnswerServer silent("");
  EXPECT_EQ(ask(silent.url(), "", 20ms).cause, Cause::timeout);
  SameAnswerServer plain("HTTP/1.1 400 No\r\n\r\n");
  EXPECT_EQ(ask(plain.url()).status, 400);
}

TEST_F(ProbeTest, TrustsWhatItIsToldToTrust) {
  const TlsServer server("IP:127.0.0.1", -kDay, kDay);
  EXPECT_EQ(ask_trusting(server).status, 204);
  const auto unknown = ask(server.url());
  EXPECT_EQ(unknown.cause, Cause::tls);
  EXPECT_EQ(unknown.distrust, Distrust::unknown_issuer);
  const auto no_file = ask(server.url(), dir.path() / "absent.pem");
  EXPECT_EQ(no_file.cause, Cause::tls);
  EXPECT_EQ(no_file.distrust, Distrust::bad_ca_file);
}

TEST_F(ProbeTest, TellsACertificateOfAnotherTimeFromOneOfAnotherName) {
  const auto expired = ask_trusting(TlsServer("IP:127.0.0.1", -2 * kDay, -kDay));
  EXPECT_EQ(expired.cause, Cause::clock);
  EXPECT_EQ(expired.distrust, Distrust::expired);
  const auto early = ask_trusting(TlsServer("IP:127.0.0.1", kDay, 2 * kDay));
  EXPECT_EQ(early.cause, Cause::clock);
  EXPECT_EQ(early.distrust, Distrust::not_yet_valid);
  const auto other = ask_trusting(TlsServer("DNS:elsewhere.test", -kDay, kDay));
  EXPECT_EQ(other.cause, Cause::tls);
  EXPECT_EQ(other.distrust, Distrust::wrong_name);
}

}  // namespace
}  // namespace icure::sync
