"""What test_clients.py asks of each client, in Python: program.py SOCKET STEP [USER]."""
import json
import sys

from icure_syncd import Client, ConnectionLost, IcureError


def say(**facts):
    print(json.dumps(facts), flush=True)


def refused(daemon, method, **params):
    try:
        daemon.call(method, **params)
    except IcureError as error:
        say(error=type(error).__name__, word=error.word, retryable=error.retryable,
            hint=error.hint, key=error.key)


def ask(daemon, user):
    say(name=daemon.call("user.get", email="anna.vermeulen@clinic.test")["user"]["name"])
    say(found=[row["name"] for row in daemon.call("user.search", text="anna verm")["rows"]])
    say(listed=[row["id"] for row in daemon.rows("user.list", limit=50)])
    say(pages=sum(1 for _ in daemon.pages("user.list", limit=50)))
    first = daemon.call("user.modify", id=user, patch={"name": "Zoë ☤ 𝄞"})
    again = daemon.call("user.modify", key=first["key"], id=user, patch={"name": "Zoë ☤ 𝄞"})
    say(items=[first["item"]["id"], again["item"]["id"]],
        name=daemon.call("user.get", id=user)["user"]["name"])
    refused(daemon, "user.get", id="nobody")
    refused(daemon, "user.get", id=7)
    refused(daemon, "no.such.method")
    refused(daemon, "user.modify", key="mine", id="nobody", patch={"name": "x"})
    refused(daemon, "user.search", text="x" * 70000)
    refused(daemon, "sync.run", wait=True, full=True, timeout=0)


def order(daemon, user):
    done = []
    slow = daemon.start("sync.run", wait=True, full=True)
    slow.add_done_callback(lambda _: done.append("slow"))
    fast = daemon.start("daemon.status")
    fast.add_done_callback(lambda _: done.append("fast"))
    slow.result()
    fast.result()
    say(order=done)


def lost(daemon, user):
    daemon.call("daemon.status")
    say(ready=True)
    sys.stdin.readline()
    read = daemon.start("user.get", id=user)
    write = daemon.start("user.modify", id=user, patch={"name": "Once"})
    neither = daemon.start("sync.pause", for_s=1)
    say(read=read.result()["user"]["id"])
    result = write.result()
    say(item=result["item"]["id"], key=result["key"])
    try:
        neither.result()
    except ConnectionLost as error:
        say(error=type(error).__name__, retryable=error.retryable)


def events(daemon, user):
    subscription = daemon.subscribe(["user", "sync"])
    say(seq=subscription.seq)
    for event in subscription:
        say(event=[event["seq"], event["change"]])
        if event["change"] == "paused":
            break
    subscription.close()
    ahead = daemon.subscribe(["user"], since=subscription.seq + 1000000)
    say(gap=next(ahead)["topic"])


step = {"ask": ask, "order": order, "lost": lost, "events": events}[sys.argv[2]]
try:
    with Client(sys.argv[1], client="program") as client:
        step(client, sys.argv[3])
except IcureError as error:
    say(error=type(error).__name__)
