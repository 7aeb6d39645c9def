"""How one gets in, and how the line fails."""

import base64
import http.client
import json
import socket
import threading
import time
import unittest
import urllib.parse

from selftest_box import Case, Sandbox, by_id


class LoggingIn(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox("--otp", "246810", "--jwt-seconds", "2")
        self.addCleanup(self.box.stop)

    def test_codes_of_a_login(self):
        password = self.box.info["password"]
        for secret, status in ((password + "|246810", 200), (password, 417), (password + "|000000", 406),
                               ("short", 412), ("wrong-password", 401), ("wrong-password|246810", 401)):
            self.assertEqual(self.box.login(password=secret)[0], status, secret)
        self.assertEqual(self.box.login(username="nobody@clinic.test", password="whatever")[0], 401)

    def test_tokens_expire_and_are_refreshed(self):
        _, tokens = self.box.login(password=self.box.info["password"] + "|246810")
        claims = json.loads(base64.urlsafe_b64decode(tokens["token"].split(".")[1] + "=="))
        self.assertEqual((claims["u"], claims["doTp"], claims["tac"]), (self.box.info["userId"], "hcp", 50))
        self.assertEqual(self.box.api("GET", "/user/current")[0], 200)
        self.assertEqual(self.box.send("platform", "GET", "/rest/v2/user/current?jwt=" + tokens["token"])[0], 200)
        time.sleep(2.1)
        self.assertEqual(self.box.api("GET", "/user/current")[0], 401)
        headers = {"Refresh-Token": tokens["refreshToken"]}
        status, _, text = self.box.send("platform", "POST", "/rest/v2/auth/refresh", None, headers)
        self.assertEqual((status, "refreshToken" in json.loads(text)), (200, False))
        self.box.token = json.loads(text)["token"]
        self.assertEqual(self.box.api("GET", "/user/current")[0], 200)
        self.box.control("POST", "/auth", {"expire_now": True})
        self.assertEqual(self.box.api("GET", "/user/current")[0], 401)
        self.assertEqual(self.box.send("platform", "POST", "/rest/v2/auth/refresh", None, headers)[0], 401)

    def test_disabled_users_and_new_passwords(self):
        self.box.control("POST", "/auth", {"password": "another-password"})
        self.assertEqual(self.box.login(password=self.box.info["password"] + "|246810")[0], 401)
        self.assertEqual(self.box.login(password="another-password|246810")[0], 200)
        self.box.control("POST", "/auth", {"status": "DISABLED"})
        self.assertEqual(self.box.api("GET", "/user/current")[0], 200)
        self.assertEqual(self.box.login(password="another-password|246810")[0], 401)


class Faults(Case):
    def setUp(self):
        self.box.login()

    def tearDown(self):
        self.box.control("DELETE", "/faults")

    def fault(self, **order):
        self.box.control("POST", "/faults", {"match": "^GET /rest/v2/user$", **order})

    def get(self, timeout=10):
        headers = {"Authorization": "Bearer " + self.box.token}
        return self.box.send("platform", "GET", "/rest/v2/user?limit=5&skipPatients=false", None, headers, timeout)

    def test_status_with_skip_and_times(self):
        self.fault(kind="status", status=429, headers={"Retry-After": "7"}, skip=1, times=1)
        self.assertEqual(self.get()[0], 200)
        status, headers, _ = self.get()
        self.assertEqual((status, headers["Retry-After"]), (429, "7"))
        self.assertEqual(self.get()[0], 200)

    def test_broken_connections(self):
        for kind in ("drop", "close_after_commit"):
            self.fault(kind=kind, times=1)
            with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
                self.get()
        self.fault(kind="truncate", bytes=1000, times=1)
        with self.assertRaises(http.client.IncompleteRead) as broken:
            self.get()
        self.assertEqual(len(broken.exception.partial), 1000)

    def test_wrong_answers(self):
        self.fault(kind="garbage", times=1)
        with self.assertRaises(ValueError):
            json.loads(self.get()[2])
        self.fault(kind="wrong_shape", times=1)
        self.assertNotIn(b"rows", self.get()[2])
        self.fault(kind="oversize", times=1)
        self.assertEqual(len(json.loads(self.get()[2])["rows"]), 50)

    def test_a_delay_holds_up_nobody_else(self):
        self.fault(kind="delay", ms=700, times=1)
        started = time.monotonic()
        slow = threading.Thread(target=self.get)
        slow.start()
        time.sleep(0.1)
        self.assertEqual(self.box.send("platform", "GET", "/rest/v2/icure/ok")[0], 200)
        self.assertLess(time.monotonic() - started, 0.6)
        slow.join()
        self.assertGreaterEqual(time.monotonic() - started, 0.7)

    def test_bad_orders_are_refused(self):
        for order in ({"match": "(", "kind": "drop"}, {"match": "x", "kind": "nonsense"}, {"kind": "drop"}):
            self.assertEqual(self.box.send("control", "POST", "/faults", order)[0], 400)


class OffLine(Case):
    def ok(self, timeout=0.5):
        return self.box.send("platform", "GET", "/rest/v2/icure/ok", timeout=timeout)[0]

    def test_every_way_to_be_off_line(self):
        platform = self.box.info["platform"]
        keeper = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlparse(platform).port)
        keeper.request("GET", "/rest/v2/icure/ok")
        keeper.getresponse().read()
        self.box.control("POST", "/offline", {"mode": "refuse"})
        with self.assertRaises(ConnectionRefusedError):
            self.ok()
        self.assertEqual(keeper.sock.recv(1), b"")
        keeper.close()
        self.box.control("POST", "/offline", {"mode": "hang"})
        with self.assertRaises((socket.timeout, TimeoutError)):
            self.ok()
        self.box.control("POST", "/offline", {"mode": "drop"})
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
            self.ok()
        self.box.control("POST", "/online")
        self.assertEqual(self.ok(), 200)
        self.box.control("POST", "/offline", {"mode": "hang", "server": "gateway"})
        self.assertEqual(self.ok(), 200)

    def test_what_was_received(self):
        self.box.control("POST", "/online")
        self.box.control("DELETE", "/received")
        self.ok()
        received = self.box.control("GET", "/received")
        self.assertEqual([(r["method"], r["path"], r["status"], r["bytes_out"]) for r in received], [("GET", "/rest/v2/icure/ok", 200, 4)])
        self.assertEqual(self.box.control("GET", "/received/count?match=icure%2Fok$")["count"], 1)

    def test_gateway_keeps_what_it_was_sent(self):
        self.box.control("POST", "/online")
        mail = {"from": "a@clinic.test", "subject": "S", "html": "H"}
        pair = base64.b64encode(f"{self.box.info['login']}:{self.box.info['password']}".encode()).decode()
        for headers, status in (({}, 401), ({"Authorization": "Basic " + pair}, 200)):
            self.assertEqual(self.box.send("gateway", "POST", "/spec-1/email/to/x@mail.test", mail, headers)[0], status)
        sms = self.box.send("gateway", "POST", "/spec-1/sms/to/%2B32470", {"message": "m"}, {"Authorization": "Basic " + pair})
        self.assertEqual(sms[0], 200)
        self.assertEqual([(m["channel"], m["to"]) for m in self.box.control("GET", "/messages")], [("email", "x@mail.test"), ("sms", "+32470")])


class Replaying(unittest.TestCase):
    def test_same_answers_until_something_changes(self):
        plain, box = Sandbox(), Sandbox("--replay")
        self.addCleanup(plain.stop)
        self.addCleanup(box.stop)
        first, _ = box.walk("/user", 1000, skipPatients="false")
        self.assertEqual(first, box.walk("/user", 1000, skipPatients="false")[0])
        self.assertEqual(first, plain.walk("/user", 1000, skipPatients="false")[0])
        box.control("POST", "/change", {"kind": "user", "id": first[9]["id"], "patch": {"name": "Other"}})
        self.assertEqual(by_id(box.walk("/user", 1000, skipPatients="false")[0])[first[9]["id"]]["name"], "Other")
