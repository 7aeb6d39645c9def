"""Starts a stand-in platform and talks to it. Shared by the parts of the self-test; standard library only."""

import http.client
import json
import subprocess
import unittest
import urllib.parse

USERS, HCPS, PATIENTS, DEVICES = 300, 40, 200, 12
binary = None  # selftest.py puts the path here


class Sandbox:
    """One running process and the calls a test needs."""

    def __init__(self, *more):
        sizes = ["--users", USERS, "--hcps", HCPS, "--patients", PATIENTS, "--devices", DEVICES]
        command = [binary, "--die-with-parent", *map(str, sizes), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.info = json.loads(self.process.stdout.readline())
        self.token = None

    def stop(self):
        self.process.terminate()
        self.process.stdout.close()
        return self.process.wait(10)

    def send(self, server, method, path, body=None, headers=None, timeout=10):
        """(status, headers, bytes) of one request on a connection of its own."""
        port = urllib.parse.urlparse(self.info[server]).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        try:
            text = None if body is None else json.dumps(body)
            more = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, text, {**more, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def control(self, method, path, body=None):
        status, _, text = self.send("control", method, path, body, timeout=60)
        assert status == 200, (path, status, text)
        return json.loads(text)

    def login(self, **body):
        credentials = {"username": self.info["login"], "password": self.info["password"], **body}
        status, _, text = self.send("platform", "POST", "/rest/v2/auth/login", credentials)
        if status == 200:
            self.token = json.loads(text)["token"]
        return status, json.loads(text) if text else None

    def api(self, method, path, body=None):
        """(status, JSON) as the daemon's user."""
        if self.token is None:
            self.login()
        headers = {"Authorization": "Bearer " + self.token}
        status, _, text = self.send("platform", method, "/rest/v2" + path, body, headers)
        return status, json.loads(text) if text else None

    def walk(self, path, limit, **query):
        """Rows of all pages, and how many pages there were."""
        query, rows, pages = {**query, "limit": limit}, [], 0
        start = {}
        while True:
            status, page = self.api("GET", path + "?" + urllib.parse.urlencode({**query, **start}))
            assert status == 200, page
            rows += page["rows"]
            pages += 1
            pair = page.get("nextKeyPair")
            if not pair:
                return rows, pages
            start = {"startDocumentId": pair["startKeyDocId"]}
            if "startKey" in pair:
                start["startKey"] = pair["startKey"]


def by_id(rows):
    return {row["id"]: row for row in rows}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox()

    @classmethod
    def tearDownClass(cls):
        assert cls.box.stop() == 0

    def truth(self, kind):
        return self.box.control("GET", "/truth/" + kind)

    def assert_matches_truth(self, kind, rows):
        truth = self.truth(kind)
        self.assertEqual(len(rows), len({row["id"] for row in rows}), "a row came twice")
        self.assertEqual({i: t["doc"] for i, t in truth.items()}, by_id(rows))
        for i, t in truth.items():
            self.assertEqual((i, t["rev"]), (t["doc"]["id"], t["doc"]["rev"]))
