"""Reads with `refresh` ask the platform about what they show, and without a line fall back."""
import unittest

from clinic import Daemon, RpcError, Sandbox

ANNA = "anna.vermeulen@clinic.test"
ALONE = '[sync]\ninterval = "24h"\nfull_interval = "24h"\nlive = false'  # only what is asked for


class FreshTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 60, "--hcps", 10, "--patients", 40, "--devices", 5)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, sections=ALONE)
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()
        self.anna = self.daemon.call("user.get", email=ANNA)["user"]

    def fresh(self, method, **params):
        answer = self.daemon.call(method, refresh="if_online", **params)
        self.assertEqual(answer["meta"]["source"], "platform")
        return answer

    def change(self, kind, id, **patch):
        self.sandbox.ask("POST", "/change", {"kind": kind, "id": id, "patch": patch})

    def test_a_list_shows_what_was_changed_and_what_is_new(self):
        self.change("user", self.anna["id"], name="Anna Nova")
        made = self.sandbox.ask("POST", "/create", {"kind": "user", "doc": {"name": "Zoe New"}})["id"]
        self.assertNotIn(made, [row["id"] for row in self.daemon.call("user.list", limit=1000)["rows"]])
        rows = {row["id"]: row for row in self.fresh("user.list", limit=1000)["rows"]}
        self.assertEqual(rows[self.anna["id"]]["name"], "Anna Nova")
        self.assertIn(made, rows)

    def test_a_list_of_ids_asks_for_these_alone(self):
        self.change("user", self.anna["id"], name="Anna Nova")
        self.sandbox.ask("DELETE", "/received")
        rows = self.fresh("user.list", ids=[self.anna["id"]])["rows"]
        self.assertEqual([row["name"] for row in rows], ["Anna Nova"])
        self.assertEqual(self.sandbox.received("."), 1)

    def test_a_search_shows_its_finds_as_they_are_now(self):
        self.change("user", self.anna["id"], name="Anna Nova")
        rows = self.fresh("user.search", text="anna.vermeulen")["rows"]
        self.assertIn("Anna Nova", [row["name"] for row in rows])
        owner = self.anna["healthcarePartyId"]
        last = self.sandbox.truth("hcp")[owner]["lastName"]
        self.change("hcp", owner, firstName="Nova")
        rows = self.fresh("owner.search", text=last, type="hcp")["rows"]
        self.assertIn("Nova", [row["dataOwner"]["firstName"] for row in rows if row["dataOwner"]["id"] == owner])
        rows = self.fresh("owner.list", type="hcp")["rows"]
        self.assertIn("Nova", [row["dataOwner"].get("firstName") for row in rows])

    def test_who_stands_for_an_owner_by_now_has_access(self):
        stands = {user.get("patientId") for user in self.sandbox.truth("user").values()}
        owner = next(id for id in self.sandbox.truth("patient") if id not in stands)
        self.assertFalse(self.daemon.call("owner.access", id=owner)["access"])
        made = self.sandbox.ask("POST", "/create", {
            "kind": "user", "doc": {"name": "Zoe", "patientId": owner, "status": "ACTIVE"}})["id"]
        self.assertEqual(self.daemon.call("user.of", owner=owner)["rows"], [])
        self.assertEqual([row["id"] for row in self.fresh("user.of", owner=owner)["rows"]], [made])
        self.assertTrue(self.fresh("owner.access", id=owner)["access"])

    def test_who_was_disabled_meanwhile_has_none(self):
        owner = self.anna["healthcarePartyId"]
        self.change("user", self.anna["id"], status="DISABLED")
        self.assertTrue(self.daemon.call("owner.access", id=owner)["access"])
        answer = self.fresh("owner.access", id=owner)
        self.assertEqual((answer["access"], [user["status"] for user in answer["users"]]),
                         (False, ["DISABLED"]))

    def test_a_patient_of_others_is_not_read_into_the_mirror(self):
        doc = {"firstName": "Ida", "lastName": "Elsewhere", "created": 1, "modified": 1}
        theirs = self.sandbox.ask("POST", "/create", {"kind": "patient", "doc": doc})["id"]
        with self.assertRaises(RpcError) as caught:
            self.fresh("owner.get", id=theirs)
        self.assertEqual(caught.exception.word, "not_found")
        self.sandbox.ask("POST", "/share", {"id": theirs})
        found = self.fresh("owner.get", id=theirs)["dataOwner"]
        self.assertEqual(found["lastName"], "Elsewhere")

    def test_every_read_knows_how_old_is_too_old(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        reads = {"user.get": {"id": self.anna["id"]}, "user.list": {}, "user.search": {"text": "anna"},
                 "user.of": {"owner": self.anna["healthcarePartyId"]},
                 "owner.get": {"id": self.anna["healthcarePartyId"]}, "owner.list": {},
                 "owner.search": {"text": "anna"}, "owner.access": {"id": self.anna["healthcarePartyId"]}}
        for method, params in reads.items():
            with self.subTest(method):
                with self.assertRaises(RpcError) as caught:
                    self.daemon.call(method, max_age_s=0, refresh="if_online", **params)
                self.assertEqual(caught.exception.word, "stale")
                answer = self.daemon.call(method, refresh="if_online", **params)
                self.assertEqual(answer["meta"]["source"], "mirror")


if __name__ == "__main__":
    unittest.main()
