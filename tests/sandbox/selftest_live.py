"""Changes told over websockets."""

import base64
import hashlib
import http.client
import json
import os
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from selftest_box import Sandbox

PATH = "/ws/v2/notification/subscribe"
CLASSES = {"user": "User", "hcp": "HealthcareParty", "patient": "Patient", "device": "Device"}


class Socket:
    """A websocket by hand; frames are masked, as a client's must be."""

    def __init__(self, box, path=PATH, token=None, wrap=None):
        address = urllib.parse.urlparse(box.info["platform"])
        self.sock = socket.create_connection((address.hostname, address.port), timeout=5)
        if wrap:
            self.sock = wrap(self.sock)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: x", "Connection: keep-alive, Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        if token:
            lines.append("Authorization: Bearer " + token)
        self.sock.sendall("\r\n".join(lines + ["", ""]).encode())
        self.rest = b""
        head = self._until(b"\r\n\r\n").decode()
        self.status = int(head.split()[1])
        if self.status != 101:
            self.close()
        else:
            digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
            assert base64.b64encode(digest).decode() in head, head

    def _until(self, mark):
        while mark not in self.rest:
            self.rest += self._more()
        head, self.rest = self.rest.split(mark, 1)
        return head

    def _more(self):
        part = self.sock.recv(65536)
        if not part:
            raise EOFError
        return part

    def _take(self, count):
        while len(self.rest) < count:
            self.rest += self._more()
        part, self.rest = self.rest[:count], self.rest[count:]
        return part

    def send(self, payload, opcode=1, last=True):
        data, mask = payload.encode(), os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        self.sock.sendall(bytes([(0x80 if last else 0) | opcode]) + length + mask + masked)

    def subscribe(self, kind, types=("CREATE", "UPDATE"), **more):
        wish = {"eventTypes": list(types), "entityClass": "org.taktik.icure.entities." + CLASSES[kind], "accessControlKeys": None,
                "useCardinalModelSerialization": False, "includeLegacyFields": True, **more}
        self.send(json.dumps(wish))

    def frame(self, timeout=5):
        self.sock.settimeout(timeout)
        first, length = self._take(2)
        if length == 126:
            length, = struct.unpack(">H", self._take(2))
        elif length == 127:
            length, = struct.unpack(">Q", self._take(8))
        return first & 15, self._take(length)

    def next(self, timeout=5):
        """The next entity, whatever pings come before it."""
        while True:
            opcode, payload = self.frame(timeout)
            assert opcode == 1, (opcode, payload)
            if payload != b"ping":
                return json.loads(payload)
            self.send("pong")

    def close(self):
        self.sock.close()


class Notifying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox("--ping-seconds", "1")
        cls.box.login()

    @classmethod
    def tearDownClass(cls):
        assert cls.box.stop() == 0

    def open(self, *wish, **more):
        ws = Socket(self.box, token=self.box.token)
        self.addCleanup(ws.close)
        self.assertEqual(ws.status, 101)
        if wish:
            ws.subscribe(*wish, **more)
            self.wait(lambda: self.subscribed(wish[0]))
        return ws

    def subscribed(self, kind):
        return any(each["kind"] == kind for each in self.box.control("GET", "/ws"))

    def wait(self, holds):
        end = time.monotonic() + 5
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.005)

    def create(self, kind, **doc):
        return self.box.control("POST", "/create", {"kind": kind, "doc": doc})

    def tearDown(self):
        for order in ({"action": "unmute"}, {"action": "accept", "deletes": False}, {"action": "drop"}):
            self.box.control("POST", "/ws", order)

    def test_handshake_wants_a_caller(self):
        self.assertEqual(Socket(self.box).status, 401)
        self.assertEqual(Socket(self.box, token="nonsense").status, 401)
        ws = Socket(self.box, path=PATH + "?jwt=" + self.box.token)
        self.addCleanup(ws.close)
        self.assertEqual(ws.status, 101)
        self.assertEqual(self.box.api("GET", "/user/current")[0], 200)
        headers = {"Authorization": "Bearer " + self.box.token}
        self.assertEqual(self.box.send("platform", "GET", PATH, None, headers)[0], 400)

    def test_every_kind_is_told_of_what_can_already_be_read(self):
        paths = {"user": "user", "hcp": "hcparty", "patient": "patient", "device": "device"}
        for kind, path in paths.items():
            ws = self.open(kind)
            doc = {"email": "ws@mail.test", "lastName": "W", "delegations": {self.box.info["dataOwnerId"]: []}}
            made = self.create(kind, **doc)
            told = ws.next()
            self.assertEqual((told["id"], told["rev"]), (made["id"], made["rev"]))
            self.assertEqual(self.box.api("GET", f"/{path}/{told['id']}"), (200, told))
            changed = self.box.control("POST", "/change", {"kind": kind, "id": made["id"], "patch": {"name": "N"}})
            self.assertEqual(ws.next()["rev"], changed["rev"])
            self.box.control("POST", "/delete", {"kind": kind, "id": made["id"]})
            back = self.box.control("POST", "/undelete", {"kind": kind, "id": made["id"]})
            self.assertEqual(ws.next()["rev"], back["rev"])  # the soft delete was not told
            self.box.control("POST", "/ws", {"deletes": True})
            self.box.control("POST", "/delete", {"kind": kind, "id": made["id"]})
            self.assertIn("deletionDate", ws.next())
            self.box.control("POST", "/ws", {"deletes": False})
            self.box.control("POST", "/purge", {"kind": kind, "id": made["id"]})
            ws.close()

    def test_only_what_was_asked_for_and_may_be_seen(self):
        owner = self.box.info["dataOwnerId"]
        created = self.open("user", types=("CREATE",), filter={"filter": {"$type": "UserByHealthcarePartyIdFilter", "healthcarePartyId": owner}})
        patients = self.open("patient", filter={"filter": {"$type": "PatientByHcPartyFilter", "healthcarePartyId": owner}})
        self.create("user", login="other@mail.test")
        mine = self.create("user", login="mine@mail.test", healthcarePartyId=owner)
        self.box.control("POST", "/change", {"kind": "user", "id": mine["id"], "patch": {"name": "N"}})
        last = self.create("user", login="last@mail.test", healthcarePartyId=owner)
        self.assertEqual([created.next()["id"], created.next()["id"]], [mine["id"], last["id"]])
        self.create("patient", firstName="Hidden", delegations={"stranger": []})
        seen = self.create("patient", firstName="Seen", delegations={owner: []})
        self.assertEqual(patients.next()["id"], seen["id"])

    def test_pings_are_text_and_pongs_are_counted(self):
        ws = self.open("device")
        self.assertEqual(ws.frame(), (1, b"ping"))
        ws.send("pong")
        self.wait(lambda: self.box.control("GET", "/ws")[0]["pongs"] == 1)
        ws.send("are you there", opcode=9)
        self.assertEqual(ws.frame(), (10, b"are you there"))

    def test_long_and_fragmented_messages(self):
        ws = self.open()
        text = json.dumps({"eventTypes": ["UPDATE"], "entityClass": "org.taktik.icure.entities.User", "filter": {"filter": {"$type": "AllUsersFilter", "desc": "x" * 300}}})
        ws.send(text[:200], last=False)
        ws.send(text[200:], opcode=0)
        self.wait(lambda: self.subscribed("user"))
        long = "y" * 100_000
        self.box.control("POST", "/change", {"kind": "user", "id": self.box.info["userId"], "patch": {"name": long}})
        self.assertEqual(ws.next()["name"], long)

    def test_bad_subscriptions_are_closed(self):
        for text in ("{}", "no json", json.dumps({"eventTypes": ["UPDATE"], "entityClass": "Nobody"}),
                     json.dumps({"eventTypes": ["UPDATE"], "entityClass": "org.taktik.icure.entities.User", "filter": {"filter": {"$type": "AllDevicesFilter"}}})):
            ws = self.open()
            ws.send(text)
            self.assertEqual(ws.frame()[0], 8, text)
            with self.assertRaises(EOFError):
                ws.frame()

    def test_drop_mute_and_refuse(self):
        ws = self.open("user")
        self.box.control("POST", "/ws", {"action": "mute"})
        self.create("user", login="unheard@mail.test")
        with self.assertRaises((socket.timeout, TimeoutError)):
            while ws.frame(timeout=1.2):
                pass
        self.box.control("POST", "/ws", {"action": "unmute"})
        heard = self.create("user", login="heard@mail.test")
        self.assertEqual(ws.next()["id"], heard["id"])
        self.box.control("POST", "/ws", {"action": "refuse"})
        self.assertEqual(Socket(self.box, token=self.box.token).status, 503)
        self.box.control("POST", "/ws", {"action": "drop"})
        with self.assertRaises((EOFError, ConnectionResetError)):
            ws.next()
        self.assertEqual(self.box.control("GET", "/ws"), [])
        self.assertEqual(self.box.send("control", "POST", "/ws", {"action": "nonsense"})[0], 400)

    def test_sockets_follow_the_line(self):
        for mode in ("refuse", "drop", "hang"):
            ws = self.open("user")
            self.box.control("POST", "/offline", {"mode": mode, "server": "platform"})
            if mode == "hang":
                with self.assertRaises((socket.timeout, TimeoutError)):
                    while ws.frame(timeout=1.2):
                        pass
            else:
                with self.assertRaises((EOFError, ConnectionResetError)):
                    ws.next()
            self.box.control("POST", "/online")
            again = self.open("user")
            made = self.create("user", login=mode + "@mail.test")
            self.assertEqual(again.next()["id"], made["id"])
            again.close()

    def test_over_tls_too(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = folder + "/cert.pem", folder + "/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                            "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
            box = Sandbox("--tls-cert", cert, "--tls-key", key)
            self.addCleanup(box.stop)
            context = ssl._create_unverified_context()
            line = http.client.HTTPSConnection("127.0.0.1", urllib.parse.urlparse(box.info["platform"]).port, context=context)
            credentials = json.dumps({"username": box.info["login"], "password": box.info["password"]})
            line.request("POST", "/rest/v2/auth/login", credentials, {"Content-Type": "application/json"})
            token = json.loads(line.getresponse().read())["token"]
            line.close()
            ws = Socket(box, token=token, wrap=context.wrap_socket)
            self.addCleanup(ws.close)
            ws.subscribe("user")
            self.wait(lambda: any(each["kind"] for each in box.control("GET", "/ws")))
            made = box.control("POST", "/create", {"kind": "user", "doc": {"login": "tls@mail.test", "name": "n" * 70_000}})
            self.assertEqual(ws.next()["id"], made["id"])
            box.control("POST", "/ws", {"action": "drop"})
            with self.assertRaises((EOFError, ConnectionResetError, ssl.SSLError)):
                ws.next()
