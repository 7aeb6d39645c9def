"""What a program meets on the socket: answers, refusals, rights, and that no input hurts others."""
import json
import os
import unittest

from clinic import BIN, DAEMON, NOBODY, Client, Daemon, RpcError, Sandbox, until


class IpcTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 400, "--hcps", 30, "--patients", 300, "--devices", 20)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url, sections="max_message = 65536\nmode = \"0666\"\n"
                            f"""
[[access]]
user = {NOBODY}
role = "reader"
kinds = ["user", "device"]
fields.user = ["name", "login"]
""")
        os.chmod(cls.daemon.home, 0o755)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start().until_complete()
        cls.users = {id: {k: v for k, v in doc.items() if k != "passwordHash"}
                     for id, doc in cls.sandbox.truth("user").items()}

    def setUp(self):
        self.client = self.daemon.client()
        self.addCleanup(self.client.close)
        self.call = self.client.call

    def refused(self, method, **params):
        with self.assertRaises(RpcError) as caught:
            self.call(method, **params)
        return caught.exception

    def raw(self, line):
        self.client.send(line + b"\n")
        return self.client.receive()

    # --- answers

    def test_finds_a_user_by_each_of_its_names(self):
        user = next(u for u in self.users.values()
                    if u.get("login") and u.get("email") and u.get("mobilePhone")
                    and u["status"] == "ACTIVE")
        for member in ("id", "login", "email"):
            self.assertEqual(self.call("user.get", **{member: user[member]})["user"], user)
        self.assertEqual(self.call("user.get", email=user["email"].upper())["user"], user)
        found = self.call("user.get", mobilePhone=user["mobilePhone"])["user"]
        self.assertEqual(found["mobilePhone"], user["mobilePhone"])  # a phone may be shared

    def test_meta_tells_how_old_the_answer_is(self):
        meta = self.call("user.get", id=self.sandbox.facts["userId"])["meta"]
        self.assertEqual(set(meta), {"as_of", "age_s", "online", "complete", "source"})
        self.assertRegex(meta["as_of"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual((meta["online"], meta["complete"], meta["source"]), (True, True, "mirror"))

    def test_pages_in_the_order_of_ids_and_filters(self):
        seen = []
        cursor = {}
        while True:
            page = self.call("user.list", limit=7, **cursor)
            seen += [row["id"] for row in page["rows"]]
            if "next" not in page:
                break
            cursor = {"cursor": page["next"]}
        self.assertEqual(seen, sorted(self.users))
        disabled = {row["id"] for row in self.call("user.list", status="DISABLED", limit=1000)["rows"]}
        self.assertEqual(disabled, {u["id"] for u in self.users.values() if u["status"] == "DISABLED"})
        owned = {row["id"] for row in self.call("user.list", ownerType="patient", limit=1000)["rows"]}
        self.assertEqual(owned, {u["id"] for u in self.users.values() if u.get("patientId")})
        some = sorted(self.users)[:3]
        rows = self.call("user.list", ids=some + ["unknown"])["rows"]
        self.assertEqual([row["id"] for row in rows], some)

    def test_searches_by_beginnings_of_words_without_regard_to_case_and_accents(self):
        found = [row["name"] for row in self.call("user.search", text="ANNA verm")["rows"]]
        self.assertIn("Anna Vermeulen", found)
        for text in ("", "   ", '"', "AND", "a* OR b", "NEAR(", "x:y", "'; DROP TABLE user; --", "\u0000"):
            self.call("user.search", text=text)

    def test_tells_who_stands_for_whom(self):
        anna = self.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        owner = anna["healthcarePartyId"]
        self.assertIn(anna["id"], [row["id"] for row in self.call("user.of", owner=owner)["rows"]])
        access = self.call("owner.access", id=owner)
        self.assertTrue(access["access"])
        self.assertIn({"id": anna["id"], "status": "ACTIVE"}, access["users"])
        got = self.call("owner.get", id=owner)
        self.assertEqual((got["type"], got["dataOwner"]["id"]), ("hcp", owner))
        self.assertEqual(self.call("owner.list", type="device", limit=1)["rows"][0]["type"], "device")

    def test_a_data_owner_without_an_active_user_has_no_access(self):
        owned = {u.get(k) for u in self.users.values()
                 for k in ("healthcarePartyId", "patientId", "deviceId")}
        lonely = next(id for id in self.sandbox.revs("patient") if id not in owned)
        access = self.call("owner.access", id=lonely)
        self.assertEqual((access["access"], access["users"]), (False, []))
        self.assertTrue(access["reason"])
        self.assertEqual(self.refused("owner.access", id="nobody").word, "not_found")

    def test_lists_data_owners_of_many_kinds_by_their_ids(self):
        ids = [min(self.sandbox.revs(kind)) for kind in ("hcp", "patient", "device")]
        rows = self.call("owner.list", ids=[*ids, "nobody", ids[0]])["rows"]
        self.assertEqual([row["dataOwner"]["id"] for row in rows], sorted(ids))
        self.assertEqual({row["type"] for row in rows}, {"hcp", "patient", "device"})
        hcps = self.call("owner.list", ids=ids, type="hcp", refresh="if_online")
        self.assertEqual([row["dataOwner"]["id"] for row in hcps["rows"]], ids[:1])
        self.assertEqual(hcps["meta"]["source"], "platform")
        self.assertEqual(self.call("sync.tombstones")["rows"], [])
        self.assertEqual(self.refused("owner.list", ids=["x"] * 1001).code, -32602)

    def test_finds_a_patient_by_numbers(self):
        patients = self.sandbox.truth("patient")
        patient = next(p for p in patients.values() if p.get("ssin") and p.get("dateOfBirth"))
        for search in ({"ssin": patient["ssin"]}, {"dateOfBirth": patient["dateOfBirth"]}):
            rows = self.call("owner.search", type="patient", **search)["rows"]
            self.assertIn(patient["id"], [row["dataOwner"]["id"] for row in rows])

    def test_discover_describes_every_method(self):
        document = self.call("rpc.discover")
        self.assertTrue(document["openrpc"].startswith("1."))
        for method in document["methods"]:
            self.assertTrue(method["summary"] and method["result"]["schema"], method["name"])
            self.assertEqual(method["paramStructure"], "by-name")
        names = {method["name"] for method in document["methods"]}
        self.assertLessEqual({"hello", "rpc.discover", "daemon.status", "user.get", "user.list",
                              "user.search", "user.of", "owner.get", "owner.list", "owner.search",
                              "owner.access", "sync.run", "sync.pause", "sync.resume",
                              "sync.history", "config.show"}, names)
        text = json.dumps(document)
        for schema in [part.split('"')[0] for part in text.split("#/components/schemas/")[1:]]:
            self.assertIn(schema, document["components"]["schemas"])

    def test_hello_introduces(self):
        hello = self.call("hello", client="test", protocol=1)
        self.assertEqual((hello["server"], hello["protocol"], hello["role"]), ("icure-syncd", 1, "admin"))

    # --- refusals

    def test_refuses_in_the_words_of_json_rpc(self):
        cases = [(b"{", -32700), (b"\xff\xfe", -32700), (b"[]", -32600), (b"7", -32600),
                 (b'{"id":1,"method":"hello"}', -32600),
                 (b'[{"jsonrpc":"2.0","id":1,"method":"daemon.status"}]', -32600),
                 (b'{"jsonrpc":"2.0","id":1,"method":"no.such"}', -32601),
                 (b'{"jsonrpc":"2.0","id":1,"method":"user.get","params":[1]}', -32602)]
        for line, code in cases:
            self.assertEqual(self.raw(line)["error"]["code"], code, line)
        self.call("daemon.status")  # the connection lives

    def test_refuses_wrong_missing_and_unknown_params_naming_them(self):
        for method, params, name in [("user.get", {}, "id"), ("user.get", {"id": 7}, "id"),
                                     ("user.get", {"id": "a", "login": "b"}, "one of"),
                                     ("user.get", {"id": "a", "colour": 1}, "colour"),
                                     ("user.list", {"limit": 0}, "limit"),
                                     ("user.list", {"limit": 1001}, "limit"),
                                     ("user.list", {"status": "ODD"}, "status"),
                                     ("user.list", {"cursor": "c9.zz"}, "cursor"),
                                     ("user.get", {"id": "a", "refresh": "always"}, "refresh"),
                                     ("user.get", {"id": "a", "max_age_s": -1}, "max_age_s"),
                                     ("owner.search", {}, "text")]:
            refusal = self.refused(method, **params)
            self.assertEqual(refusal.code, -32602, (method, params))
            self.assertIn(name, str(refusal))

    def test_an_id_that_nobody_has_is_not_found(self):
        for method in ("user.get", "owner.get"):
            refusal = self.refused(method, id="nobody")
            self.assertEqual((refusal.code, refusal.word), (-32000, "not_found"))
            self.assertFalse(refusal.data["retryable"])

    def test_a_line_over_the_limit_is_refused_and_the_connection_closed(self):
        self.client.send(b'{"jsonrpc":"2.0","id":1,"method":"user.get","params":{"id":"')
        try:
            self.client.send(b"x" * 70000)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertIn("error", self.client.receive())
        with self.assertRaises(ConnectionError):
            self.client.receive()
        self.daemon.call("daemon.status")

    def test_clients_that_vanish_or_never_read_do_no_harm(self):
        for _ in range(50):
            rude = Client(self.daemon.socket)
            rude.send(b'{"jsonrpc":"2.0","id":1,"method":"user.list","params":{"limit":1000}}\n' * 3)
            rude.close()
        deaf = Client(self.daemon.socket, timeout=2)
        try:
            for _ in range(2000):
                deaf.send(b'{"jsonrpc":"2.0","id":1,"method":"user.list","params":{"limit":400}}\n' * 10)
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass  # the daemon reads no more from who does not read
        self.call("daemon.status")
        if DAEMON.parent == BIN:  # a sanitized daemon keeps freed memory to watch it
            self.assertLess(self.daemon.memory_kib(), 200 * 1024)
        try:
            deaf.close()
        except OSError:
            pass  # what it had still to send was not taken

    def test_answers_a_thousand_pipelined_requests(self):
        line = b'{"jsonrpc":"2.0","id":%d,"method":"user.get","params":{"id":"%s"}}\n'
        id = self.sandbox.facts["userId"].encode()
        self.client.send(b"".join(line % (n, id) for n in range(1000)))
        got = {self.client.receive()["id"] for _ in range(1000)}
        self.assertEqual(got, set(range(1000)))

    # --- rights

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_a_caller_sees_only_what_its_rule_names(self):
        anna = self.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        device = next(iter(self.sandbox.revs("device")))
        forbidden = [-32000, "forbidden"]
        (by_id, by_email, search, listing, filtered, owner, hidden_owner, patients, run, config,
         hello, status) = self.daemon.as_nobody(
            ("user.get", {"id": anna["id"]}), ("user.get", {"email": anna["email"]}),
            ("user.search", {"text": "anna"}), ("user.list", {"limit": 5}),
            ("user.list", {"status": "ACTIVE"}), ("owner.get", {"id": device}),
            ("owner.get", {"id": anna["healthcarePartyId"]}), ("owner.list", {"type": "patient"}),
            ("sync.run", {}), ("config.show", {}), ("hello", {"client": "t", "protocol": 1}),
            ("daemon.status", {}))
        self.assertEqual(by_id["user"], {k: anna[k] for k in ("id", "rev", "name", "login")})
        self.assertEqual([by_email, search, filtered, patients, run, config], [forbidden] * 6)
        for row in listing["rows"]:
            self.assertLessEqual(set(row), {"id", "rev", "name", "login"})
        self.assertEqual(owner["type"], "device")
        self.assertEqual(hidden_owner, forbidden)
        patient = next(iter(self.sandbox.revs("patient")))
        known, unknown = self.daemon.as_nobody(("owner.get", {"id": patient}), ("owner.get", {"id": "x"}))
        self.assertEqual(known, unknown, "what is hidden cannot be told from what is not there")
        self.assertEqual(hello["role"], "reader")
        for of_kinds in (status["mirror"], status["live"]):
            self.assertEqual(set(of_kinds), {"user", "device"})

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_a_caller_without_a_rule_may_do_nothing_but_say_hello(self):
        config = self.daemon.config.read_text()
        self.daemon.config.write_text(config.split("[[access]]")[0])
        self.daemon.process.send_signal(1)
        until(lambda: "configuration read again" in self.daemon.log_text(), "reload", self.daemon)
        try:
            calls = [("hello", {"client": "t", "protocol": 1}), ("daemon.status", {}),
                     ("rpc.discover", {}), ("user.get", {"id": "x"}), ("user.get", {"nonsense": 1})]
            hello, *rest = self.daemon.as_nobody(*calls)
            self.assertEqual(hello["role"], "none")
            self.assertEqual(rest, [[-32000, "forbidden"]] * 4)
        finally:
            self.daemon.config.write_text(config)
            self.daemon.process.send_signal(1)
            until(lambda: self.daemon.log_text().count("configuration read again") == 2, "reload")


if __name__ == "__main__":
    unittest.main()
