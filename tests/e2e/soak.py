#!/usr/bin/env python3
"""Hours of mixed load: readers, writes and invitations, changes on the platform, a line that comes and
goes, answers that are lost, a clock that is set, and towards the end a SIGKILL every few seconds.

    ICURE_BIN=build/release/bin tests/e2e/soak.py --minutes 120 [--seed S]

Prints a table: what memory and open files did over the long life before the kills, how the latency
changed, and what was lost or doubled. Exits with 1 if a promise was broken.
"""
import argparse
import collections
import mmap
import os
import random
import statistics
import struct
import sys
import threading
import time

import crash
from clinic import BIN, PATIENCE_S, RpcError, mirrored

KILLED_FROM = 0.75  # of the whole time; before that is one life, in which leaks would show
SETTLED_FROM = 0.2  # of that life; before, caches fill
SAMPLE_S = 10
READS_A_TURN = 10  # a turn is what follows
TURN_S = 0.05
LINE_AWAY_S = (2, 40)
CLOCK_SET_S = 2 * 86_400  # at most, in both directions
RATES = {  # turns between two of these, on average
    "user.create": 40, "user.modify": 30, "invite.create": 40, "invite.cancel": 400,
    "change": 15, "faults": 400, "line": 4000, "clock": 8000, "sync": 2000,
}


class Soak(crash.Clinic):
    population = ("--users", 3000, "--hcps", 300, "--patients", 2000, "--devices", 50)
    sync_settings = 'interval = "1m"\nfull_interval = "10m"'

    def __init__(self, chance, figures, minutes):
        super().__init__(chance, figures)
        self.ends = time.monotonic() + 60 * minutes
        self.kills_from = time.monotonic() + 60 * minutes * KILLED_FROM
        self.shift = self.make_clock()
        self.online_at = None
        self.writes = {}  # key: (method, params), until it is answered
        self.created = {}  # key: id of the user, accepted
        self.names = {}  # user: the last name that was accepted
        self.latencies = []
        self.samples = []  # (seconds, RSS in KiB, open files, p50 and p99 of user.get in us)
        self.client = None
        users = sorted(self.sandbox.revs("user"))
        users.remove(self.sandbox.facts["userId"])
        self.read, self.modified, self.changed = users[:2000], users[2000:2200], users[2200:]

    def make_clock(self):
        path = self.daemon.home / "shift"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            shift = mmap.mmap(file.fileno(), 8)
        launch = self.daemon.launch
        self.daemon.launch = lambda _=None: launch({"LD_PRELOAD": str(BIN / "clock_shift.so"),
                                                    "FAULT_CLOCK": str(path)})
        return shift

    def connect(self):
        if self.client:
            try:
                self.client.close()
            except OSError:
                pass  # what it had to say is lost with the daemon; it is said again
        deadline = time.monotonic() + PATIENCE_S
        while True:
            if self.daemon.process.poll() is not None:
                self.daemon.launch()  # it was killed, perhaps while it started
            try:
                self.client = self.daemon.client()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise crash.Broken("it never served again") from None
                time.sleep(0.01)  # between two tries

    # --- the load

    def run(self, told):
        self.connect()
        began = next_sample = time.monotonic()
        killer = threading.Thread(target=self.kill_again_and_again, daemon=True)
        killer.start()
        while time.monotonic() < self.ends:
            turn = time.monotonic()
            try:
                self.one_turn()
            except (OSError, ValueError):  # it was killed, perhaps in the middle of a line
                self.daemon.process.wait(PATIENCE_S)
                self.connect()
            if turn > next_sample and turn < self.kills_from:
                self.sample(turn - began)
                next_sample = turn + SAMPLE_S
                if len(self.samples) % 30 == 0:
                    told(f"{turn - began:.0f} s: {self.samples[-1]}, {dict(self.figures)}")
            time.sleep(max(0.0, TURN_S - (time.monotonic() - turn)))
        self.ends = 0  # no kill any more
        killer.join()
        self.back_to_normal()

    def kill_again_and_again(self):
        chance = random.Random(self.chance.random())
        while time.monotonic() < self.ends:
            time.sleep(chance.uniform(0.2, 10))  # the moment of death is what is varied here
            if self.kills_from < time.monotonic() < self.ends:
                self.figures["kills"] += 1
                self.daemon.process.kill()

    def one_turn(self):
        for _ in range(READS_A_TURN):
            began = time.perf_counter()
            self.client.call("user.get", id=self.chance.choice(self.read))
            self.latencies.append(time.perf_counter() - began)
        self.client.call("user.search", text=self.chance.choice("abcdefghijklmnoprstuvw"), limit=20)
        self.figures["reads"] += READS_A_TURN + 1
        for key, (method, params) in list(self.writes.items()):  # answers that a kill cut off
            self.write(key, method, params)
        for what, turns in RATES.items():
            if self.chance.random() < 1 / turns:
                getattr(self, what.replace(".", "_"))()
        if self.online_at and time.monotonic() > self.online_at:
            self.sandbox.ask("POST", "/online", {})
            self.online_at = None

    def write(self, key, method, params):
        self.writes[key] = (method, params)
        try:
            answer = self.client.call(method, key=key, **params)
        except RpcError as error:
            del self.writes[key]
            if method == "invite.cancel" and error.word == "conflict":
                return  # it was sent before
            raise crash.Broken(f"{method} was refused: {error} {error.data}") from None
        del self.writes[key]
        self.figures["writes"] += 1
        if method == "user.create":
            if self.created.setdefault(key, answer["user"]["id"]) != answer["user"]["id"]:
                raise crash.Broken("one key became two users")
        elif method == "user.modify":
            self.names[params["id"]] = params["patch"]["name"]
        else:
            self.take_answer({"result": answer}, method, {"key": key, **params})

    def new_key(self):
        self.figures["keys"] += 1
        return f"n{self.figures['keys']}"

    def user_create(self):
        key = self.new_key()
        login = f"{key}@new.test"
        self.write(key, "user.create", {"user": {"login": login, "email": login}})

    def user_modify(self):
        key = self.new_key()
        self.write(key, "user.modify", {"id": self.chance.choice(self.modified),
                                        "patch": {"name": f"Name {key}"}})

    def invite_create(self):
        if self.owners:
            key = f"k{len(self.asked)}"
            self.asked[key] = self.owners.pop()
            method, params = self.create(key)
            del params["key"]
            self.write(key, method, params)

    def invite_cancel(self):
        if self.accepted:
            id = self.chance.choice(list(self.accepted.values()))
            self.to_cancel.add(id)
            self.write(f"c{id}", "invite.cancel", {"id": id})

    # --- what disturbs it

    def change(self):
        id = self.chance.choice(self.changed)
        self.sandbox.ask("POST", "/change", {"kind": "user", "id": id,
                                             "patch": {"name": f"N {self.chance.random()}"}})
        self.figures["changes on the platform"] += 1

    def faults(self):
        self.order_faults()
        self.figures["times that faults were ordered"] += 1

    def line(self):
        if not self.online_at:
            self.sandbox.ask("POST", "/offline", {
                "mode": self.chance.choice(("refuse", "hang", "drop")),
                "server": self.chance.choice(("platform", "gateway", "both"))})
            self.online_at = time.monotonic() + self.chance.uniform(*LINE_AWAY_S)
            self.figures["times without a line"] += 1

    def clock(self):
        self.shift[:8] = struct.pack("=q", self.chance.randrange(-CLOCK_SET_S, CLOCK_SET_S))
        self.figures["times that the clock was set"] += 1

    def sync(self):
        self.client.call("sync.run", full=True)

    def back_to_normal(self):
        self.shift[:8] = bytes(8)
        self.sandbox.ask("POST", "/online", {})
        self.sandbox.ask("DELETE", "/faults")
        if self.daemon.process.poll() is None:
            self.daemon.kill()  # the last life is the check's

    # --- the figures

    def sample(self, at):
        quantiles = statistics.quantiles(self.latencies, n=100)
        self.latencies = []
        files = len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))
        self.samples.append((at, self.daemon.memory_kib(), files,
                             round(1e6 * quantiles[49]), round(1e6 * quantiles[98])))

    def compare(self, rows):
        for key, (method, params) in self.writes.items():
            if method == "user.create":
                raise crash.Broken(f"{key} was never answered")  # each is asked for again
        truth = self.sandbox.truth("user")
        by_login = collections.defaultdict(list)
        for id, user in truth.items():
            by_login[user.get("login")].append(id)
        broken = []
        for key, id in self.created.items():
            if by_login[f"{key}@new.test"] != [id]:
                self.figures["users missing or doubled"] += 1
                broken.append(f"{key} has the users {by_login[f'{key}@new.test']}")
        for id, name in self.names.items():
            if truth[id].get("name") != name:
                self.figures["changes lost"] += 1
                broken.append(f"{id} is not called {name}")
        self.daemon.sync()
        for kind in ("user", "hcp", "patient", "device"):
            revs = {id: document["rev"] for id, document in mirrored(self.daemon, kind).items()}
            if revs != self.sandbox.revs(kind):
                broken.append(f"the mirror's {kind}s are not the platform's")
        self.users_before |= set(self.created.values())
        return broken + super().compare(rows)

    def table(self):
        settled = [each for each in self.samples if each[0] > SETTLED_FROM * self.samples[-1][0]]
        hours = [each[0] / 3600 for each in settled]
        slope = statistics.linear_regression(hours, [each[1] / 1024 for each in settled]).slope
        quarter = len(settled) // 4 or 1
        rows = {"minutes of the life before the kills": round(self.samples[-1][0] / 60),
                "memory (RSS), settled and at its end, MiB":
                    f"{settled[0][1] / 1024:.1f} and {settled[-1][1] / 1024:.1f}",
                "memory, slope, MiB an hour": f"{slope:+.2f}",
                "open files, settled and at its end": f"{settled[0][2]} and {settled[-1][2]}",
                "open files, most": max(each[2] for each in settled)}
        for column, name in ((3, "p50"), (4, "p99")):
            first = statistics.median(each[column] for each in settled[:quarter])
            last = statistics.median(each[column] for each in settled[-quarter:])
            rows[f"`user.get`, {name} of its first and last quarter, us"] = f"{first} and {last}"
        for name in sorted(self.figures):
            if name != "keys":
                rows[name] = f"{self.figures[name]:,}"
        for name in ("lost", "users missing or doubled", "changes lost", "messages lost",
                     "doubled in silence"):
            rows[name] = self.figures[name]
        return "\n".join(["| | |", "|---|---|"] + [f"| {name} | {value} |" for name, value in rows.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    soak = Soak(random.Random(options.seed), collections.Counter(), options.minutes)
    try:
        soak.fill(people=int(options.minutes * 40) + 20)
        soak.run(told=lambda line: print(line, file=sys.stderr, flush=True))
        soak.check()
        print(soak.table())
    except crash.Broken as broken:
        sys.exit(f"seed {options.seed}: {broken}\n{soak.daemon.log_text()[-4000:]}")
    finally:
        soak.close()


if __name__ == "__main__":
    main()
