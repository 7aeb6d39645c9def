"""A clinic for one test: the stand-in platform, the daemon on its own store, and a client.

Standard library only. Nothing here sleeps for luck: what must become true is awaited with a bound.
"""
import datetime
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

BIN = pathlib.Path(os.environ["ICURE_BIN"])
DAEMON = pathlib.Path(os.environ.get("ICURE_DAEMON", BIN / "icure-syncd"))
# As its unit lets it run; a sanitizer needs more.
CONFINED = ([sys.executable, str(pathlib.Path(__file__).parent / "confined.py")]
            if "ICURE_CONFINED" in os.environ else [])
NOBODY = 65534  # a user of the machine
PATIENCE_S = 60  # for anything that must happen; generous, since machines are shared


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(f"{error['code']} {error['message']}")
        self.code = error["code"]
        self.word = error.get("data", {}).get("code")
        self.data = error.get("data", {})


class Client:
    """One connection to the daemon's socket."""

    def __init__(self, path, timeout=PATIENCE_S):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self.file = self.socket.makefile("rwb")
        self.last_id = 0

    def send(self, line):
        self.file.write(line)
        self.file.flush()

    def receive(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("the daemon closed the connection")
        return json.loads(line)

    def call(self, method, **params):
        self.last_id += 1
        request = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}
        self.send(json.dumps(request).encode() + b"\n")
        reply = self.receive()
        assert reply["id"] == self.last_id, reply
        if "error" in reply:
            raise RpcError(reply["error"])
        return reply["result"]

    def close(self):
        self.file.close()
        self.socket.close()


class Sandbox:
    def __init__(self, *arguments, outlive_us=False):
        life = [] if outlive_us else ["--die-with-parent"]
        self.process = subprocess.Popen(
            [BIN / "icure-sandbox", *life, *map(str, arguments)], stdout=subprocess.PIPE)
        self.facts = json.loads(self.process.stdout.readline())
        self.url = self.facts["platform"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.facts["control"] + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            text = reply.read()
            return json.loads(text) if text else None

    def truth(self, kind):
        return {id: entry["doc"] for id, entry in self.ask("GET", f"/truth/{kind}").items()}

    def revs(self, kind):
        return self.ask("GET", f"/truth/{kind}?docs=0")

    def received(self, regex):
        return self.ask("GET", "/received/count?match=" + urllib.request.quote(regex))["count"]

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()


class Daemon:
    """icure-syncd in a directory of its own. Starts only when told."""

    def __init__(self, url, extra="", sections=""):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="icure-e2e-"))
        (self.home / "password").write_text("sandbox-password\n")
        (self.home / "key").write_text(secrets.token_hex(32) + "\n")
        self.socket = self.home / "api.sock"
        self.config = self.home / "config.toml"
        self.log = self.home / "log"
        self.process = None
        self.before_it = []  # a program, with arguments, that runs it
        self.configure(url, extra, sections)

    def configure(self, url, extra="", sections=""):
        """`extra`: further lines of [platform]; `sections`: further sections."""
        self.config.write_text(f"""
[platform]
url = "{url}"
login = "daemon@clinic.test"
password_file = "{self.home}/password"
{extra}
[store]
directory = "{self.home}/store"
key_file = "{self.home}/key"
[ipc]
socket = "{self.socket}"
{sections}
""")

    def start(self, environment=None):
        self.launch(environment)
        until(self.answers, "the daemon answers", self)
        return self

    def launch(self, environment=None, before=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.before_it, *CONFINED, DAEMON, "--config", self.config], stderr=log, stdout=log,
                env={**os.environ, **(environment or {})}, preexec_fn=before)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the daemon ended:\n" + self.log_text())
        try:
            Client(self.socket).close()
            return True
        except OSError:
            return False

    def client(self):
        return Client(self.socket)

    def as_nobody(self, *calls):
        """Calls as another user of the machine (needs root); returns results or [code, word]."""
        script = """
import json, os, sys
sys.path.insert(0, %r)
from clinic import Client, RpcError
os.setgroups([]); os.setgid(%d); os.setuid(%d)
client = Client(%r)
for method, params in json.loads(sys.argv[1]):
    try:
        print(json.dumps(client.call(method, **params)))
    except RpcError as error:
        print(json.dumps([error.code, error.word]))
"""
        self.home.chmod(0o755)
        self.socket.chmod(0o666)
        here = os.path.dirname(os.path.abspath(__file__))
        done = subprocess.run(
            [sys.executable, "-c", script % (here, NOBODY, NOBODY, str(self.socket)),
             json.dumps(calls)], check=True, stdout=subprocess.PIPE, text=True, timeout=60)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def call(self, method, **params):
        client = self.client()
        try:
            return client.call(method, **params)
        finally:
            client.close()

    def until_complete(self, kinds=("user", "hcp", "patient", "device")):
        def complete():
            # A kind tells its progress while a run is under way, which sync.run would join.
            mirror = self.call("daemon.status")["mirror"]
            return all(mirror[kind]["complete"] and "progress" not in mirror[kind]
                       for kind in kinds)
        until(complete, "the mirror is complete", self)

    def sync(self, full=True):
        """A run of the sync that began after this call: one that is under way would be joined."""
        asked = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        while True:
            run = self.call("sync.run", full=full, wait=True)["run"]
            if run["started"] >= asked[:-6]:  # both in UTC: 2026-01-31T08:00:00.000
                return run

    def stop(self):
        """SIGTERM. Returns the exit code and how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        return code, time.monotonic() - started

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def run(self, *arguments):
        """The daemon's program with arguments, to its end."""
        return subprocess.run([DAEMON, *map(str, arguments)], capture_output=True,
                              text=True, timeout=PATIENCE_S)

    def ctl(self, *arguments, environment=None):
        return subprocess.run([BIN / "icurectl", "--socket", self.socket, *map(str, arguments)],
                              capture_output=True, text=True, timeout=PATIENCE_S,
                              env={**os.environ, **(environment or {})})

    def memory_kib(self, what="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(what + ":"))

    def memory(self):
        """All that the daemon can write to, as one text. None where that cannot be searched: only
        root may, and a sanitizer keeps freed memory as it was, to find who still uses it."""
        if "ASAN_OPTIONS" in os.environ or os.geteuid() != 0:
            return None
        pieces = []
        pid = self.process.pid
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if not rights.startswith("rw") or "[v" in line:
                    continue
                begin, end = (int(part, 16) for part in span.split("-"))
                memory.seek(begin)
                try:
                    pieces.append(memory.read(end - begin))
                except OSError:
                    continue  # a guard page
        return b"\n".join(pieces)

    def log_text(self):
        return self.log.read_text() if self.log.exists() else ""

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home)


def until(true, what, daemon=None):
    """Waits until true() is; asks again as soon as a moment has passed."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"never came true: {what}\n{daemon.log_text() if daemon else ''}")
        time.sleep(0.02)  # between two questions, not for luck


def mirrored(daemon, kind):
    """Everything of a kind that the daemon serves: {id: document}."""
    client = daemon.client()
    found = {}
    cursor = {}
    while True:
        if kind == "user":
            page = client.call("user.list", limit=1000, **cursor)
            documents = page["rows"]
        else:
            page = client.call("owner.list", type=kind, limit=1000, **cursor)
            assert all(row["type"] == kind for row in page["rows"])
            documents = [row["dataOwner"] for row in page["rows"]]
        for document in documents:
            assert document["id"] not in found, "a row came twice"
            found[document["id"]] = document
        if "next" not in page:
            client.close()
            return found
        cursor = {"cursor": page["next"]}
