#!/usr/bin/env python3
"""Kills the daemon with SIGKILL at random moments, while it takes invitations in and carries them
out and while any answer of the platform or the gateway may be lost, starts it again each time, and
compares in the end what it accepted with what the platform and the gateway got.

    ICURE_BIN=build/release/bin tests/e2e/crash.py --kills 500 [--seed S]

prints a table, and exits with 1 if a promise was broken. A clinic takes KILLS_A_CLINIC kills, then
all of it is looked at, and the next one begins: so that any number of kills can be had.
"""
import argparse
import collections
import json
import random
import sys
import time

from clinic import Daemon, Sandbox, until

KILLS_A_CLINIC = 100
LONGEST_LIFE = 6  # times what an invitation takes that meets no fault
BEFORE_IT_SERVES = 0.1  # how often it is killed while it starts
FAULTS = [  # where an answer may be lost, and how
    ("POST /rest/v2/user$", ("close_after_commit", "drop", "truncate")),
    ("POST /rest/v2/user/token/", ("close_after_commit", "drop")),
    ("/email/to/", ("close_after_commit", "drop")),
    ("GET /rest/v2/user/[0-9a-f-]{36}$", ("drop", "truncate")),
    ("DELETE /rest/v2/user/", ("close_after_commit", "drop")),
    ("POST /rest/v2/user/byIds", ("drop", "truncate")),
    ("POST /rest/v2/auth/login", ("drop",)),
]
OVER = ("sent", "cancelled")


class Broken(Exception):
    """A promise that was not kept."""


class Clinic:
    """One store and one platform, over many lives of the daemon."""

    population = ("--users", 3, "--hcps", 3, "--patients", 1, "--devices", 0)
    sync_settings = "live = false"

    def __init__(self, chance, figures):
        self.chance = chance
        self.figures = figures
        self.sandbox = Sandbox(*self.population)
        self.daemon = Daemon(self.sandbox.url, sections=f"""
[sync]
{self.sync_settings}
[outbox]
retry_min = "100ms"
retry_max = "300ms"
[invite]
per_day = 1000000
[gateway]
url = "{self.sandbox.facts["gateway"]}"
spec_id = "clinic"
""")
        self.users_before = set(self.sandbox.revs("user"))
        self.asked = {}  # key: owner, of all invitations that were asked for
        self.owners = []  # who was not asked for yet
        self.accepted = {}  # key: id, where the daemon said so
        self.to_cancel = set()  # ids whose cancelling was asked for
        self.cancelled = set()  # ids where the daemon said that it will be
        self.again = []  # keys whose answer was lost
        self.longest_life_s = 0.0

    def close(self):
        self.daemon.close()
        self.sandbox.stop()

    def fill(self, people):
        """Patients who can be invited, and a mirror that knows them."""
        for number in range(people):
            doc = {"firstName": "P", "lastName": str(number), "addresses": [{
                "addressType": "home", "telecoms": [
                    {"telecomType": "email", "telecomNumber": f"p{number}@mail.test"}]}]}
            id = self.sandbox.ask("POST", "/create", {"kind": "patient", "doc": doc})["id"]
            self.sandbox.ask("POST", "/share", {"id": id})
            self.owners.append(id)
        self.daemon.start().until_complete()
        started = time.monotonic()
        client = self.daemon.client()
        self.asked["k0"] = self.owners.pop()
        method, params = self.create("k0")
        self.take_answer({"result": client.call(method, **params)}, method, params)
        until(lambda: client.call("invite.list", state="sent")["rows"], "one is sent", self.daemon)
        self.longest_life_s = min(1.0, LONGEST_LIFE * (time.monotonic() - started))
        client.close()
        self.daemon.kill()

    # --- one life

    def order_faults(self):
        self.sandbox.ask("DELETE", "/faults")
        for match, kinds in FAULTS:
            if self.chance.random() < 0.25:
                fault = {"match": match, "kind": self.chance.choice(kinds),
                         "skip": self.chance.randrange(4), "times": self.chance.randrange(1, 3)}
                if fault["kind"] == "truncate":
                    fault["bytes"] = self.chance.randrange(60)
                if self.chance.random() < 0.3:
                    fault["ms"] = self.chance.randrange(50)
                self.sandbox.ask("POST", "/faults", {**fault})

    def requests(self):
        """What this life is asked: {JSON-RPC id: (method, params)}."""
        calls = []
        for _ in range(self.chance.randrange(6)):
            if not self.owners:
                break
            key = f"k{len(self.asked)}"
            self.asked[key] = self.owners.pop()
            calls.append(self.create(key))
        for key in self.again:
            if self.chance.random() < 0.7:  # the others never hear what became of theirs
                calls.append(self.create(key))
        self.again = []
        if self.accepted and self.chance.random() < 0.3:
            id = self.chance.choice(list(self.accepted.values()))
            self.to_cancel.add(id)
            calls.append(("invite.cancel", {"key": f"c{id}", "id": id}))
        return dict(enumerate(calls, 1))

    def create(self, key):
        return ("invite.create", {"key": key, "owner": self.asked[key], "solution": "the portal",
                                  "link": "https://portal.clinic.test/"})

    def live(self):
        """Start, work, SIGKILL."""
        self.order_faults()
        self.daemon.launch()
        if self.chance.random() < BEFORE_IT_SERVES:
            time.sleep(self.chance.uniform(0, 0.1))  # the moment of death is what is varied here
            return self.die("starting")
        until(self.daemon.answers, "the daemon answers", self.daemon)
        client = self.daemon.client()
        self.look_where_it_died(client)
        calls = self.requests()
        for id, (method, params) in calls.items():
            client.send(json.dumps({"jsonrpc": "2.0", "id": id, "method": method,
                                    "params": params}).encode() + b"\n")
        time.sleep(self.chance.uniform(0, self.longest_life_s))
        self.die("serving")
        self.take_answers(client, calls)
        client.close()

    def look_where_it_died(self, client):
        """What the kills cut off; a little of it has gone on since."""
        for state in ("queued", "user_ready", "token_ready"):
            for row in client.call("invite.list", state=state, limit=1000)["rows"]:
                if row["steps"]:
                    step = row["steps"][-1]["step"]
                    self.figures[f"found at a start behind the step {step}"] += 1

    def die(self, when):
        self.daemon.kill()
        self.figures["kills while " + when] += 1

    def take_answers(self, client, calls):
        while calls:
            try:
                reply = client.receive()
            except (OSError, ValueError):  # cut off, perhaps in the middle of a line
                break
            self.take_answer(reply, *calls.pop(reply["id"]))
        for method, params in calls.values():
            self.figures["answers of ours lost"] += 1
            if method == "invite.create":
                self.again.append(params["key"])

    def take_answer(self, reply, method, params):
        if "error" in reply:
            if method == "invite.create" or reply["error"]["data"]["code"] != "conflict":
                raise Broken(f"{method} was refused: {reply['error']}")
        elif method == "invite.create":
            invitation = reply["result"]["invitation"]
            if self.accepted.setdefault(params["key"], invitation["id"]) != invitation["id"]:
                raise Broken("one key became two invitations")
        else:
            self.cancelled.add(params["id"])

    # --- the end

    def invitations(self):
        client = self.daemon.client()
        rows, cursor = [], {}
        while True:
            page = client.call("invite.list", limit=1000, **cursor)
            rows += page["rows"]
            if "next" not in page:
                client.close()
                return rows
            cursor = {"cursor": page["next"]}

    def is_all_over(self):
        """One that is being taken back says `sent` until that is done, but its item is not over."""
        status = self.daemon.call("daemon.status")
        return "oldest" not in status["outbox"] and all(
            row["state"] in OVER for row in self.invitations())

    def still_open(self):
        """The items that wait, and what they met."""
        client = self.daemon.client()
        ids = [row["id"] for state in ("queued", "sending", "retrying", "blocked", "held")
               for row in client.call("outbox.list", state=state, limit=1000)["rows"]]
        items = [client.call("outbox.get", id=id) for id in ids]
        client.close()
        return json.dumps(items, indent=1)

    def check(self):
        """The last life is left alone until all is done."""
        self.sandbox.ask("DELETE", "/faults")
        self.daemon.start()
        try:
            until(self.is_all_over, "all invitations are over", self.daemon)
        except AssertionError as never:
            raise Broken(f"still open: {self.still_open()}\n{never}") from None
        rows = self.invitations()
        broken = self.compare(rows)
        code, _ = self.daemon.stop()
        if code != 0:
            broken.append(f"the last stop ended with {code}")
        if broken:
            raise Broken("\n".join(broken))

    def compare(self, rows):
        figures = self.figures
        broken = []
        users = collections.defaultdict(list)
        for id, user in self.sandbox.truth("user").items():
            if id not in self.users_before:
                users[user.get("patientId")].append(id)
        messages = collections.defaultdict(list)
        for message in self.sandbox.ask("GET", "/messages"):
            messages[message["to"]].append(message)
        by_id = {row["id"]: row for row in rows}
        figures["invitations accepted"] += len(rows)
        figures["of these taken back"] += sum(row["state"] == "cancelled" for row in rows)
        figures["messages"] += sum(map(len, messages.values()))
        for id in self.accepted.values():
            if id not in by_id:
                figures["lost"] += 1
                broken.append(f"{id} was accepted, and is not there any more")
        if len({row["owner"] for row in rows}) != len(rows):
            broken.append("a person is invited twice")
        contacts = {}
        for row in rows:
            contact = self.contact_of(row["owner"])
            contacts[contact] = row
            sent = messages.get(contact, [])
            if row["state"] == "cancelled":
                if row["id"] not in self.to_cancel:
                    broken.append(f"{row['id']} was cancelled, and nobody asked for that")
                if users.get(row["owner"]):
                    figures["users left behind"] += 1
                    broken.append(f"{row['id']} is cancelled, and its user is there")
            else:
                if row["id"] in self.cancelled:
                    broken.append(f"{row['id']} is not cancelled")
                if users.get(row["owner"]) != [row["user"]]:
                    figures["users missing or doubled"] += 1
                    broken.append(f"{row['id']} has the users {users.get(row['owner'])}")
                if not sent:
                    figures["messages lost"] += 1
                    broken.append(f"{row['id']} is sent, and nothing arrived")
            if len(sent) > 1:
                figures["told of: maybe_sent, and more than one message"] += row["maybe_sent"]
                if not row["maybe_sent"]:
                    figures["doubled in silence"] += 1
                    broken.append(f"{row['id']} was sent {len(sent)} times, and does not say so")
            figures["marked maybe_sent"] += row["maybe_sent"]
        for contact in messages:
            if contact not in contacts:
                figures["sent, and never accepted"] += 1
                broken.append(f"a message went to {contact}, whom nobody invited")
        for owner in users:
            if owner not in {row["owner"] for row in rows}:
                figures["users that nobody asked for"] += 1
                broken.append(f"{owner} has a user, and was not invited")
        return broken

    def contact_of(self, owner):
        if not hasattr(self, "contacts"):
            self.contacts = {
                id: doc["addresses"][0]["telecoms"][0]["telecomNumber"]
                for id, doc in self.sandbox.truth("patient").items()
                if doc["addresses"] and doc["addresses"][0]["telecoms"]}
        return self.contacts[owner]


def run(kills, seed, told=print):
    """Returns the figures. Raises Broken, naming the seed."""
    figures = collections.Counter()
    started = time.monotonic()
    done = 0
    number = 0
    while done < kills:
        chance = random.Random(f"{seed}/{number}")
        some = min(KILLS_A_CLINIC, kills - done)
        clinic = Clinic(chance, figures)
        try:
            clinic.fill(people=3 * some)
            for _ in range(some):
                clinic.live()
            clinic.check()
        except Broken as broken:
            raise Broken(f"clinic {number} of seed {seed}:\n{broken}\n"
                         f"{clinic.daemon.log_text()[-4000:]}") from None
        finally:
            clinic.close()
        done += some
        number += 1
        told(f"{done} kills, {figures['invitations accepted']} invitations, "
             f"{time.monotonic() - started:.0f} s")
    figures["kills"] = done
    figures["seconds"] = round(time.monotonic() - started)
    return figures


def table(figures):
    rows = ["kills", "kills while starting", "kills while serving", "answers of ours lost",
            "invitations accepted", "of these taken back", "messages", "marked maybe_sent",
            "told of: maybe_sent, and more than one message",
            *sorted(row for row in figures if "found at" in row), "lost", "users missing or doubled",
            "users left behind", "users that nobody asked for", "messages lost",
            "doubled in silence", "sent, and never accepted"]
    return "\n".join(["| | |", "|---|---|"] + [f"| {row} | {figures[row]:,} |" for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    try:
        print(table(run(options.kills, options.seed)))
    except Broken as broken:
        sys.exit(str(broken))


if __name__ == "__main__":
    main()
