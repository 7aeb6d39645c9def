"""Events: every change is told once it can be read, in one order, over restarts."""
import json
import os
import select
import signal
import subprocess
import sys
import time
import unittest

from clinic import BIN, Daemon, RpcError, Sandbox, mirrored


class Subscriber:
    """A connection that is told of events."""

    def __init__(self, daemon, **params):
        self.client = daemon.client()
        answer = self.client.call("events.subscribe", **params)
        self.subscription, self.seq = answer["subscription"], answer["seq"]
        self.at = params.get("since", self.seq)

    def next(self):
        line = self.client.receive()
        assert line["method"] == "event", line
        event = line["params"]
        assert event["subscription"] == self.subscription, event
        assert event["seq"] >= self.at, event
        self.at = event["seq"]
        return event

    def until(self, is_last):
        events = []
        while not events or not is_last(events[-1]):
            events.append(self.next())
        return events

    def is_quiet(self):
        # What the daemon knows of by now it has sent before this answer.
        self.client.call("daemon.status")
        return not select.select([self.client.socket], [], [], 0)[0]

    def close(self):
        self.client.close()


def read(client, event):
    try:
        if event["topic"] == "user":
            return client.call("user.get", id=event["id"])["user"]
        return client.call("owner.get", id=event["id"])["dataOwner"]
    except RpcError as error:
        assert error.word == "not_found", error
        return None


def revision(of):
    return int(of["rev"].split("-")[0])


def run_ended(event):
    return event["topic"] == "sync" and event["change"] in ("done", "failed")


class EventsTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 300, "--hcps", 20, "--patients", 300, "--devices", 10)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)

    def ready(self):
        self.daemon.start().until_complete()

    def subscribe(self, **params):
        subscriber = Subscriber(self.daemon, **params)
        self.addCleanup(subscriber.close)
        return subscriber

    def sync(self):
        return self.daemon.sync()

    def test_a_first_sync_is_one_event_a_kind(self):
        self.daemon.start()
        told = self.subscribe(since=0).until(run_ended)
        entities = [event for event in told if event["topic"] in ("user", "owner")]
        self.assertEqual(sorted((event["topic"], event["change"], event["id"])
                                for event in entities),
                         [("owner", "filled", "device"), ("owner", "filled", "hcp"),
                          ("owner", "filled", "patient"), ("user", "filled", "user")])

    def test_who_follows_the_events_holds_what_the_mirror_holds(self):
        self.ready()
        subscriber = self.subscribe(topics=["user", "owner", "sync"])
        held = {kind: mirrored(self.daemon, kind) for kind in ("user", "hcp", "patient", "device")}
        reader = self.daemon.client()
        self.addCleanup(reader.close)
        for seed in range(3):
            self.sandbox.ask("POST", "/mutate", {"seed": seed, "count": 150})
            run = self.sync()["id"]
            told = subscriber.until(lambda e: e["id"] == run and e["change"] == "done")
            self.assertGreater(len(told), 20)
            for event in told:
                if event["topic"] == "sync":
                    continue
                mine = held[event["kind"]]
                mine.pop(event["id"], None)
                if event["change"] == "deleted":
                    continue
                document = read(reader, event)
                if document is None:  # deleted since: that is told later
                    continue
                self.assertGreaterEqual(revision(document), revision(event), event)
                mine[event["id"]] = document
        for kind, documents in held.items():
            self.assertEqual(documents, mirrored(self.daemon, kind), kind)

    def test_what_happened_while_one_was_away_is_told_also_over_a_restart(self):
        self.ready()
        subscriber = self.subscribe(topics=["user"])
        seen = subscriber.seq
        subscriber.close()
        self.sandbox.ask("POST", "/mutate", {"seed": 5, "count": 100})
        self.sync()
        first = self.subscribe(topics=["user", "sync"], since=seen).until(run_ended)
        self.assertGreater(len(first), 3)
        self.daemon.kill()
        self.daemon.start()
        again = self.subscribe(topics=["user", "sync"], since=seen).until(run_ended)
        self.assertEqual([e["seq"] for e in again], [e["seq"] for e in first])
        later = self.subscribe(topics=["user", "sync"], since=first[-1]["seq"])
        self.sandbox.ask("POST", "/mutate", {"seed": 6, "count": 100})
        self.sync()
        self.assertNotIn("gap", [e["topic"] for e in later.until(run_ended)])

    def test_a_mirror_that_was_made_anew_is_a_gap(self):
        self.ready()
        seen = self.subscribe().seq
        self.daemon.stop()
        for file in (self.daemon.home / "store").glob("mirror.db*"):
            file.unlink()
        self.daemon.start()
        told = self.subscribe(topics=["user"], since=seen)
        self.assertEqual(told.next()["topic"], "gap")
        self.assertEqual(told.next()["change"], "filled")
        other = self.subscribe(topics=["sync"], since=seen)
        self.assertNotIn("gap", [e["topic"] for e in other.until(run_ended)])

    def test_a_since_that_never_was_is_a_gap_at_once(self):
        self.ready()
        newest = self.subscribe().seq
        subscriber = self.subscribe(since=newest + 1000)
        self.assertEqual(subscriber.client.receive()["params"],
                         {"subscription": "1", "topic": "gap", "seq": subscriber.seq})
        self.assertTrue(self.subscribe(since=newest, topics=["user"]).is_quiet())

    def test_a_write_is_told_from_its_acceptance_to_its_end(self):
        self.ready()
        subscriber = self.subscribe(topics=["user", "outbox"])
        user = next(id for id in sorted(self.sandbox.revs("user"))
                    if id != self.sandbox.facts["userId"])
        asked = time.monotonic()
        item = self.daemon.call("user.modify", key="k", id=user, patch={"name": "Zoe"})["item"]
        first = subscriber.next()
        self.assertLess(time.monotonic() - asked, 10)
        self.assertEqual((first["topic"], first["change"], first["id"]),
                         ("outbox", "queued", item["id"]))
        rest = subscriber.until(lambda e: e["topic"] == "outbox" and e["change"] == "done")
        self.assertEqual((rest[0]["topic"], rest[0]["change"], rest[0]["id"]),
                         ("user", "changed", user))
        self.assertNotIn("rev", rest[0])
        self.assertTrue([e for e in rest if e.get("rev") and e["id"] == user], rest)

    def test_several_subscriptions_end_one_by_one_and_are_bounded(self):
        self.ready()
        client = self.daemon.client()
        self.addCleanup(client.close)
        names = [client.call("events.subscribe", topics=["sync"])["subscription"] for _ in range(16)]
        self.assertEqual(len(set(names)), 16)
        with self.assertRaisesRegex(Exception, "16 subscriptions"):
            client.call("events.subscribe")
        for name in names[1:]:
            client.call("events.unsubscribe", subscription=name)
        with self.assertRaisesRegex(Exception, "no such subscription"):
            client.call("events.unsubscribe", subscription=names[1])
        self.daemon.call("sync.pause")
        line = client.receive()["params"]
        self.assertEqual((line["subscription"], line["change"]), (names[0], "paused"))

    def test_fifty_subscribers_are_told_the_same(self):
        self.ready()
        subscribers = [self.subscribe(topics=["user", "sync"]) for _ in range(50)]
        self.sandbox.ask("POST", "/mutate", {"seed": 9, "count": 200})
        self.sync()
        told = [[e["seq"] for e in s.until(run_ended)] for s in subscribers]
        self.assertGreater(len(told[0]), 10)
        self.assertEqual(told, [told[0]] * 50)

    @unittest.skipUnless(os.geteuid() == 0, "becomes another user")
    def test_one_is_told_what_ones_rules_show_also_when_they_change(self):
        rule = """mode = "0666"
[[access]]
user = 65534
role = "reader"
kinds = ["%s"]
"""
        self.daemon.configure(self.sandbox.url, sections=rule % "user")
        os.chmod(self.daemon.home, 0o755)
        self.ready()
        script = """
import os, sys
sys.path.insert(0, sys.argv[1])
from clinic import Client, RpcError
os.setgroups([]); os.setgid(65534); os.setuid(65534)
client = Client(sys.argv[2])
for topic in ("outbox", "owner"):
    try:
        client.call("events.subscribe", topics=[topic])
    except RpcError as error:
        print(error.word, flush=True)
client.call("events.subscribe")
print("subscribed", flush=True)
for line in client.file:
    sys.stdout.write(line.decode()); sys.stdout.flush()
"""
        here = os.path.dirname(os.path.abspath(__file__))
        with subprocess.Popen([sys.executable, "-c", script, here, str(self.daemon.socket)],
                              stdout=subprocess.PIPE, text=True) as nobody:
            self.addCleanup(nobody.kill)
            self.assertEqual([nobody.stdout.readline().strip() for _ in range(3)],
                             ["forbidden", "forbidden", "subscribed"])

            def told_until(is_last):
                told = []
                while not told or not is_last(told[-1]):
                    told.append(json.loads(nobody.stdout.readline())["params"])
                return told

            def kinds_until(is_last):
                told = told_until(is_last)
                self.assertNotIn("outbox", {event["topic"] for event in told})
                return {event["kind"] for event in told if "kind" in event}

            for seed, kind in ((1, "user"), (2, "device")):
                self.daemon.call("user.modify", key=str(seed), id=self.sandbox.facts["userId"],
                                 patch={"name": f"N {seed}"})
                self.sandbox.ask("POST", "/mutate", {"seed": seed, "count": 200})
                run = self.sync()["id"]
                self.assertEqual(kinds_until(lambda e: e["id"] == run and e["change"] == "done"),
                                 {kind})
                self.daemon.configure(self.sandbox.url, sections=rule % "device")
                self.daemon.process.send_signal(signal.SIGHUP)
                told_until(lambda e: e["change"] == "reloaded")
            nobody.kill()

    def test_icurectl_tail_goes_on_over_a_restart(self):
        self.ready()
        with subprocess.Popen([BIN / "icurectl", "--socket", self.daemon.socket, "--json", "events",
                               "tail", "--since", "0", "--topic", "sync,user"],
                              stdout=subprocess.PIPE, text=True) as tail:
            self.addCleanup(tail.kill)
            seen = [json.loads(tail.stdout.readline())]
            while not run_ended(seen[-1]):
                seen.append(json.loads(tail.stdout.readline()))
            self.assertIn("filled", [e["change"] for e in seen])
            self.daemon.stop()
            self.daemon.start()
            self.daemon.call("sync.pause")
            while seen[-1].get("change") != "paused":
                seen.append(json.loads(tail.stdout.readline()))
            numbers = [e["seq"] for e in seen]
            self.assertEqual(numbers, sorted(set(numbers)))
            tail.kill()
        text = self.daemon.ctl("events", "tail", "--topic", "nonsense")
        self.assertNotEqual(text.returncode, 0)
        self.assertIn("topics", text.stderr)


if __name__ == "__main__":
    unittest.main()
