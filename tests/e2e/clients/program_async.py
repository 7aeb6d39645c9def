"""What test_clients.py asks of each client, with asyncio: program_async.py SOCKET STEP [USER]."""
import asyncio
import json
import sys

from icure_syncd import AsyncClient, ConnectionLost, IcureError


def say(**facts):
    print(json.dumps(facts), flush=True)


async def refused(daemon, method, **params):
    try:
        await daemon.call(method, **params)
    except IcureError as error:
        say(error=type(error).__name__, word=error.word, retryable=error.retryable,
            hint=error.hint, key=error.key)


async def ask(daemon, user):
    say(name=(await daemon.call("user.get", email="anna.vermeulen@clinic.test"))["user"]["name"])
    say(found=[row["name"] for row in (await daemon.call("user.search", text="anna verm"))["rows"]])
    say(listed=[row["id"] async for row in daemon.rows("user.list", limit=50)])
    say(pages=len([page async for page in daemon.pages("user.list", limit=50)]))
    first = await daemon.call("user.modify", id=user, patch={"name": "Zoë ☤ 𝄞"})
    again = await daemon.call("user.modify", key=first["key"], id=user, patch={"name": "Zoë ☤ 𝄞"})
    say(items=[first["item"]["id"], again["item"]["id"]],
        name=(await daemon.call("user.get", id=user))["user"]["name"])
    await refused(daemon, "user.get", id="nobody")
    await refused(daemon, "user.get", id=7)
    await refused(daemon, "no.such.method")
    await refused(daemon, "user.modify", key="mine", id="nobody", patch={"name": "x"})
    await refused(daemon, "user.search", text="x" * 70000)
    await refused(daemon, "sync.run", wait=True, full=True, timeout=0)


async def order(daemon, user):
    done = []

    async def note(name, call):
        await call
        done.append(name)

    await asyncio.gather(note("slow", daemon.call("sync.run", wait=True, full=True)),
                         note("fast", daemon.call("daemon.status")))
    say(order=done)


async def lost(daemon, user):
    await daemon.call("daemon.status")
    say(ready=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    read, write, neither = await asyncio.gather(
        daemon.call("user.get", id=user),
        daemon.call("user.modify", id=user, patch={"name": "Once"}),
        daemon.call("sync.pause", for_s=1), return_exceptions=True)
    say(read=read["user"]["id"])
    say(item=write["item"]["id"], key=write["key"])
    if isinstance(neither, ConnectionLost):
        say(error=type(neither).__name__, retryable=neither.retryable)


async def events(daemon, user):
    subscription = await daemon.subscribe(["user", "sync"])
    say(seq=subscription.seq)
    async for event in subscription:
        say(event=[event["seq"], event["change"]])
        if event["change"] == "paused":
            break
    await subscription.close()
    ahead = await daemon.subscribe(["user"], since=subscription.seq + 1000000)
    say(gap=(await ahead.__anext__())["topic"])


async def main():
    step = {"ask": ask, "order": order, "lost": lost, "events": events}[sys.argv[2]]
    try:
        async with AsyncClient(sys.argv[1], client="program") as client:
            await step(client, sys.argv[3])
    except IcureError as error:
        say(error=type(error).__name__)


asyncio.run(main())
