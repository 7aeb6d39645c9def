"""What the journal gets: the daemon with a journal of the test's own in place of the machine's."""
import os
import socket
import unittest

from clinic import PATIENCE_S, Daemon, Sandbox

# A file system that only the daemon sees, so that the machine's own journal is left alone.
OWN_JOURNAL = """mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal &&
mount --bind "$1" /run/systemd/journal && shift && exec "$@" """
ONLINE = "0f7de4d4f26648b5b3bc80231d089ae1"
OFFLINE = "f680095320e243f1b1aa3e485d64d3f8"


@unittest.skipUnless(os.geteuid() == 0, "only root mounts")
class JournalTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 5)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        folder = self.daemon.home / "journal"
        folder.mkdir()
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.journal.close)
        self.journal.bind(str(folder / "socket"))
        self.journal.settimeout(PATIENCE_S)
        self.daemon.before_it = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                                 OWN_JOURNAL, "-", str(folder)]

    def entry(self, message_id):
        """The next one of that id."""
        while True:
            lines = self.journal.recv(1 << 16).decode().splitlines()
            entry = dict(line.split("=", 1) for line in lines)
            if entry.get("MESSAGE_ID") == message_id:
                return entry

    def test_what_happens_has_an_id_and_fields(self):
        self.daemon.start({"JOURNAL_STREAM": "1:1"})
        online = self.entry(ONLINE)
        self.assertEqual(online["PRIORITY"], "6")
        self.assertEqual(online["SYSLOG_IDENTIFIER"], "icure-syncd")
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        offline = self.entry(OFFLINE)
        self.assertEqual(offline["PRIORITY"], "4")
        self.assertEqual(offline["ICURE_CAUSE"], "connect")
        self.assertNotIn("online: the platform answers", self.daemon.log_text(), "it came once")
        self.assertIn("<6>", self.daemon.log_text(), "other lines go on")


if __name__ == "__main__":
    unittest.main()
