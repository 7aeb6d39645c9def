"""icurectl dashboard as a process, and what a browser sends it, header by header."""
import http.client
import json
import os
import subprocess
import urllib.parse

from clinic import BIN, NOBODY, PATIENCE_S


def become_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()

    def json(self):
        return json.loads(self.body)


class Dashboard:
    def __init__(self, daemon, *arguments, before=None):
        self.process = subprocess.Popen(
            [BIN / "icurectl", "--socket", daemon.socket, "--json", "dashboard", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)
        self.link = json.loads(self.process.stdout.readline())["url"]
        self.address = urllib.parse.urlsplit(self.link)
        self.cookie = self.key = None

    def close(self):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    @property
    def origin(self):
        return f"http://{self.address.netloc}"

    def request(self, method, path, body=None, **headers):
        """With these headers alone; Host is the right one unless it is given."""
        connection = http.client.HTTPConnection(self.address.netloc, timeout=PATIENCE_S)
        try:
            named = {"Host": self.address.netloc}
            named.update({name.replace("_", "-"): value for name, value in headers.items()})
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in named.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def open(self):
        """What the first visit does."""
        answer = self.request("GET", f"{self.address.path}?{self.address.query}")
        if answer.status == 303:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
            self.key = answer.headers["Location"].partition("#")[2]
        return answer

    def post(self, body, **headers):
        """As the page does it, but for what is given; None leaves a header out."""
        named = {"Cookie": self.cookie, "Origin": self.origin, "X_Dashboard_Key": self.key,
                 "Sec_Fetch_Site": "same-origin", "Content_Type": "application/json", **headers}
        return self.request("POST", "/call", body.encode(),
                            **{name: value for name, value in named.items() if value is not None})

    def call(self, method, **params):
        return self.post(json.dumps({"method": method, "params": params}))

    def result(self, method, **params):
        return self.call(method, **params).json()["result"]

    def events(self):
        return Events(self)


class Events:
    """The stream of events: next() waits for one, as (name, data)."""

    def __init__(self, dashboard):
        self.connection = http.client.HTTPConnection(dashboard.address.netloc, timeout=PATIENCE_S)
        self.connection.request("GET", f"/events?key={dashboard.key}", headers={"Cookie": dashboard.cookie})
        self.response = self.connection.getresponse()

    def next(self):
        name = "message"
        for line in iter(self.response.readline, b""):
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                return name, json.loads(value)
        return None, None

    def until(self, fits):
        while True:
            name, data = self.next()
            if name is None:
                raise AssertionError("the events ended")
            if fits(name, data):
                return data

    def close(self):
        self.connection.close()
