"""A few cells of fault_matrix.py, which ./dev check goes through whole."""
import errno
import unittest

from fault_matrix import Clinic


class FaultTest(unittest.TestCase):
    def setUp(self):
        self.clinic = Clinic()
        self.addCleanup(self.clinic.close)

    def outcomes(self, call, where, error, uses):
        found = []
        for n in uses:
            self.clinic.order_call(call, where, error, n)
            used, came = self.clinic.run()
            self.assertGreaterEqual(used, n, "the call was not used so often")
            found.append(came)
        return found

    def test_a_read_of_the_disk_that_fails_once_is_no_damaged_ledger(self):
        # Found by the matrix: such a start told an administrator to bring a backup back.
        found = self.outcomes("pread", "store", errno.EIO, (14, 30))
        self.assertLessEqual(set(found), {".", "r", "e"}, found)

    def test_a_refusal_for_a_disk_that_fails_says_what_to_do(self):
        # Found by the matrix: it had no hint. Clinic.run() asks for one.
        self.outcomes("fsync", "store", errno.EIO, range(7, 10))


if __name__ == "__main__":
    unittest.main()
