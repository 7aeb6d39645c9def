"""The mirror equals the platform: id by id, rev by rev, member by member."""
import random
import unittest

from clinic import Daemon, RpcError, Sandbox, mirrored, until

KINDS = ("user", "hcp", "patient", "device")


def outward(kind, document):
    """What of the platform's document may be served."""
    return {k: v for k, v in document.items() if k != "passwordHash"}


class MirrorTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 2500, "--hcps", 120, "--patients", 3000, "--devices", 40)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)

    def assert_equal_to_truth(self):
        for kind in KINDS:
            truth = {id: outward(kind, doc) for id, doc in self.sandbox.truth(kind).items()}
            ours = mirrored(self.daemon, kind)
            self.assertEqual(ours.keys(), truth.keys(), kind)
            for id, document in truth.items():
                self.assertEqual(ours[id], document, f"{kind} {id}")
            count = self.daemon.call("daemon.status")["mirror"][kind]["count"]
            self.assertEqual(count, len(truth), kind)

    def sync(self):
        run = self.daemon.sync()
        self.assertEqual(run["state"], "done", run)
        return run

    def test_equals_the_truth_after_the_first_sync(self):
        self.daemon.start().until_complete()
        self.assert_equal_to_truth()

    def test_equals_the_truth_after_changes_of_every_sort_and_a_restart(self):
        self.daemon.start().until_complete()
        for seed in (1, 2, 3):
            self.sandbox.ask("POST", "/mutate", {"seed": seed, "count": 200})
            self.sync()
            self.assert_equal_to_truth()
        self.daemon.stop()
        self.daemon.start()
        self.assert_equal_to_truth()
        self.sandbox.ask("POST", "/mutate", {"seed": 4, "count": 50})
        self.sync()
        self.assert_equal_to_truth()

    def test_follows_soft_deletion_undeletion_purge_and_lost_shares(self):
        self.daemon.start().until_complete()
        users = sorted(self.sandbox.revs("user"))
        patients = sorted(self.sandbox.revs("patient"))
        victim, purged = [u for u in users if u != self.sandbox.facts["userId"]][:2]
        self.sandbox.ask("POST", "/delete", {"kind": "user", "id": victim})
        self.sandbox.ask("POST", "/purge", {"kind": "user", "id": purged})
        self.sandbox.ask("POST", "/hide", {"id": patients[0]})
        run = self.sync()
        self.assertEqual(run["kinds"]["user"]["deleted"], 2)
        self.assertEqual(run["kinds"]["patient"]["deleted"], 1)
        for id in (victim, purged):
            with self.assertRaises(RpcError) as caught:
                self.daemon.call("user.get", id=id)
            self.assertEqual(caught.exception.word, "not_found")
        self.sandbox.ask("POST", "/undelete", {"kind": "user", "id": victim})
        self.sandbox.ask("POST", "/share", {"id": patients[0]})
        self.sync()
        self.assert_equal_to_truth()

    def test_an_unchanged_second_sweep_writes_nothing(self):
        self.daemon.start().until_complete()
        self.sync()
        store = self.daemon.home / "store"
        before = (store / "mirror.db-wal").stat()
        run = self.sync()
        after = (store / "mirror.db-wal").stat()
        for kind in KINDS:
            self.assertEqual((run["kinds"][kind]["added"], run["kinds"][kind]["changed"]), (0, 0))
        # as_of and the sweep's beginning are all there is to write: a few pages of 8 KiB
        self.assertLess(after.st_size - before.st_size, 200 * 1024)

    def test_survives_kill_9_in_the_middle_of_a_sweep_and_goes_on_from_there(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        self.daemon.configure(self.sandbox.url, extra="page_size = 100")
        self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user$", "kind": "delay", "ms": 60})
        self.daemon.launch()
        for _ in range(3):
            seen = self.sandbox.received("GET /rest/v2/user$")
            wanted = seen + chance.randrange(6, 9)
            until(lambda: self.sandbox.received("GET /rest/v2/user$") >= wanted, "pages", self.daemon)
            self.daemon.kill()
            self.daemon.launch()
        until(lambda: self.daemon.socket.exists() and self.daemon.answers(), "serving", self.daemon)
        self.daemon.until_complete()
        self.assert_equal_to_truth()
        pages = self.sandbox.received("GET /rest/v2/user$")
        # 25 pages of 100; a kill may cost what had not been committed, not the whole walk.
        self.assertLess(pages, 25 + 3 * 8)

    def test_users_without_the_other_kinds_are_mirrored_alone(self):
        self.daemon.configure(self.sandbox.url, sections='[mirror]\nkinds = ["user"]')
        self.daemon.start().until_complete(("user",))
        self.assertEqual(mirrored(self.daemon, "user").keys(), self.sandbox.revs("user").keys())
        with self.assertRaises(RpcError) as caught:
            self.daemon.call("owner.list")
        self.assertEqual(caught.exception.word, "not_mirrored")


if __name__ == "__main__":
    unittest.main()
