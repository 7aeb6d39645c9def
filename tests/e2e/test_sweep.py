"""What a sync costs, and what it does when the platform seems to lose much at once."""
import unittest

from clinic import Daemon, RpcError, Sandbox, mirrored

KINDS = ("user", "hcp", "patient", "device")
PAGE = 100


def chunks(rows):
    return -(-rows // PAGE)


class SweepTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 450, "--hcps", 120, "--patients", 330, "--devices", 40)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, extra=f"page_size = {PAGE}",
                             sections="[sync]\nlive = false")  # what a sweep does, it does alone
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()

    def status(self):
        return self.daemon.call("daemon.status")

    def sync(self, full=True):
        run = self.daemon.sync(full)
        self.assertEqual(run["state"], "done", run)
        return run

    def counted(self, full=True):
        """How many requests a run made at the platform, besides the login."""
        self.sandbox.ask("DELETE", "/received")
        self.sync(full)
        return self.sandbox.received("/rest/v2/(?!auth/)")

    def others(self, kind):
        """Ids of a kind without the daemon's own user, professional and organisation."""
        spared = {self.sandbox.facts["userId"], self.sandbox.facts["dataOwnerId"]}
        owners = [self.sandbox.facts["dataOwnerId"]]
        while owners:
            parent = self.sandbox.truth("hcp")[owners.pop()].get("parentId")
            if parent:
                spared.add(parent)
                owners.append(parent)
        return [id for id in sorted(self.sandbox.revs(kind)) if id not in spared]


class CostTest(SweepTest):
    def formula(self, changed=0, vanished=0):
        """Of one full sweep, by the platform's own accounting: changed and vanished rows are of
        one chunk a kind here. Two more: users that vanished, and whose patients are ours."""
        of = {kind: len(self.sandbox.revs(kind)) for kind in KINDS}
        users = chunks(of["user"])
        owners_of_patients = 2  # the daemon's professional and its organisation
        lists = 1 + 1 + owners_of_patients
        stubs = chunks(of["hcp"] + of["patient"] + of["device"])
        return users + lists + stubs + changed + vanished + 2

    def test_an_unchanged_sweep_costs_no_more_than_the_formula(self):
        self.assertLessEqual(self.counted(), self.formula())

    def test_changes_cost_a_request_a_chunk(self):
        for kind in ("hcp", "patient", "device"):
            self.sandbox.ask("POST", "/change", {"kind": kind, "id": self.others(kind)[0],
                                                 "patch": {"externalId": "changed"}})
            self.sandbox.ask("POST", "/delete", {"kind": kind, "id": self.others(kind)[1]})
        self.sandbox.ask("POST", "/delete", {"kind": "user", "id": self.others("user")[0]})
        self.assertLessEqual(self.counted(), self.formula(changed=3, vanished=4))
        for kind in KINDS:
            self.assertEqual({id: document["rev"] for id, document in
                              mirrored(self.daemon, kind).items()}, self.sandbox.revs(kind))


class BrakeTest(SweepTest):
    def lose(self, kind, count, op="purge"):
        ids = self.others(kind)[:count]
        for id in ids:
            self.sandbox.ask("POST", f"/{op}", {"kind": kind, "id": id})
        return ids

    def batch(self):
        braked = self.status()["braked"]
        self.assertEqual(len(braked), 1, braked)
        return braked[0]

    def approve(self, batch, decision):
        return self.daemon.call("sync.approve", batch=batch, decision=decision)["batch"]

    def test_holds_a_mass_deletion_over_a_restart_until_it_is_applied(self):
        lost = self.lose("hcp", 30)
        few = self.lose("patient", 3, op="delete")
        plan = self.daemon.call("sync.plan")
        self.assertEqual(plan["would_brake"], ["hcp"])
        self.assertEqual(plan["kinds"]["hcp"]["held"], 30)
        self.assertEqual(plan["kinds"]["patient"]["deleted"], 3)
        self.assertEqual(self.status()["braked"], [], "a plan applies nothing")
        run = self.sync()
        self.assertEqual(run["kinds"]["hcp"]["held"], 30)
        self.assertEqual(run["kinds"]["patient"]["deleted"], 3)
        status = self.status()
        self.assertEqual(status["state"], "degraded")
        self.assertEqual(self.batch()["deletes"], 30)
        self.assertIn(self.batch()["id"], status["warnings"][0]["hint"])
        self.assertEqual(self.daemon.call("owner.get", id=lost[0])["type"], "hcp")

        self.daemon.kill()
        self.daemon.start()
        batch = self.batch()
        self.sync()  # joins the run of the start, which may be past what changes now
        # The rest goes on meanwhile.
        changed = self.others("patient")[5]
        rev = self.sandbox.ask("POST", "/change", {"kind": "patient", "id": changed,
                                                   "patch": {"externalId": "x"}})["rev"]
        self.sync()
        self.assertEqual(self.daemon.call("owner.get", id=changed)["dataOwner"]["rev"], rev)
        self.assertEqual(self.batch()["id"], batch["id"])

        applied = self.daemon.ctl("sync", "approve", batch["id"], "apply")
        self.assertEqual(applied.returncode, 0, applied.stderr)
        self.assertIn("applied", applied.stdout)
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("owner.get", id=lost[0])
        self.assertEqual(caught.exception.word, "not_found")
        self.assertEqual(self.status()["braked"], [])
        self.assertEqual(self.status()["state"], "online")
        for id, word in ((batch["id"], "conflict"), ("nobody", "not_found")):
            with self.assertRaises(RpcError) as caught:
                self.approve(id, "apply")
            self.assertEqual(caught.exception.word, word)
        rows = self.daemon.call("sync.tombstones", kind="hcp")["rows"]
        self.assertEqual({row["id"]: row["how"] for row in rows}, dict.fromkeys(lost, "purged"))
        rows = self.daemon.call("sync.tombstones", kind="patient", limit=2)
        self.assertEqual([row["how"] for row in rows["rows"]], ["deleted"] * 2)
        rest = self.daemon.call("sync.tombstones", kind="patient", cursor=rows["next"])
        self.assertEqual({row["id"] for row in rows["rows"] + rest["rows"]}, set(few))

    def test_what_comes_back_withdraws_the_batch_and_what_is_discarded_is_kept(self):
        lost = self.lose("hcp", 30, op="delete")
        self.sync(full=False)
        batch = self.batch()
        for id in lost:
            self.sandbox.ask("POST", "/undelete", {"kind": "hcp", "id": id})
        self.sync()
        self.assertEqual(self.status()["braked"], [])
        self.assertEqual(mirrored(self.daemon, "hcp").keys(), self.sandbox.revs("hcp").keys())
        with self.assertRaises(RpcError) as caught:
            self.approve(batch["id"], "apply")
        self.assertEqual(caught.exception.word, "conflict")

        self.lose("hcp", 30, op="delete")
        self.sync()
        self.assertEqual(self.approve(self.batch()["id"], "discard")["state"], "discarded")
        run = self.sync()
        self.assertEqual(run["kinds"]["hcp"]["held"], 0)
        self.assertEqual(self.status()["state"], "online")
        self.assertEqual(len(mirrored(self.daemon, "hcp")), 120)

    def test_a_mass_disabling_is_held_but_nobody_is_let_in(self):
        users = self.sandbox.truth("user")
        own = users[self.sandbox.facts["userId"]].get("healthcarePartyId")
        owners = sorted({user["healthcarePartyId"] for user in users.values()
                         if user.get("status") == "ACTIVE" and user.get("healthcarePartyId")} - {own})
        # Whoever stands for these professionals, all of them.
        victims = [id for id, user in sorted(users.items()) if user.get("status") == "ACTIVE"
                   and user.get("healthcarePartyId") in owners[:40]]
        self.assertGreater(len(victims), 30)
        self.assertTrue(self.daemon.call("owner.access", id=owners[0])["access"])
        for id in victims:
            self.sandbox.ask("POST", "/change", {"kind": "user", "id": id,
                                                 "patch": {"status": "DISABLED"}})
        self.assertEqual(self.daemon.call("sync.plan")["would_brake"], ["user"])
        self.sync()
        self.assertEqual(self.batch()["disables"], len(victims))
        self.assertEqual(self.daemon.call("user.get", id=victims[0])["user"]["status"], "ACTIVE")
        answer = self.daemon.call("owner.access", id=owners[0])
        self.assertFalse(answer["access"], answer)
        self.assertIn("held", answer["reason"])
        self.daemon.kill()
        self.daemon.start()
        self.assertFalse(self.daemon.call("owner.access", id=owners[0])["access"])
        self.approve(self.batch()["id"], "apply")
        self.assertEqual(self.daemon.call("user.get", id=victims[0])["user"]["status"], "DISABLED")
        self.assertEqual(self.status()["braked"], [])

    def test_an_empty_list_is_held_and_nobody_is_cut_off(self):
        self.sandbox.ask("POST", "/faults", {"match": "POST /rest/v2/user/match", "kind": "status",
                                             "status": 200, "body": "[]"})
        before = self.status()["mirror"]["user"]["as_of"]
        self.sync(full=False)
        self.assertEqual(self.batch()["hides"], 450)
        users = self.sandbox.truth("user")
        owner = next(user["healthcarePartyId"] for user in users.values()
                     if user.get("status") == "ACTIVE" and user.get("healthcarePartyId"))
        self.assertTrue(self.daemon.call("owner.access", id=owner)["access"])
        self.assertEqual(self.status()["mirror"]["user"]["as_of"], before)
        self.sandbox.ask("DELETE", "/faults")
        self.sync()
        self.assertEqual(self.status()["braked"], [])
        self.assertEqual(self.status()["state"], "online")


del SweepTest  # what the others share is no test

if __name__ == "__main__":
    unittest.main()
