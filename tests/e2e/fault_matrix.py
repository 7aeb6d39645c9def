#!/usr/bin/env python3
"""Makes each system call on the ways of store, socket and platform fail at its n-th use, and spoils each
request to the platform in each way, one at a time, under the real daemon while it starts and works.

    ICURE_BIN=build/release/bin tests/e2e/fault_matrix.py [--only WORD]

After each, all that was asked for is asked for again with its key, and what platform and gateway got is
compared with it. Prints both matrices; exits with 1 if anything was lost, doubled, or not recovered from.

A cell says the worst of what came of it: `.` nothing was seen, `r` a call was refused, with words and a
hint, `b` an item waited for a person, `e` the daemon ended, said why, and started again, `R` it served
on and needed a restart, `-` this run did not come to it; BROKEN: a promise.
"""
import argparse
import collections
import errno
import mmap
import re
import struct
import sys
import time
import uuid

import clinic
from clinic import BIN, PATIENCE_S, Daemon, RpcError, Sandbox, mirrored, until

ORDER = struct.Struct("=16s8siii")  # of tests/faults/failing_calls.cpp
HALF = 0
CALLS = {  # what it is used on: call and errors
    "store": [("open", errno.EMFILE), ("pread", errno.EIO), ("pwrite", errno.EIO),
              ("pwrite", errno.ENOSPC), ("pwrite", HALF), ("fsync", errno.EIO),
              ("ftruncate", errno.EIO), ("mmap", errno.ENOMEM), ("lock", errno.ENOLCK),
              ("flock", errno.ENOLCK), ("unlink", errno.EIO), ("rename", errno.EIO),
              ("write", errno.ENOSPC)],
    "unix": [("socket", errno.EMFILE), ("accept", errno.EMFILE), ("accept", errno.ECONNABORTED),
             ("read", errno.ECONNRESET), ("write", errno.EPIPE), ("write", HALF),
             ("epoll_ctl", errno.ENOMEM)],
    "inet": [("socket", errno.EMFILE), ("connect", errno.ENETUNREACH), ("recv", errno.ECONNRESET),
             ("send", errno.EPIPE), ("send", HALF), ("epoll_ctl", errno.ENOMEM)],
}
SPOILT = {  # how an answer of the platform is spoilt
    "401": {"kind": "status", "status": 401},
    "429": {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
    "500": {"kind": "status", "status": 500}, "503": {"kind": "status", "status": 503},
    "drop": {"kind": "drop"}, "lost": {"kind": "close_after_commit"},
    "cut": {"kind": "truncate", "bytes": 20}, "garbage": {"kind": "garbage"},
    "shape": {"kind": "wrong_shape"}, "oversize": {"kind": "oversize"},
    "slow": {"kind": "delay", "ms": 300},
}
KINDS = ("user", "hcp", "patient", "device")
SEVERITY = ".rbRe"
NAMES_ONE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|@|%40")  # a document or a person


class Broken(Exception):
    """A promise that was not kept."""


class Clinic:
    """One store and one platform, which all cells go over, one after the other."""

    def __init__(self):
        self.sandbox = Sandbox("--users", 12, "--hcps", 5, "--patients", 6, "--devices", 2)
        self.daemon = Daemon(self.sandbox.url, sections=f"""
[sync]
live = false
interval = "3s"
full_interval = "1h"
[outbox]
retry_min = "100ms"
retry_max = "200ms"
[invite]
per_day = 1000000
[gateway]
url = "{self.sandbox.facts["gateway"]}"
spec_id = "clinic"
""")
        path = self.daemon.home / "order"
        path.write_bytes(bytes(ORDER.size))
        with open(path, "r+b") as file:
            self.order = mmap.mmap(file.fileno(), ORDER.size)
        self.preload = {"LD_PRELOAD": str(BIN / "failing_calls.so"), "FAULT_CALLS": str(path)}
        self.backups = self.daemon.home / "backups/store"  # a place where calls are made to fail
        self.backups.mkdir(parents=True)
        self.modified = next(id for id in self.sandbox.revs("user")
                             if id != self.sandbox.facts["userId"])
        self.changed = next(iter(self.sandbox.revs("hcp")))
        self.daemon.start(self.preload).until_complete()
        self.end()

    def close(self):
        self.daemon.close()
        self.sandbox.stop()

    # --- the fault

    def order_call(self, call, where, error, n):
        self.order[:] = ORDER.pack(call.encode(), where.encode(), error, 0, 0)
        self.order[28:32] = struct.pack("=i", n)

    def no_fault(self):
        """Returns how often the call was used, or requests were spoilt."""
        used = ORDER.unpack(self.order[:])[4]
        used += sum(each["struck"] for each in self.sandbox.ask("GET", "/faults"))
        self.order[28:32] = bytes(4)
        self.sandbox.ask("DELETE", "/faults")
        return used

    # --- one cell

    def run(self):
        """Starts, works, takes the fault away, and compares. Returns what came of it."""
        self.came = set(".")
        self.number = uuid.uuid4().hex[:12]
        patient = self.sandbox.ask("POST", "/create", {"kind": "patient", "doc": {
            "firstName": "P", "lastName": self.number, "addresses": [{
                "addressType": "home", "telecoms": [
                    {"telecomType": "email", "telecomNumber": f"{self.number}@mail.test"}]}]}})
        self.patient = patient["id"]
        self.sandbox.ask("POST", "/share", {"id": self.patient})
        login = f"{self.number}@new.test"
        self.writes = {
            "create": ("user.create", {"user": {"login": login, "email": login}}),
            "modify": ("user.modify", {"id": self.modified, "patch": {"name": self.number}}),
            "invite": ("invite.create", {"owner": self.patient, "solution": "the portal",
                                         "link": "https://portal.clinic.test/"})}
        self.ids = {}  # of those writes that were accepted
        self.start()
        self.call("sync.run", full=True, wait=True)
        for name in self.writes:
            self.write(name)
        self.sandbox.ask("POST", "/change", {"kind": "hcp", "id": self.changed,
                                             "patch": {"companyName": self.number}})
        self.call("sync.run", full=True, wait=True)
        self.call("user.search", text="a")
        self.call("store.backup", path=str(self.backups / self.number))
        self.wait_a_while()
        used = self.no_fault()
        self.recover()
        self.compare()
        self.end()
        return used, max(self.came, key=SEVERITY.index)

    def start(self):
        """Until it serves. Where it ends instead it must say why; whoever watches starts it again."""
        for _ in range(3):
            before = len(self.daemon.log_text())
            self.daemon.launch(self.preload)
            if self.is_connected():
                return
            self.has_ended(before)
        raise Broken(f"it does not start any more: {self.daemon.log_text()[-800:]}")

    def is_connected(self):
        """Once there is a connection; not if the daemon ends before."""
        deadline = time.monotonic() + PATIENCE_S
        while self.daemon.process.poll() is None:
            try:
                self.client = self.daemon.client()
                return True
            except OSError:
                if time.monotonic() > deadline:
                    raise Broken("it never took a client") from None
                time.sleep(0.01)  # between two tries
        return False

    def has_ended(self, log_before=0):
        code = self.daemon.process.wait(PATIENCE_S)
        if code >= 0 and (code == 0 or len(self.daemon.log_text()) == log_before):
            raise Broken(f"it ended with {code} and said nothing")
        self.came.add("e")

    def call(self, method, **params):
        """The answer, or None where it was refused or the connection is gone."""
        try:
            return self.client.call(method, **params)
        except RpcError as error:
            if error.code == -32000 and not error.data.get("hint"):
                raise Broken(f"refused without a hint: {error} {error.data}") from None
            self.came.add("r")
        except (OSError, ValueError):  # cut off, perhaps in the middle of a line
            self.came.add("r")
            self.again()
        return None

    def again(self):
        """A connection, or a daemon, again."""
        try:
            self.client.close()
        except OSError:
            pass  # what it had to say is lost
        if not self.is_connected():
            self.has_ended()
            self.start()

    def write(self, name):
        method, params = self.writes[name]
        answer = self.call(method, key=f"{self.number}-{name}", **params)
        if answer:
            id = answer["invitation" if name == "invite" else "item"]["id"]
            if self.ids.setdefault(name, id) != id:
                raise Broken("one key became two items")

    def open_items(self):
        """None: the daemon could not say."""
        items = []
        for state in ("queued", "sending", "retrying", "blocked", "held"):
            page = self.call("outbox.list", state=state, limit=1000)
            if page is None:
                return None
            items += page["rows"]
        return items

    def wait_a_while(self):
        """Until all is done, or clearly is not with the fault there."""
        deadline = time.monotonic() + 1.5
        while self.open_items() != [] and time.monotonic() < deadline:
            time.sleep(0.02)

    # --- the fault is gone

    def recover(self):
        if self.daemon.process.poll() is not None:
            self.has_ended()
            self.start()
        elif not self.is_healthy():
            self.came.add("R")
            self.end()
            self.start()
            until(self.is_healthy, "it is well after a restart", self.daemon)
        for name in self.writes:
            if name not in self.ids:
                self.write(name)
            if name not in self.ids:
                raise Broken(f"{self.writes[name][0]} is refused without a fault")
        until(self.all_done, "all is done", self.daemon)

    def is_healthy(self):
        """Whether it takes writes again, in a moment."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            status = self.client.call("daemon.status")
            if status["state"] == "online":
                return True
            time.sleep(0.05)  # between two questions
        return False

    def has_synced(self):
        try:
            return self.daemon.sync()["state"] == "done"
        except RpcError as error:  # the platform asked it to wait
            if not error.data.get("retryable"):
                raise
            return False

    def all_done(self):
        items = self.open_items()
        for item in items or []:
            if item["state"] in ("blocked", "held"):
                self.came.add("b")
                self.client.call("outbox.retry", id=item["id"])
        return items == []

    def compare(self):
        users = self.sandbox.truth("user")
        login = f"{self.number}@new.test"
        made = [id for id, user in users.items() if user.get("login") == login]
        if len(made) != 1:
            raise Broken(f"{len(made)} users were made")
        if users[self.modified].get("name") != self.number:
            raise Broken("a change was lost")
        invited = [id for id, user in users.items() if user.get("patientId") == self.patient]
        if len(invited) != 1:
            raise Broken(f"{len(invited)} users of who was invited")
        sent = sum(each["to"] == f"{self.number}@mail.test" for each in self.sandbox.ask("GET", "/messages"))
        row = self.client.call("invite.get", id=self.ids["invite"])["invitation"]
        if sent == 0 or (sent > 1 and not row["maybe_sent"]):
            raise Broken(f"{sent} messages, and it says maybe_sent: {row['maybe_sent']}")
        until(self.has_synced, "it syncs", self.daemon)
        for kind in KINDS:
            revs = {id: document["rev"] for id, document in mirrored(self.daemon, kind).items()}
            if revs != self.sandbox.revs(kind):
                raise Broken(f"the mirror's {kind}s are not the platform's")

    def end(self):
        try:
            self.client.close()
        except (AttributeError, OSError):
            pass
        code, _ = self.daemon.stop()
        if code != 0:
            raise Broken(f"a stop ended with {code}")


class Matrix:
    def __init__(self, told):
        self.told = told
        self.red = 0
        self.outcomes = collections.Counter()
        self.clinic = None

    def cell(self, name, prepare):
        """How often the call was used, and what came of it."""
        if self.clinic is None:
            self.clinic = Clinic()
        prepare(self.clinic)
        try:
            used, came = self.clinic.run()
        except (Broken, AssertionError, OSError, ValueError, RpcError) as broken:
            self.red += 1
            self.told(f"RED {name}: {type(broken).__name__} {str(broken)[-1500:]}\n"
                      f"{self.clinic.daemon.log_text()[-1500:]}")
            self.close()  # the next one begins with another clinic
            return 0, "BROKEN"
        self.outcomes[came] += 1
        return used, came

    def close(self):
        if self.clinic:
            self.clinic.close()
        self.clinic = None


def uses(total):
    """1, 2, 4, ... up to the last use there is."""
    n = 1
    while n < total:
        yield n
        n *= 2
    if total:
        yield total


def calls_matrix(matrix, only):
    lines = []
    for where, calls in CALLS.items():
        for call, error in calls:
            what = "half" if error == HALF else errno.errorcode[error]
            name = f"{call} {where} {what}"
            if only not in name:
                continue
            never = 1 << 30
            total, _ = matrix.cell(name, lambda it: it.order_call(call, where, error, never))
            cells = []
            for n in uses(total):
                _, came = matrix.cell(f"{name} {n}", lambda it: it.order_call(call, where, error, n))
                cells.append(f"{n}:{came}")
            lines.append(f"| {where} | {call} | {what} | {total} | {' '.join(cells) or 'not used'} |")
            matrix.told(lines[-1])
    return ["| on | call | fails with | uses | at the n-th use, and what came of it |",
            "|---|---|---|---|---|", *lines]


def requests_of(clinic_):
    """The requests that a run makes, as patterns."""
    clinic_.sandbox.ask("DELETE", "/received")
    clinic_.run()
    patterns = {}
    for each in clinic_.sandbox.ask("GET", "/received"):
        path = "/".join("[^/]+" if NAMES_ONE.search(part) else part
                        for part in each["path"].split("/"))
        patterns[f"{each['method']} {path}$"] = each["server"]
    return sorted(patterns)


def platform_matrix(matrix, only):
    lines = []
    if matrix.clinic is None:
        matrix.clinic = Clinic()
    for match in requests_of(matrix.clinic):
        cells = []
        for way, fault in SPOILT.items():
            if only not in f"{match} {way}":
                continue
            struck, came = matrix.cell(f"{match} {way}", lambda it: it.sandbox.ask(
                "POST", "/faults", {"match": match, "times": 1, **fault}))
            cells.append(came if struck or came == "BROKEN" else "-")
        if cells:
            lines.append(f"| `{match[:-1].replace('[^/]+', '*')}` | {' | '.join(cells)} |")
            matrix.told(lines[-1])
    ways = [way for way in SPOILT]
    return [f"| request | {' | '.join(ways)} |", "|---" * (len(ways) + 1) + "|", *lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="cells whose name has this word")
    options = parser.parse_args()
    clinic.PATIENCE_S = 30
    matrix = Matrix(told=lambda line: print(line, file=sys.stderr, flush=True))
    try:
        tables = [calls_matrix(matrix, options.only), platform_matrix(matrix, options.only)]
    finally:
        matrix.close()
    print("\n\n".join("\n".join(table) for table in tables))
    print(f"\n{sum(matrix.outcomes.values()) + matrix.red} cells; {dict(matrix.outcomes)}; red: {matrix.red}")
    sys.exit(matrix.red > 0)


if __name__ == "__main__":
    main()
