"""Failure drills of the machine: too few descriptors, too little memory, a clock that is set. What
each came to is in docs/reliability.md."""
import os
import resource
import socket
import time
import unittest

from clinic import until
from outbox_clinic import OutboxClinic


class DescriptorDrill(OutboxClinic):
    def open_files(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def processor_time(self):
        """That the daemon has used, in seconds."""
        with open(f"/proc/{self.daemon.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_without_a_descriptor_left_it_goes_on_and_takes_clients_again_when_some_leave(self):
        most = self.open_files() + 20
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_NOFILE, (most, most))
        crowd = []
        self.addCleanup(lambda: [each.close() for each in crowd])
        for _ in range(150):
            each = socket.socket(socket.AF_UNIX)
            each.settimeout(60)
            try:
                each.connect(str(self.daemon.socket))
            except OSError:
                each.close()
            else:
                crowd.append(each)
        until(lambda: self.open_files() >= most - 2, "the descriptors are used up", self.daemon)
        before, began = self.processor_time(), time.monotonic()
        while time.monotonic() - began < 2:  # of being asked by one who was there before
            self.assertTrue(self.call("user.search", text="anna", limit=1)["rows"])
            time.sleep(0.1)
        self.assertLess(self.processor_time() - before, 0.5, "it turns in circles")
        run = self.call("sync.run", full=True, wait=True)["run"]
        self.assertIn(run["state"], ("done", "failed"), run)  # by whether it has a connection
        for each in crowd:
            each.close()
        crowd.clear()
        until(self.daemon.answers, "it takes clients again", self.daemon)
        self.assertTrue(self.daemon.call("user.search", text="anna", limit=1)["rows"])
        self.assertEqual(self.daemon.sync()["state"], "done")


if __name__ == "__main__":
    unittest.main()
