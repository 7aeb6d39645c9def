"""The line goes, the platform misbehaves, the login is refused: the mirror stays, status says why."""
import subprocess
import time
import unittest

from clinic import Daemon, RpcError, Sandbox, mirrored, until


class LineTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 300, "--hcps", 20, "--patients", 300, "--devices", 10)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)

    def status(self):
        return self.daemon.call("daemon.status")

    def failed_run(self):
        run = self.daemon.sync()
        self.assertEqual(run["state"], "failed", run)
        return run["cause"]

    def test_serves_the_mirror_while_the_platform_is_away_and_comes_back_by_itself(self):
        self.daemon.start().until_complete()
        before = mirrored(self.daemon, "user")
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.assertEqual(self.failed_run(), "connect")
        status = self.status()
        self.assertEqual((status["state"], status["cause"]), ("offline", "connect"))
        self.assertTrue(status["warnings"][0]["hint"])
        self.assertEqual(mirrored(self.daemon, "user"), before)
        answer = self.daemon.call("user.get", email="anna.vermeulen@clinic.test")
        self.assertFalse(answer["meta"]["online"])
        self.assertTrue(answer["meta"]["complete"])
        self.sandbox.ask("POST", "/online", {})
        until(lambda: self.status()["state"] == "online", "online again", self.daemon)

    def test_starts_and_serves_without_a_platform_and_fills_up_when_it_comes(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.daemon.start()
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("user.list")
        self.assertEqual(caught.exception.word, "not_mirrored")
        self.sandbox.ask("POST", "/online", {})
        self.daemon.until_complete()

    def test_a_spoilt_answer_fails_the_sweep_with_a_named_cause_and_keeps_the_mirror(self):
        self.daemon.configure(self.sandbox.url, extra="page_size = 25")
        self.daemon.start().until_complete()
        before = mirrored(self.daemon, "user")
        ways = [({"kind": "truncate", "bytes": 3000}, ("connect", "bad_answer")),
                ({"kind": "garbage"}, ("bad_answer", "captive_portal")),
                ({"kind": "wrong_shape"}, ("bad_answer",)),
                ({"kind": "oversize"}, ("oversized",)),
                ({"kind": "drop"}, ("connect",)),
                ({"kind": "status", "status": 503}, ("server",)),
                ({"kind": "status", "status": 403}, ("permission",)),
                ({"kind": "status", "status": 200, "body": "<html>Please sign in</html>",
                  "headers": {"Content-Type": "text/html"}}, ("captive_portal",)),
                ({"kind": "status", "status": 200, "body": "[]"}, ("bad_answer",))]
        for fault, causes in ways:
            with self.subTest(fault=fault):
                self.sandbox.ask("DELETE", "/faults")
                self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user$", **fault})
                self.assertIn(self.failed_run(), causes)
                self.assertEqual(mirrored(self.daemon, "user"), before)
                self.assertIn(self.status()["state"], ("offline", "degraded"))
        self.sandbox.ask("DELETE", "/faults")
        run = self.daemon.sync()
        self.assertEqual(run["state"], "done", run)
        until(lambda: self.status()["state"] == "online", "online", self.daemon)

    def test_an_empty_list_is_never_taken_for_the_deletion_of_everything(self):
        self.daemon.start().until_complete()
        self.sandbox.ask("POST", "/faults", {"match": "POST /rest/v2/(device|hcparty|user)/match",
                                             "kind": "status", "status": 200, "body": "[]"})
        run = self.daemon.sync()
        self.assertEqual(run["state"], "done")
        self.assertEqual(run["kinds"]["device"]["held"], len(self.sandbox.revs("device")))
        self.assertEqual(self.status()["state"], "degraded")
        self.assertEqual(self.status()["warnings"][0]["code"], "braked")
        self.assertEqual(mirrored(self.daemon, "device").keys(), self.sandbox.revs("device").keys())
        self.assertEqual(mirrored(self.daemon, "user").keys(), self.sandbox.revs("user").keys())

    def test_a_fault_of_one_kind_does_not_stop_the_others(self):
        self.sandbox.ask("POST", "/faults", {"match": "POST /rest/v2/hcparty/match",
                                             "kind": "status", "status": 403})
        self.daemon.start().until_complete(("user", "patient", "device"))
        until(lambda: self.status()["state"] == "degraded", "degraded", self.daemon)
        self.assertEqual(self.status()["cause"], "permission")
        self.assertFalse(self.status()["mirror"]["hcp"]["complete"])

    def test_a_refused_login_is_named_and_not_hurried(self):
        self.sandbox.ask("POST", "/auth", {"password": "another-password"})
        self.daemon.start()
        until(lambda: self.status()["state"] == "offline", "offline", self.daemon)
        self.assertEqual(self.status()["cause"], "auth")
        attempts = self.sandbox.received("POST /rest/v2/auth/login")
        self.assertLessEqual(attempts, 2)
        # The clinic's admin corrects the password and reloads.
        (self.daemon.home / "password").write_text("another-password\n")
        self.daemon.process.send_signal(1)
        self.daemon.until_complete()

    def test_a_two_factor_login_is_told_apart_from_a_wrong_password(self):
        self.sandbox.stop()
        self.sandbox = Sandbox("--otp", "123456")
        self.addCleanup(self.sandbox.stop)
        self.daemon.configure(self.sandbox.url)
        self.daemon.start()
        until(lambda: self.status().get("cause") == "otp", "otp", self.daemon)

    def test_speaks_tls_only_with_a_platform_that_it_can_trust(self):
        home = self.daemon.home
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", home / "tls.key", "-out", home / "tls.crt"],
                       check=True, capture_output=True)
        secure = Sandbox("--tls-cert", home / "tls.crt", "--tls-key", home / "tls.key")
        self.addCleanup(secure.stop)
        self.assertTrue(secure.url.startswith("https://"))
        self.daemon.configure(secure.url)
        self.daemon.start()
        until(lambda: self.status().get("cause") == "tls", "tls", self.daemon)
        self.daemon.configure(secure.url, extra=f'ca_file = "{home}/tls.crt"')
        self.daemon.process.send_signal(1)
        self.daemon.until_complete()
        self.assertEqual(mirrored(self.daemon, "user").keys(), secure.revs("user").keys())

    def test_a_certificate_out_of_its_time_is_a_matter_of_the_clock(self):
        home = self.daemon.home
        subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj",
                        "/CN=localhost", "-keyout", home / "tls.key", "-out", home / "tls.csr"],
                       check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", home / "tls.csr", "-signkey",
                        home / "tls.key", "-days", "-1", "-out", home / "tls.crt"],
                       check=True, capture_output=True)
        expired = Sandbox("--tls-cert", home / "tls.crt", "--tls-key", home / "tls.key")
        self.addCleanup(expired.stop)
        self.daemon.configure(expired.url, extra=f'ca_file = "{home}/tls.crt"')
        self.daemon.start()
        until(lambda: self.status().get("cause") == "clock", "clock", self.daemon)

    def test_a_corrected_password_counts_without_a_reload(self):
        self.sandbox.ask("POST", "/auth", {"password": "another-password"})
        self.daemon.start()
        until(lambda: self.status().get("cause") == "auth", "auth", self.daemon)
        (self.daemon.home / "password").write_text("another-password\n")
        self.daemon.until_complete()

    def test_a_password_that_is_not_there_is_not_blamed_on_the_platform(self):
        password = self.daemon.home / "password"
        password.rename(self.daemon.home / "aside")
        self.daemon.start()
        until(lambda: self.status().get("cause") == "password", "password", self.daemon)
        self.assertIn("readable", self.status()["warnings"][0]["hint"])
        self.assertIn(str(password), self.daemon.log_text())
        self.assertEqual(self.sandbox.received("."), 0)
        (self.daemon.home / "aside").rename(password)
        self.daemon.until_complete()

    def test_a_pause_lasts_over_a_restart_and_reads_go_on(self):
        self.daemon.start().until_complete()
        self.assertEqual(self.daemon.call("sync.pause"), {})
        self.assertEqual((self.status()["state"], self.status()["cause"]), ("offline", "paused"))
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("sync.run")
        self.assertEqual((caught.exception.word, caught.exception.data["hint"]),
                         ("unavailable", "icurectl sync resume"))
        asked = self.sandbox.received(".")
        self.assertEqual(self.daemon.stop()[0], 0)
        self.daemon.start()
        until(lambda: self.status().get("cause") == "paused", "paused", self.daemon)
        answer = self.daemon.call("user.get", email="anna.vermeulen@clinic.test", refresh="if_online")
        self.assertFalse(answer["meta"]["online"])
        self.assertEqual(self.sandbox.received("."), asked)
        runs = len(self.daemon.call("sync.history")["rows"])
        self.assertIn("goes on", self.daemon.ctl("sync", "resume").stdout)
        until(lambda: len(self.daemon.call("sync.history")["rows"]) > runs, "a run", self.daemon)
        newest = self.daemon.call("sync.history", limit=1)["rows"]
        self.assertEqual((len(newest), newest[0]["trigger"], newest[0]["full"]), (1, "reconnect", True))
        until(lambda: self.status()["state"] == "online", "online", self.daemon)

    def test_a_pause_with_an_end_ends_by_itself(self):
        self.daemon.start().until_complete()
        self.daemon.call("sync.pause", for_s=1)
        self.assertEqual(self.status()["cause"], "paused")
        until(lambda: self.status()["state"] == "online", "online", self.daemon)

    def test_a_reload_in_the_middle_of_a_sweep_does_no_harm(self):
        self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user$", "kind": "delay", "ms": 800})
        self.daemon.configure(self.sandbox.url, extra="page_size = 100")
        self.daemon.start()
        for lines in ("page_size = 10", "page_size = 1000", "page_size = 100"):
            until(lambda: self.daemon.call("daemon.status")["state"], "serving", self.daemon)
            count = self.daemon.log_text().count("configuration read again")
            self.daemon.configure(self.sandbox.url, extra=lines,
                                  sections='[mirror]\nkinds = ["device", "user", "hcp", "patient"]')
            self.daemon.process.send_signal(1)
            until(lambda: self.daemon.log_text().count("configuration read again") > count,
                  "reload", self.daemon)
        self.daemon.until_complete()
        self.assertNotIn("oversized", self.daemon.log_text())

    def test_comes_back_even_if_it_may_not_ask_who_it_is(self):
        self.daemon.start().until_complete()
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.assertEqual(self.failed_run(), "connect")
        self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user/current", "kind": "status",
                                             "status": 403})
        self.sandbox.ask("POST", "/online", {})
        until(lambda: self.status()["state"] == "online", "online again", self.daemon)

    def test_names_a_wrong_address(self):
        self.daemon.configure(self.sandbox.url + "/wrong")
        self.daemon.start()
        until(lambda: self.status().get("cause") == "wrong_url", "wrong_url", self.daemon)
        self.assertEqual(self.status()["state"], "offline")

    def test_a_kind_that_always_fails_does_not_repeat_the_others(self):
        self.daemon.configure(self.sandbox.url, sections='[sync]\ninterval = "1s"\nfull_interval = "1h"\nlive = false')
        self.sandbox.ask("POST", "/faults", {"match": "POST /rest/v2/device/match", "kind": "status",
                                             "status": 403})
        self.daemon.start()
        until(lambda: self.sandbox.received("POST /rest/v2/device/match") > 6, "retries", self.daemon)
        self.assertEqual(self.sandbox.received("GET /rest/v2/user$"), 1)
        self.sandbox.ask("DELETE", "/faults")
        self.daemon.until_complete()

    def test_finds_who_has_an_address_by_now(self):
        self.daemon.start().until_complete()
        users = [u for u in self.sandbox.truth("user").values() if u.get("email")
                 and u["id"] != self.sandbox.facts["userId"]]
        old, new = users[:2]
        moved = old["email"]
        for user, email in ((old, "elsewhere@clinic.test"), (new, moved)):
            self.sandbox.ask("POST", "/change", {"kind": "user", "id": user["id"],
                                                 "patch": {"email": email, "login": email}})
        answer = self.daemon.call("user.get", email=moved, refresh="if_online")
        self.assertEqual((answer["user"]["id"], answer["meta"]["source"]), (new["id"], "platform"))

    def test_a_refresh_of_an_unknown_owner_waits_two_seconds_in_all(self):
        self.daemon.start().until_complete()
        self.sandbox.ask("POST", "/faults", {"match": "byIds", "kind": "delay", "ms": 9000})
        started = time.monotonic()
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("owner.get", id="nobody", refresh="if_online")
        self.assertEqual(caught.exception.word, "not_found")
        self.assertLess(time.monotonic() - started, 4)

    def test_goes_on_when_the_platform_forgets_every_token(self):
        self.daemon.start().until_complete()
        self.sandbox.ask("POST", "/auth", {"expire_now": True})
        self.assertEqual(self.daemon.sync()["state"], "done")

    def test_obeys_a_request_for_quiet(self):
        self.daemon.start().until_complete()
        self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user$", "kind": "status",
                                             "status": 429, "headers": {"Retry-After": "60"}})
        self.assertEqual(self.failed_run(), "rate_limited")
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("sync.run")
        self.assertEqual(caught.exception.word, "unavailable")
        self.assertTrue(caught.exception.data["retryable"])
        self.assertGreater(caught.exception.data["retry_after_ms"], 50_000)

    def test_refresh_asks_the_platform_first_and_falls_back_to_the_mirror(self):
        self.daemon.start().until_complete()
        id = self.sandbox.facts["userId"]
        self.sandbox.ask("POST", "/change", {"kind": "user", "id": id, "patch": {"name": "Nova"}})
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("user.get", id=id, max_age_s=0)
        self.assertEqual(caught.exception.word, "stale")
        answer = self.daemon.call("user.get", id=id, refresh="if_online", max_age_s=0)
        self.assertEqual((answer["user"]["name"], answer["meta"]["source"]), ("Nova", "platform"))
        again = self.daemon.call("user.get", id=id)
        self.assertEqual((again["user"]["name"], again["meta"]["source"]), ("Nova", "mirror"))
        self.assertEqual(again["meta"]["as_of"], answer["meta"]["as_of"])
        self.sandbox.ask("POST", "/offline", {"mode": "hang"})
        answer = self.daemon.call("user.get", id=id, refresh="if_online")
        self.assertEqual((answer["user"]["name"], answer["meta"]["source"]), ("Nova", "mirror"))

    def test_other_calls_are_answered_while_a_sweep_hangs(self):
        self.daemon.start().until_complete()
        self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user$", "kind": "delay", "ms": 3000})
        client = self.daemon.client()
        client.send(b'{"jsonrpc":"2.0","id":1,"method":"sync.run","params":{"full":true,"wait":true}}\n')
        client.send(b'{"jsonrpc":"2.0","id":2,"method":"daemon.status"}\n')
        self.assertEqual([client.receive()["id"], client.receive()["id"]], [2, 1])
        client.close()


if __name__ == "__main__":
    unittest.main()
