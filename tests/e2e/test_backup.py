"""Backups, a new store key, a move to another platform: what an admin does so as to sleep well."""
import json
import os
import secrets
import shutil
import signal
import unittest

from clinic import Daemon, RpcError, Sandbox, until


class BackupTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 60)
        cls.addClassCleanup(cls.sandbox.stop)

    def setUp(self):
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        self.store = self.daemon.home / "store"
        self.backup = self.daemon.home / "backup"

    def queue_offline(self):
        """A write that cannot be carried out yet."""
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.addCleanup(self.sandbox.ask, "POST", "/online", {})
        login = f"{secrets.token_hex(6)}@clinic.test"
        return self.daemon.call("user.create", key=secrets.token_hex(8),
                                user={"login": login, "email": login})["item"]

    def ctl(self, *arguments, code=0):
        done = self.daemon.ctl(*map(str, arguments))
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def test_a_backup_comes_back_on_another_machine_and_its_work_is_held(self):
        self.daemon.start().until_complete()
        item = self.queue_offline()
        self.assertIn("saved", self.ctl("backup", "create", self.backup).stdout)
        self.assertEqual(self.backup.stat().st_mode & 0o777, 0o600)
        self.assertIn("sound", self.ctl("backup", "verify", self.backup).stdout)
        self.daemon.stop()
        shutil.rmtree(self.store)
        restored = self.ctl("backup", "restore", self.backup, "--config", self.daemon.config)
        self.assertIn("in place", restored.stdout)
        self.daemon.start()
        until(lambda: self.daemon.call("outbox.get", id=item["id"])["item"]["state"] == "held",
              "the restored item is held", self.daemon)
        held = self.daemon.call("outbox.get", id=item["id"])["item"]
        self.assertIn("restored", held["last_error"])
        self.sandbox.ask("POST", "/online", {})
        self.daemon.call("outbox.release", id=item["id"])
        until(lambda: self.daemon.call("outbox.get", id=item["id"])["item"]["state"] == "done",
              "the released item is done", self.daemon)

    def test_a_newer_ledger_is_replaced_only_by_force(self):
        self.daemon.start().until_complete()
        self.ctl("backup", "create", self.backup)
        self.ctl("backup", "restore", self.backup, "--config", self.daemon.config, "--force", code=6)
        item = self.queue_offline()
        self.daemon.stop()
        refused = self.ctl("backup", "restore", self.backup, "--config", self.daemon.config, code=6)
        self.assertIn("--force", refused.stderr)
        refused = self.ctl("--json", "backup", "restore", self.backup, "--config", self.daemon.config,
                           code=6)
        self.assertEqual(refused.stdout, "")
        self.assertEqual(json.loads(refused.stderr)["error"]["data"]["code"], "conflict")
        self.ctl("backup", "restore", self.backup, "--config", self.daemon.config, "--force")
        kept = [file.name for file in self.store.iterdir() if ".replaced-" in file.name]
        self.assertTrue(kept, "the newer ledger is kept beside it")
        self.daemon.start()
        with self.assertRaises(RpcError) as unknown:
            self.daemon.call("outbox.get", id=item["id"])
        self.assertEqual(unknown.exception.word, "not_found")

    def test_a_damaged_backup_is_told_and_replaces_nothing(self):
        self.daemon.start().until_complete()
        self.ctl("backup", "create", self.backup)
        content = bytearray(self.backup.read_bytes())
        content[len(content) // 2] ^= 0x55
        self.backup.write_bytes(content)
        self.assertIn("damaged", self.ctl("backup", "verify", self.backup, code=1).stdout)
        self.daemon.stop()
        self.ctl("backup", "restore", self.backup, "--config", self.daemon.config, "--force", code=1)
        self.daemon.start()

    def test_holds_nothing_in_the_clear(self):
        self.daemon.start().until_complete()
        item = self.queue_offline()
        user = self.daemon.call("user.get", id=item["entity"])["user"]
        self.ctl("backup", "create", self.backup)
        content = self.backup.read_bytes()
        for text in (user["login"], user["id"], item["id"], "SQLite format"):
            self.assertNotIn(text.encode(), content)

    def test_reads_the_files_in_use(self):
        self.daemon.start().until_complete()
        checked = json.loads(self.daemon.ctl("--json", "store", "verify").stdout)
        self.assertTrue(checked["ok"], checked)
        self.assertEqual([file["name"] for file in checked["files"]], ["ledger.db", "mirror.db", "audit.db"])

    def test_a_new_store_key_is_taken_while_it_runs(self):
        self.daemon.start().until_complete()
        key = self.daemon.home / "new-key"
        key.write_text("no key\n")
        self.assertIn("64 hex digits", self.ctl("store", "rekey", key, code=1).stderr)
        key.write_text(secrets.token_hex(32) + "\n")
        self.ctl("store", "rekey", key)
        old = (self.daemon.home / "key").read_text()
        self.daemon.process.send_signal(signal.SIGKILL)
        self.daemon.process.wait()
        self.daemon.start()  # still with the old one
        self.daemon.stop()
        (self.daemon.home / "key").write_text(key.read_text())
        self.daemon.start()
        self.daemon.stop()
        (self.daemon.home / "key").write_text(old)
        self.daemon.launch()
        self.assertEqual(self.daemon.process.wait(30), 77, "the old key opens nothing any more")

    def test_a_move_to_another_platform_is_confirmed(self):
        self.daemon.start().until_complete()
        self.daemon.stop()
        self.daemon.configure(self.sandbox.url, 'group_id = "another-clinic"')
        self.daemon.launch()
        self.assertEqual(self.daemon.process.wait(30), 78)
        self.assertIn("icurectl store adopt", self.daemon.log_text())
        told = self.ctl("store", "adopt", "--config", self.daemon.config).stdout
        self.assertIn("begins anew", told)
        self.daemon.start()

    def test_is_an_administrators(self):
        if os.geteuid() != 0:
            self.skipTest("only root can call as another user")
        rules = '[[access]]\nuser = "65534"\nrole = "operator"\n'
        self.daemon.configure(self.sandbox.url, sections=rules)
        self.daemon.start()
        answers = self.daemon.as_nobody(["store.backup", {"path": str(self.backup)}],
                                        ["store.verify", {}],
                                        ["store.rekey", {"key_file": str(self.daemon.config)}])
        self.assertEqual(answers, [[-32000, "forbidden"]] * 3)
        self.assertFalse(self.backup.exists())

    def test_wants_whole_paths(self):
        self.daemon.start()
        with self.assertRaises(RpcError) as refused:
            self.daemon.call("store.backup", path="backup")
        self.assertEqual(refused.exception.code, -32602)


if __name__ == "__main__":
    unittest.main()
