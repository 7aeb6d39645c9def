"""A clinic whose outbox is under test: people who can be invited, a gateway, a line that comes and
goes, and the platform's answers one by one."""
import json
import re
import unittest
import uuid

from clinic import Daemon, RpcError, Sandbox, until

LINK = "https://portal.clinic.test/in"
# Nothing but the outbox itself brings a finished write into the mirror.
ALONE = '[sync]\nlive = false\ninterval = "1h"\nfull_interval = "1h"\n'


class OutboxClinic(unittest.TestCase):
    gateway = True
    outbox = 'retry_min = "100ms"\nretry_max = "200ms"\n'
    invite = 'country_code = "32"\n'
    sections = ""

    def setUp(self):
        self.sandbox = Sandbox("--users", 30, "--hcps", 10, "--patients", 20, "--devices", 5)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        self.configure()
        self.before_start()
        self.daemon.start().until_complete()
        self.client = self.daemon.client()
        self.addCleanup(lambda: self.client.close())

    def before_start(self):
        """People who shall be there from the beginning."""

    def configure(self):
        gateway = f'[gateway]\nurl = "{self.sandbox.facts["gateway"]}"\nspec_id = "clinic"\n'
        self.daemon.configure(
            self.sandbox.url,
            sections=f"{ALONE}[outbox]\n{self.outbox}[invite]\n{self.invite}"
                     f"{gateway if self.gateway else ''}{self.sections}")

    def reload(self):
        self.configure()
        before = self.daemon.log_text().count("configuration read again")
        self.daemon.process.send_signal(1)
        until(lambda: self.daemon.log_text().count("configuration read again") > before,
              "the configuration is read", self.daemon)

    # --- the socket

    def call(self, method, **params):
        return self.client.call(method, **params)

    def write(self, method, **params):
        return self.call(method, key=params.pop("key", str(uuid.uuid4())), **params)

    def refused(self, method, **params):
        """[code, word, message] of a write that is refused."""
        with self.assertRaises(RpcError) as caught:
            self.write(method, **params)
        error = caught.exception
        if error.code == -32000:
            self.assertTrue(error.data.get("hint"), error)
        return [error.code, error.word, str(error)]

    def item(self, id):
        return self.call("outbox.get", id=id)["item"]

    def until_item(self, id, *states):
        until(lambda: self.item(id)["state"] in states,
              f"{id} is {states}; it is {self.item(id)}", self.daemon)
        return self.item(id)

    def until_done(self, *answers):
        for answer in answers:
            self.until_item(answer["item"]["id"], "done")

    def until_blocked(self, id, words):
        """Until it waits for a person, with these words and a hint."""
        item = self.until_item(id, "blocked", "failed", "done")
        self.assertEqual(item["state"], "blocked", item)
        self.assertIn(words, item["last_error"])
        self.assertTrue(item["hint"])
        return item

    # --- the platform

    def offline(self, server="both"):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse", "server": server})

    def until_noticed(self):
        """Until the daemon knows that the line is away."""
        self.daemon.sync()
        self.assertFalse(self.call("user.list", limit=1)["meta"]["online"])

    def online(self):
        self.sandbox.ask("POST", "/online", {})

    def fault(self, match, **what):
        self.sandbox.ask("POST", "/faults", {"match": match, **what})

    def no_faults(self):
        self.sandbox.ask("DELETE", "/faults")

    def struck(self):
        """How often the faults struck in all."""
        return sum(each["struck"] for each in self.sandbox.ask("GET", "/faults"))

    def truth(self, kind, id):
        return self.sandbox.truth(kind).get(id)

    # --- people

    def person(self, kind, email=None, mobile=None, known=True, **members):
        """A patient or professional of our circle with these contacts; `known`: to the mirror."""
        telecoms = [{"telecomType": type, "telecomNumber": number}
                    for type, number in (("email", email), ("mobile", mobile)) if number]
        doc = {"firstName": "Inès", "lastName": "O'Neil & <Sons>", "languages": ["fr"],
               "addresses": [{"addressType": "home", "telecoms": telecoms}], **members}
        id = self.sandbox.ask("POST", "/create", {"kind": kind, "doc": doc})["id"]
        if kind == "patient":
            self.sandbox.ask("POST", "/share", {"id": id})
        if known:
            until(lambda: self.is_known(id), "the mirror knows the person", self.daemon)
        return id

    def is_known(self, id):
        try:
            return bool(self.call("owner.get", id=id, refresh="if_online"))
        except RpcError as error:
            self.assertEqual(error.word, "not_found")
            return False

    def patient(self, email=None, mobile=None, **members):
        return self.person("patient", email, mobile, **members)

    def professional(self, email=None, mobile=None, **members):
        return self.person("hcp", email, mobile, **members)

    # --- invitations

    def invite_person(self, owner, **params):
        params = {"link": LINK, "solution": "the portal", **params}
        return self.write("invite.create", owner=owner, **params)["invitation"]

    def not_invited(self, owner, **params):
        params = {"link": LINK, "solution": "the portal", **params}
        return self.refused("invite.create", owner=owner, **params)

    def invitation(self, id):
        return self.call("invite.get", id=id)["invitation"]

    def until_invitation(self, id, *states):
        until(lambda: self.invitation(id)["state"] in states,
              f"{id} is {states}; it is {self.invitation(id)}", self.daemon)
        return self.invitation(id)

    def messages(self, to=None):
        return [each for each in self.sandbox.ask("GET", "/messages")
                if to is None or each["to"] == to]

    def token_in(self, message):
        """The code that a message tells."""
        text = message["body"].get("html") or message["body"]["message"]
        found = re.search(r"\b[a-km-np-z2-9]{32}\b", text)
        self.assertTrue(found, text)
        return found.group()

    def can_log_in(self, login, token):
        """Whether the platform takes this code."""
        import urllib.error
        import urllib.request
        body = json.dumps({"username": login, "password": token}).encode()
        request = urllib.request.Request(self.sandbox.url + "/rest/v2/auth/login", data=body,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60):
                return True
        except urllib.error.HTTPError as error:
            self.assertEqual(error.code, 401)
            return False
