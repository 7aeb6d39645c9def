"""Imported keys: what they make readable, for whom, and that nothing of it is left behind."""
import base64
import json
import os
import subprocess
import sys
import unittest

from clinic import Daemon, RpcError, Sandbox, until
from vectors import VECTORS, key_of, note_of, plant

READER, ENTITLED = 65534, 65533
LEGACY, SECURE = VECTORS["L2-delegate"], VECTORS["N1-self-explicit"]
# Asks as somebody else: calls on the input, everything that came back on the output.
ASK = """
import os, socket, sys
os.setgroups([]); os.setgid(%d); os.setuid(%d)
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
calls = sys.stdin.buffer.read().splitlines(True)
f = s.makefile("rwb"); f.writelines(calls); f.flush()
for _ in calls: sys.stdout.buffer.write(f.readline())
"""


class KeysTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 20, "--hcps", 8, "--patients", 30, "--devices", 3)
        self.addCleanup(self.sandbox.stop)
        self.patients = {name: plant(self.sandbox, vector)
                         for name, vector in (("legacy", LEGACY), ("secure", SECURE))}
        self.daemon = Daemon(self.sandbox.url, sections=f"""mode = "0666"
[log]
level = "debug"
[[access]]
user = {READER}
role = "reader"
[[access]]
user = {ENTITLED}
role = "reader"
decrypted = true
""")
        self.addCleanup(self.daemon.close)
        os.chmod(self.daemon.home, 0o755)
        self.daemon.start().until_complete()

    def call(self, method, **params):
        return self.daemon.call(method, **params)

    def take_in(self, vector, form="privateKeyPkcs8Hex"):
        pair = key_of(vector)
        result = self.call("key.import", owner=pair["dataOwnerId"], pkcs8=pair[form])
        self.assertEqual(result, {"fingerprint": pair["fingerprintV1"], "matches": True})

    def until_read(self, **opens):
        """Until each key opened so many, and nothing is left to be read."""
        wanted = {key_of(v)["fingerprintV1"]: n for v, n in
                  ((LEGACY, opens.get("legacy", 0)), (SECURE, opens.get("secure", 0))) if n}

        def done():
            rows = self.call("key.list")["rows"]
            status = self.call("daemon.status").get("decryption", {"left": 0})
            return ({r["fingerprint"]: r["opens"] for r in rows if r["opens"]} == wanted
                    and status["left"] == 0)
        until(done, f"read: {opens}", self.daemon)

    def ask_as(self, uid, *calls):
        lines = "".join(json.dumps({"jsonrpc": "2.0", "id": n, "method": method, "params": params})
                        + "\n" for n, (method, params) in enumerate(calls))
        done = subprocess.run([sys.executable, "-c", ASK % (uid, uid), str(self.daemon.socket)],
                              input=lines.encode(), capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    # --- keys

    def test_a_key_is_taken_in_whatever_its_form(self):
        pair = key_of(SECURE)
        der = bytes.fromhex(pair["privateKeyPkcs8Hex"])
        pem = ("-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(der).decode() +
               "-----END PRIVATE KEY-----\n")
        for form in (pem, pair["privateKeyPkcs8Hex"], base64.b64encode(der).decode()):
            result = self.call("key.import", owner=pair["dataOwnerId"], pkcs8=form)
            self.assertEqual(result, {"fingerprint": pair["fingerprintV1"], "matches": True})
        jwk = json.loads(key_of(LEGACY)["sdkStorage"]["value"])["privateKey"]
        self.assertTrue(self.call("key.import", owner=key_of(LEGACY)["dataOwnerId"],
                                  jwk=jwk)["matches"])
        self.assertEqual(len(self.call("key.list")["rows"]), 2)

    def test_a_key_that_is_not_the_owners_is_not_kept(self):
        result = self.call("key.import", owner=key_of(LEGACY)["dataOwnerId"],
                           pkcs8=key_of(SECURE)["privateKeyPkcs8Hex"])
        self.assertFalse(result["matches"])
        self.assertEqual(self.call("key.list")["rows"], [])
        for params, word in (({"owner": "nobody"}, "not_found"), ({"pkcs8": "abc"}, None)):
            wrong = {"owner": key_of(SECURE)["dataOwnerId"],
                     "pkcs8": key_of(SECURE)["privateKeyPkcs8Hex"], **params}
            with self.assertRaises(RpcError) as caught:
                self.call("key.import", **wrong)
            if word:
                self.assertEqual(caught.exception.word, word)

    def test_keys_are_an_administrators(self):
        answers = self.ask_as(ENTITLED, ("key.list", {}), ("key.import", {}), ("key.remove", {}))
        self.assertEqual(answers.count('"forbidden"'), 3)

    def test_the_command_line_reads_a_key_from_a_file_and_the_input(self):
        pair = key_of(SECURE)
        file = self.daemon.home / "key.der"
        file.write_bytes(bytes.fromhex(pair["privateKeyPkcs8Hex"]))
        done = self.daemon.ctl("key", "import", file, "--owner", pair["dataOwnerId"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(pair["fingerprintV1"], self.daemon.ctl("key", "list").stdout)
        done = self.daemon.ctl("key", "remove", pair["fingerprintV1"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.call("key.list")["rows"], [])

    # --- patients

    def test_a_note_becomes_readable_and_closed_again(self):
        for id in self.patients.values():
            before = self.call("owner.get", id=id)
            self.assertFalse(before["decrypted"])
            self.assertIn("no key", before["unreadable"][0])
        for vector in (LEGACY, SECURE):
            self.take_in(vector)
        self.until_read(legacy=1, secure=1)
        for name, vector in (("legacy", LEGACY), ("secure", SECURE)):
            shown = self.call("owner.get", id=self.patients[name])
            self.assertTrue(shown["decrypted"], shown)
            self.assertNotIn("unreadable", shown)
            self.assertEqual(shown["dataOwner"]["note"], note_of(vector))
        fingerprint = key_of(SECURE)["fingerprintV1"]
        self.call("key.remove", fingerprint=fingerprint)
        shown = self.call("owner.get", id=self.patients["secure"])
        self.assertNotIn("note", shown["dataOwner"])
        self.assertIn("not shared", shown["unreadable"][0])
        self.until_read(legacy=1)
        self.assertTrue(self.call("owner.get", id=self.patients["legacy"])["decrypted"])

    def test_what_was_read_stays_readable_over_a_restart_without_the_line(self):
        self.take_in(SECURE)
        self.until_read(secure=1)
        self.daemon.stop()
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.daemon.start()
        shown = self.call("owner.get", id=self.patients["secure"])
        self.assertEqual(shown["dataOwner"]["note"], note_of(SECURE))
        self.assertEqual(self.call("key.list")["rows"][0]["opens"], 1)

    def test_exchange_data_that_is_fetched_later_opens_more(self):
        self.sandbox.ask("POST", "/faults", {"match": "GET .*/exchangedata/", "kind": "status",
                                             "status": 503})
        self.take_in(SECURE)
        until(lambda: self.sandbox.received("GET .*/exchangedata/") > 0, "asked", self.daemon)
        self.assertFalse(self.call("owner.get", id=self.patients["secure"])["decrypted"])
        self.sandbox.ask("DELETE", "/faults")
        self.daemon.stop()
        self.daemon.start()
        self.until_read(secure=1)

    def test_a_patient_that_changes_is_read_again(self):
        self.take_in(SECURE)
        self.until_read(secure=1)
        self.sandbox.ask("POST", "/change", {"kind": "patient", "id": self.patients["secure"],
                                             "patch": {"lastName": "Changed"}})
        self.call("sync.run", full=True, wait=True)
        shown = self.call("owner.get", id=self.patients["secure"])
        self.assertEqual(shown["dataOwner"]["lastName"], "Changed")
        self.assertEqual(shown["dataOwner"]["note"], note_of(SECURE))
        self.until_read(secure=1)

    def test_who_may_see_it_finds_it_and_nobody_else(self):
        self.take_in(SECURE)
        self.until_read(secure=1)
        id = self.patients["secure"]
        word = note_of(SECURE).split()[1]
        calls = (("owner.get", {"id": id}), ("owner.search", {"text": word, "type": "patient"}),
                 ("owner.search", {"text": SECURE["stored"]["firstName"], "type": "patient"}),
                 ("owner.list", {"type": "patient", "limit": 1000}))
        entitled = [json.loads(line) for line in self.ask_as(ENTITLED, *calls).splitlines()]
        by_id = {answer["id"]: answer["result"] for answer in entitled}
        self.assertEqual(by_id[0]["dataOwner"]["note"], note_of(SECURE))
        self.assertEqual([row["dataOwner"]["id"] for row in by_id[1]["rows"]], [id])
        self.assertEqual(sum(row["dataOwner"]["id"] == id for row in by_id[2]["rows"]), 1)
        trace = self.ask_as(READER, *calls)
        answers = {a["id"]: a["result"] for a in map(json.loads, trace.splitlines())}
        self.assertFalse(answers[0]["decrypted"])
        self.assertIn("access rule", answers[0]["unreadable"][0])
        self.assertEqual(answers[1]["rows"], [])
        self.assertNotIn(json.dumps(note_of(SECURE))[1:-1], trace)
        self.assertNotIn(note_of(SECURE), trace)

    def test_what_was_opened_never_leaves_in_a_write(self):
        self.take_in(SECURE)
        self.until_read(secure=1)
        id = self.patients["secure"]
        with self.assertRaises(RpcError) as caught:
            self.call("owner.modify", key="k1", id=id, patch={"note": "mine"})
        self.assertEqual(caught.exception.word, "invalid")
        self.call("owner.modify", key="k2", id=id, patch={"lastName": "Married"})
        shown = self.call("owner.get", id=id)  # also while the change is queued
        self.assertEqual((shown["dataOwner"]["lastName"], shown["dataOwner"]["note"]),
                         ("Married", note_of(SECURE)))
        until(lambda: self.sandbox.truth("patient")[id]["lastName"] == "Married", "sent",
              self.daemon)
        self.assertNotIn("note", self.sandbox.truth("patient")[id])

    def test_a_member_in_clear_that_is_encrypted_too_is_not_written(self):
        self.take_in(SECURE)
        self.until_read(secure=1)
        id = self.patients["secure"]
        # Somebody left an old value in clear beside the encrypted one.
        self.sandbox.ask("POST", "/change", {"kind": "patient", "id": id,
                                             "patch": {"note": "an old one"}})
        self.call("sync.run", full=True, wait=True)
        with self.assertRaises(RpcError) as caught:
            self.call("owner.modify", key="k3", id=id, patch={"note": "mine"})
        self.assertEqual(caught.exception.word, "invalid")
        self.assertIn("is encrypted", str(caught.exception))

    # --- keys that the platform keeps in sealed form

    def test_the_keys_of_enough_notaries_open_what_their_owner_could(self):
        vector = VECTORS["N16-shamir-2of3"]
        planted = {**vector, "stored": VECTORS["L1-self-simple"]["stored"]}
        known = set(SECURE["dataOwners"])
        planted["dataOwners"] = {k: v for k, v in vector["dataOwners"].items() if k not in known}
        id = plant(self.sandbox, planted)
        self.call("sync.run", full=True, wait=True)
        pairs = vector["keyPairs"]
        for pair in pairs:
            self.assertFalse(self.call("owner.get", id=id)["decrypted"])
            self.call("key.import", owner=pair["dataOwnerId"], pkcs8=pair["privateKeyPkcs8Hex"])
        until(lambda: self.call("owner.get", id=id)["decrypted"], "read", self.daemon)
        self.call("key.remove", fingerprint=pairs[1]["fingerprintV1"])
        self.assertFalse(self.call("owner.get", id=id)["decrypted"])

    def test_a_recovery_key_brings_back_the_private_key(self):
        vector = VECTORS["N13-recovery-data"]
        owner = vector["decryptAs"]
        with self.assertRaises(RpcError) as caught:
            self.call("key.import", owner=owner, recovery=vector["recoveryKeyBase32"])
        self.assertEqual(caught.exception.word, "not_found")
        self.sandbox.ask("POST", "/create", {"kind": "recoverydata", "doc": vector["stored"]})
        file = self.daemon.home / "recovery.txt"
        file.write_text(vector["recoveryKeyBase32"] + "\n")
        done = self.daemon.ctl("key", "import", file, "--owner", owner, "--recovery")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertTrue(self.call("key.list")["rows"])
        until(lambda: self.call("owner.get", id=self.patients["secure"])["decrypted"], "read",
              self.daemon)
        self.assertNotIn(vector["recoveryKeyBase32"], self.daemon.log.read_text())
        with self.assertRaises(RpcError):
            self.call("key.import", owner=owner, recovery="not a key")

    # --- hygiene

    def test_nothing_of_it_is_left_in_logs_files_and_memory(self):
        for vector in (LEGACY, SECURE):
            self.take_in(vector)
        self.until_read(legacy=1, secure=1)
        for id in self.patients.values():
            self.call("owner.get", id=id)
        notes = [note_of(v) for v in (LEGACY, SECURE)]
        planted = [n.encode() for n in notes] + [json.dumps(n)[1:-1].encode() for n in notes]
        keys = []
        for vector in (LEGACY, SECURE):
            der = bytes.fromhex(key_of(vector)["privateKeyPkcs8Hex"])
            # The middle of the private exponent, as bytes and as the texts that stand for them.
            keys += [der[400:432], der[400:432][::-1], der[400:432].hex().encode(), base64.b64encode(der)[600:640]]
        self.assertLeftNowhere(planted + keys, "held")
        for vector in (LEGACY, SECURE):
            self.call("key.remove", fingerprint=key_of(vector)["fingerprintV1"])
        self.assertLeftNowhere(planted + keys, "removed")
        memory = self.daemon.memory()
        if memory is None:
            self.skipTest("the daemon's memory cannot be searched here")
        for key in (k for k in keys if len(k) == 32):
            self.assertEqual(memory.count(key), 0, "a private key is left in memory after its removal")

    def assertLeftNowhere(self, planted, when):
        files = [self.daemon.log, *(self.daemon.home / "store").iterdir()]
        self.assertGreater(len(files), 3)
        for file in files:
            content = file.read_bytes()
            for text in planted:
                self.assertNotIn(text, content, f"{file.name}, {when}")


if __name__ == "__main__":
    unittest.main()
