"""What a sync costs, and what it does when the platform seems to lose much at once."""
import unittest

from clinic import Daemon, RpcError, Sandbox, mirrored, until

KINDS = ("user", "hcp", "patient", "device")
PAGE = 100


def chunks(rows):
    return -(-rows // PAGE)


class SweepTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 450, "--hcps", 120, "--patients", 330, "--devices", 40)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, extra=f"page_size = {PAGE}")
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()

    def status(self):
        return self.daemon.call("daemon.status")

    def sync(self, full=True):
        run = self.daemon.call("sync.run", full=full, wait=True)["run"]
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


del SweepTest  # what the others share is no test

if __name__ == "__main__":
    unittest.main()
