#!/usr/bin/env python3
"""Shows the main job on an invented clinic. Run by ./dev demo; --keep leaves it running."""
import html
import json
import os
import pathlib
import re
import sys
import textwrap
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("ICURE_BIN", str(ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests/e2e"))
import keys  # noqa: E402
import people  # noqa: E402
from clinic import BIN, Daemon, Sandbox, until  # noqa: E402

SIZES = {"user": 5000, "hcp": 200, "patient": 20000, "device": 300}
NAMES = {"user": "users", "hcp": "healthcare professionals", "patient": "patients",
         "device": "medical devices"}
EMAIL = "anna.vermeulen@clinic.test"
INVITED = "new.patient@clinic.test"
LINK = "https://app.clinic.test/start"
TERMINAL = sys.stdout.isatty()


def say(text=""):
    print(text, flush=True)


def step(number, text):
    bold, plain = ("\033[1m", "\033[0m") if TERMINAL else ("", "")
    say(f"\n{bold}{number}. {text}{plain}")


def run(daemon, *arguments):
    """Runs icurectl as a person would, shows what it printed, and returns it."""
    say("   $ icurectl " + " ".join(arguments))
    done = daemon.ctl(*arguments)
    for line in (done.stdout + done.stderr).rstrip().splitlines():
        say("   " + line)
    return done


def show_progress(daemon, expected):
    total = sum(expected.values())
    started = time.monotonic()
    last = -1
    while True:
        mirror = daemon.call("daemon.status")["mirror"]
        done = sum(max(m["count"], m.get("progress", 0)) for m in mirror.values())
        complete = all(m["complete"] for m in mirror.values())
        share = 1 if complete else min(done / total, 0.99)
        if TERMINAL:
            bar = "#" * int(share * 40)
            print(f"\r   [{bar:<40}] {share:4.0%}", end="", flush=True)
        elif int(share * 4) != last:
            last = int(share * 4)
            say(f"   {share:4.0%}")
        if complete:
            if TERMINAL:
                say()
            say(f"   done in {time.monotonic() - started:.1f} s:")
            for kind, facts in mirror.items():
                say(f"   {facts['count']:>7,} {NAMES[kind]}")
            return
        time.sleep(0.05)


def answer(daemon, method, **params):
    result = daemon.call(method, **params)
    meta = result.pop("meta")
    return result, meta


def questions(daemon):
    """The same questions, with and without a line: {question: answer}."""
    user, _ = answer(daemon, "user.get", email=EMAIL)
    owner = user["user"]["healthcarePartyId"]
    return {
        f"user by e-mail {EMAIL}": user,
        "search 'anna'": answer(daemon, "user.search", text="anna")[0],
        f"may {user['user']['name']} reach the platform?":
            answer(daemon, "owner.access", id=owner)[0],
        f"who is {owner}?": answer(daemon, "owner.get", id=owner)[0],
    }


def somebody_without_user(daemon):
    """A living patient of the clinic whom nobody invited yet."""
    client = daemon.client()
    try:
        for row in client.call("owner.list", type="patient", limit=200)["rows"]:
            patient = row["dataOwner"]
            usable = patient.get("active", True) and not patient.get("dateOfDeath")
            if usable and not client.call("user.of", owner=patient["id"])["rows"]:
                return patient["id"]
    finally:
        client.close()
    raise AssertionError("everybody has a user")


def invite(daemon, patient):
    """With the line down. Returns the invitation's id."""
    run(daemon, "invite", "create", patient, "--contact", INVITED, "--link", LINK,
        "--solution", "MyClinic")
    say("   It is on the disk: it goes out when the line is back, also after a restart or power cut.")
    run(daemon, "invite", "list")
    return daemon.call("invite.list")["rows"][0]["id"]


def as_text(body):
    """The e-mail of the gateway's message as a person reads it."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def show_mail(sandbox):
    """The one message that the gateway took, without the code in it."""
    messages = sandbox.ask("GET", "/messages")
    if len(messages) != 1:
        say(f"   {len(messages)} MESSAGES WERE SENT")
        return False
    mail = messages[0]["body"]
    mail = json.loads(mail) if isinstance(mail, str) else mail
    text, codes = re.subn(r"with this code: \S+", "with this code: ********", as_text(mail["html"]))
    if codes != 1:
        say("   THE CODE IS NOT WHERE IT IS EXPECTED")
        return False
    say(f"   The gateway took one message: {messages[0]['channel']} to {messages[0]['to']}")
    say(f"   Subject: {mail['subject']}")
    for line in textwrap.wrap(text, 90):
        say("   | " + line)
    return True


def clear_text_in(files, texts):
    return sorted({text for file in files for text in texts if text.encode() in file.read_bytes()})


def main():
    keep = "--keep" in sys.argv[1:]
    step(1, "An invented clinic on a stand-in platform, and a daemon with an empty, encrypted store")
    sandbox = Sandbox(*(part for kind, size in SIZES.items() for part in (f"--{kind}s", size)),
                      outlive_us=keep)
    keys.plant(sandbox)
    daemon = Daemon(sandbox.url, sections=f"""
[gateway]
url = "{sandbox.facts['gateway']}"
spec_id = "demo"
""")
    begun = time.monotonic()
    daemon.start()
    say(f"   the daemon serves {daemon.socket} after {time.monotonic() - begun:.2f} s")

    step(2, "It mirrors the platform's users and data owners")
    show_progress(daemon, {kind: len(sandbox.revs(kind)) for kind in SIZES})

    step(3, "Programs on this machine ask it, and so do people")
    run(daemon, "status")
    run(daemon, "user", "get", "--email", EMAIL)
    run(daemon, "user", "search", "anna", "--limit", "3")
    user = daemon.call("user.get", email=EMAIL)["user"]
    run(daemon, "owner", "access", user["healthcarePartyId"])
    if people.log_in(daemon, user) != "online":
        return 1

    step(4, "A note that was encrypted end to end becomes readable with its owner's key")
    if not keys.show(daemon, run, say):
        return 1

    step(5, "The line is cut: the platform cannot be reached any more")
    before = questions(daemon)
    sandbox.ask("POST", "/offline", {"mode": "refuse"})
    run(daemon, "sync", "run", "--wait")
    run(daemon, "status")
    for question, reply in questions(daemon).items():
        same = "the same answer as before" if reply == before[question] else "ANOTHER ANSWER"
        say(f"   {question}: {same}")
        if reply != before[question]:
            return 1
    found, meta = answer(daemon, "user.get", email=EMAIL)
    say(f"   {EMAIL} is {found['user']['name']} ({found['user']['status']}), "
        f"as the platform had it {meta['age_s']} s ago")

    if people.log_in(daemon, user) != "offline" or people.guess(daemon, user) != "login_failed":
        return 1
    run(daemon, "auth", "sessions")

    step(6, "The doctor invites a patient all the same")
    invitation = invite(daemon, somebody_without_user(daemon))

    step(7, "The line is back")
    sandbox.ask("POST", "/online", {})
    back = time.monotonic()
    until(lambda: daemon.call("invite.get", id=invitation)["invitation"]["state"] == "sent",
          "the invitation is sent", daemon)
    say(f"   sent {time.monotonic() - back:.1f} s after that, by itself")
    run(daemon, "invite", "show", invitation)
    if not show_mail(sandbox):
        return 1

    step(8, "On the disk there is no clear text")
    files = sorted((daemon.home / "store").iterdir())
    size = sum(file.stat().st_size for file in files)
    found = clear_text_in(files, [EMAIL, user["name"], user["id"], INVITED, "clinic.test",
                                  people.password_of(user), "SQLite format"])
    say(f"   {len(files)} files, {size / 2**20:.0f} MiB: searched for {user['name']}, her e-mail, "
        f"her id and password, and the invited address: {'FOUND ' + str(found) if found else 'not there'}")
    if found:
        return 1

    if keep:
        step(9, "Left running")
        say(f"   try: {BIN}/icurectl --socket {daemon.socket} status")
        say(f"   stop: kill {daemon.process.pid} {sandbox.process.pid}")
        return 0
    code, seconds = daemon.stop()
    say(f"\nStopped in {seconds:.1f} s. Next: docs/install.md")
    daemon.close()
    sandbox.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
