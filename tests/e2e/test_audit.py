"""Who read or changed which record: nothing is missing, nothing tells a name, no edit stays unseen."""
import collections
import json
import os
import shutil
import sqlite3
import unittest

from clinic import NOBODY, Daemon, RpcError, Sandbox, until

ANNA = "anna.vermeulen@clinic.test"


class AuditCase(unittest.TestCase):
    audit = ""

    def setUp(self):
        self.sandbox = Sandbox("--users", 60, "--hcps", 10, "--patients", 40, "--devices", 3)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, sections=f"""
[[access]]
user = {NOBODY}
role = "reader"
kinds = ["user"]
[audit]
{self.audit}
""")
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()
        self.anna = self.daemon.call("user.get", email=ANNA)["user"]

    def rows(self, **wanted):
        """All entries with these members, oldest first."""
        found, since = [], 0
        while True:
            page = self.daemon.call("audit.list", since=since, limit=50)
            found += page["rows"]
            if "next" not in page:
                break
            since = page["next"]
        return [row for row in found if all(row.get(k) == v for k, v in wanted.items())]

    def verified(self):
        return self.daemon.call("audit.verify")


class AuditTest(AuditCase):
    def test_reads_changes_and_refusals_are_entries(self):
        user = self.anna["id"]
        self.assertEqual([row["id"] for row in self.rows(method="user.get")], [user],
                         "what was looked up by e-mail is kept by id")
        client = self.daemon.client()
        self.addCleanup(client.close)
        client.call("hello", client="ward", protocol=1, actor="u-17")
        for _ in range(3):
            client.call("user.get", id=user)
        client.call("user.modify", key="k1", id=user, patch={"name": "Anna V."})
        patient = next(iter(self.sandbox.revs("patient")))
        client.call("owner.get", id=patient)
        with self.assertRaises(RpcError):
            client.call("user.get", id="Anna Vermeulen")
        ward = self.rows(program="ward")
        calls = collections.Counter()
        for row in ward:
            calls[row["method"], row.get("kind"), row.get("id"), row["outcome"]] += row["count"]
        self.assertEqual(calls, {("user.get", "user", user, "ok"): 3,
                                 ("user.modify", "user", user, "ok"): 1,
                                 ("owner.get", "patient", patient, "ok"): 1,
                                 ("user.get", "user", None, "not_found"): 1})
        self.assertLessEqual(len(ward), 5, "the same read within a minute: two entries at most")
        for row in ward:
            self.assertEqual((row["uid"], row["actor"], row["actor_verified"]),
                             (os.getuid(), "u-17", False))
            self.assertRegex(row["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        if os.geteuid() == 0:
            self.daemon.as_nobody(("user.delete", {"key": "k", "id": user}),
                                  ("owner.get", {"id": patient}), ("no.such", {}))
            refused = self.rows(uid=NOBODY)
            self.assertEqual([(row["method"], row.get("id"), row["outcome"]) for row in refused],
                             [("user.delete", user, "forbidden"),
                              ("owner.get", patient, "forbidden")])
        numbers = [row["seq"] for row in self.rows()]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertTrue(self.verified()["ok"])

    def test_a_search_is_kept_as_a_mark_and_a_count(self):
        for text in ("vermeulen", "vermeulen", "nobody-of-that-name"):
            self.daemon.call("user.search", text=text)
        searches = self.rows(method="user.search")
        calls = collections.Counter()
        for row in searches:
            calls[row["query"]] += row["count"]
        self.assertEqual(sorted(calls.values()), [1, 2])
        self.assertEqual(searches[-1]["records"], 0)
        self.daemon.call("user.list", limit=7)
        self.assertEqual(self.rows(method="user.list")[0]["records"], 7)
        kept = json.dumps(self.rows()).lower()
        for text in ("vermeulen", "nobody-of", "@clinic.test"):
            self.assertNotIn(text, kept)

    def test_a_session_makes_the_actor_verified(self):
        session = self.daemon.call("auth.login", login=ANNA,
                                   password="sandbox-" + self.anna["id"])["session"]
        client = self.daemon.client()
        self.addCleanup(client.close)
        client.call("hello", client="ward", protocol=1, session=session)
        client.call("user.get", id=self.anna["id"])
        row = self.rows(program="ward")[0]
        self.assertEqual((row["actor"], row["actor_verified"]), (self.anna["id"], True))
        login = self.rows(method="auth.login")[0]
        self.assertEqual((login["id"], login["outcome"]), (self.anna["id"], "ok"))
        self.assertNotIn(session, json.dumps(self.rows()))

    def test_entries_outlive_a_stop_and_what_is_a_second_old_a_kill(self):
        before = len(self.rows())
        self.daemon.call("user.list", limit=1)
        self.assertEqual(self.daemon.stop()[0], 0)
        self.daemon.start()
        self.assertEqual(len(self.rows(method="user.list")), 1)
        self.daemon.call("user.list", limit=2)
        until(lambda: "\nicure_syncd_audit_waiting_entries 0\n" in
              self.daemon.call("daemon.metrics")["text"], "it is written", self.daemon)
        self.daemon.kill()
        self.daemon.start()
        self.assertEqual(len(self.rows(method="user.list")), 2)
        self.assertGreater(len(self.rows()), before)
        self.assertTrue(self.verified()["ok"])
        self.assertNotIn("audit", [w["code"] for w in self.daemon.call("daemon.status")["warnings"]])

    def test_an_older_copy_of_the_file_is_found_and_never_forgotten(self):
        store = self.daemon.home / "store"
        self.daemon.stop()
        shutil.copy(store / "audit.db", store / "copy")
        self.daemon.start()
        self.daemon.call("user.get", id=self.anna["id"])
        self.assertTrue(self.verified()["ok"])
        self.daemon.stop()
        shutil.move(store / "copy", store / "audit.db")
        for _ in range(2):
            self.daemon.start()
            found = self.verified()
            self.assertFalse(found["ok"])
            row = next(row for row in self.rows() if row["seq"] == found["broken_at"])
            self.assertEqual(row["method"], "audit.broken")
            self.daemon.stop()
        self.daemon.start()
        done = self.daemon.ctl("audit", "verify")
        self.assertEqual(done.returncode, 1)
        self.assertIn("broken at entry", done.stdout)

    def test_a_file_that_is_gone_is_found(self):
        self.daemon.stop()
        for file in (self.daemon.home / "store").glob("audit.db*"):
            file.unlink()
        self.daemon.start()
        self.assertFalse(self.verified()["ok"])
        warnings = self.daemon.call("daemon.status")["warnings"]
        self.assertTrue(any("audit log" in warning["text"] for warning in warnings), warnings)

    def test_nothing_of_it_is_in_clear_on_the_disk(self):
        self.daemon.call("user.get", id=self.anna["id"])
        self.daemon.stop()
        for file in (self.daemon.home / "store").glob("audit.db*"):
            bytes_ = file.read_bytes()
            for text in (b"user.get", self.anna["id"].encode()):
                self.assertNotIn(text, bytes_)
        with self.assertRaises(sqlite3.DatabaseError):
            sqlite3.connect(self.daemon.home / "store" / "audit.db").execute("SELECT * FROM entry")

    def test_icurectl_lists_exports_and_verifies(self):
        table = self.daemon.ctl("audit", "list")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn(self.anna["id"], table.stdout)
        page = json.loads(self.daemon.ctl("--json", "audit", "list", "--limit", "1").stdout)
        self.assertEqual(page["next"], 1)
        for number in range(5):
            self.daemon.call("user.list", limit=1 + number)
        lines = self.daemon.ctl("audit", "list", "--json-lines", "--limit", "2").stdout.splitlines()
        exported = [json.loads(line)["seq"] for line in lines]
        self.assertEqual(exported, list(range(1, len(exported) + 1)))
        self.assertGreater(len(exported), 5)
        whole = self.daemon.ctl("audit", "verify")
        self.assertEqual(whole.returncode, 0)
        self.assertIn("whole", whole.stdout)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_is_for_admins(self):
        forbidden = [-32000, "forbidden"]
        self.assertEqual(self.daemon.as_nobody(("audit.list", {}), ("audit.verify", {})),
                         [forbidden, forbidden])


class WithoutReadsTest(AuditCase):
    audit = "reads = false"

    def test_leaves_reads_out_and_keeps_the_rest(self):
        self.daemon.call("user.modify", key="k1", id=self.anna["id"], patch={"name": "Anna V."})
        self.daemon.call("user.search", text="anna")
        self.assertEqual([row["method"] for row in self.rows()], ["user.modify"])


if __name__ == "__main__":
    unittest.main()
