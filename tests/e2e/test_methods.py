"""The table of methods: its examples run, answers are of the shape that is published, and each caller
may do what the documents say, and nothing else."""
import json
import os
import secrets
import unittest

import schema
import vectors
from clinic import NOBODY, Daemon, Sandbox, until

# What the documents promise: the least role that may call it.
ROLES = {
    "none": "hello",
    "reader": """rpc.discover daemon.status daemon.metrics user.get user.list user.search user.of
        owner.get owner.list owner.search owner.access invite.get invite.list auth.login auth.current
        auth.logout events.subscribe events.unsubscribe""",
    "operator": """user.create user.modify user.disable user.enable user.delete owner.create
        owner.modify invite.create invite.check invite.cancel invite.resend outbox.list outbox.get
        sync.run sync.plan sync.tombstones""",
    "admin": """config.show store.backup store.verify store.rekey audit.list audit.verify key.import
        key.list key.remove user.token outbox.hold outbox.release outbox.retry outbox.discard
        auth.sessions auth.revoke sync.pause sync.resume sync.history sync.approve""",
}
NEEDS = {method: role for role, methods in ROLES.items() for method in methods.split()}
RANK = list(ROLES)
# Which kind the example is about; all others are about none, or about what the caller may see.
KINDS = {"user": """user.get user.list user.search user.of user.create user.modify user.disable
             user.enable user.delete user.token owner.access sync.tombstones""",
         "hcp": "owner.get owner.list owner.search owner.modify",
         "device": "owner.create"}
ABOUT = {method: kind for kind, methods in KINDS.items() for method in methods.split()}
FIRST = ("invite.check",)  # nobody is invited twice
LAST = ("invite.cancel", "user.delete")  # nothing can be done with it afterwards
SECURE = vectors.VECTORS["N1-self-explicit"]
# Of the examples' own world.
PERSON = "da53cfc5-6110-4484-8ff5-11b36df41289"
HCP = "88a976e7-5d71-4c83-9a33-ae9d3c5ce64c"
PATIENT = "00002acd-584e-4576-b13e-e04a3728ca3e"


class MethodsCase(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 60, "--hcps", 20, "--patients", 30, "--devices", 3)
        self.addCleanup(self.sandbox.stop)
        vectors.plant(self.sandbox, SECURE)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        self.configure("")
        self.daemon.start().until_complete()
        self.document = self.daemon.call("rpc.discover")
        self.methods = {method["name"]: method for method in self.document["methods"]}
        self.examples = {
            name: {param["name"]: param["value"] for param in method["examples"][0]["params"]}
            for name, method in self.methods.items()}
        anna = self.daemon.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        invited = next(id for id, patient in self.sandbox.truth("patient").items()
                       if not self.daemon.call("user.of", owner=id)["rows"])
        pair = vectors.key_of(SECURE)
        self.real = {
            PERSON: anna["id"], HCP: anna["healthcarePartyId"], PATIENT: invited,
            "9ee7f612-d12d-4c77-8e51-3b54b77f1dce": pair["dataOwnerId"],
            "308204bd020100300d06092a...": pair["privateKeyPkcs8Hex"],
            "a21e665a58eddca400280b0203010001": pair["fingerprintV1"],
            "correct horse battery staple": "sandbox-" + anna["id"],
            "/var/backups/icure-syncd/monday": f"{self.daemon.home}/monday",
            "/etc/icure-syncd/new-store-key": f"{self.daemon.home}/new-key"}

    def configure(self, access):
        self.daemon.configure(self.sandbox.url, sections=f"""
[sync]
live = false
interval = "1h"
full_interval = "1h"
[gateway]
url = "{self.sandbox.facts["gateway"]}"
spec_id = "clinic"
[outbox]
retry_min = "100ms"
{access}""")

    def params(self, method):
        """Of its example, with what is there for what is invented."""
        text = json.dumps(self.examples[method])
        for invented, real in self.real.items():
            text = text.replace(invented, real)
        return json.loads(text)


class ExamplesTest(MethodsCase):
    def invitation(self):
        return self.client.call("invite.get", **self.params("invite.get"))["invitation"]

    # What must be so before an example can be made.

    def before_store_rekey(self):
        (self.daemon.home / "new-key").write_text(secrets.token_hex(32))

    def before_invite_resend(self):
        until(lambda: self.invitation()["state"] == "sent", "the invitation is sent", self.daemon)

    def before_outbox_list(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.client.call("sync.run", wait=True)  # so that it is known
        made = self.client.call("user.modify", key="offline", id=self.real[PERSON],
                                patch={"name": "Anna V."})
        self.real["0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84"] = made["item"]["id"]

    def before_outbox_retry(self):
        """What the platform refuses can be tried again; what waits for the line cannot."""
        self.sandbox.ask("POST", "/faults", {"match": "PUT /rest/v2/user", "kind": "status",
                                             "status": 403})
        self.sandbox.ask("POST", "/online", {})
        self.client.call("sync.run")
        self.until_refused()

    def before_outbox_discard(self):
        self.until_refused()

    def until_refused(self):
        item = self.params("outbox.get")
        until(lambda: self.client.call("outbox.get", **item)["item"]["state"] == "blocked",
              "the change is refused", self.daemon)

    def before_auth_login(self):
        self.sandbox.ask("DELETE", "/faults")

    def before_sync_approve(self):
        self.daemon.sync()  # a sweep that is under way would see some of them go, and others later
        spared = {self.sandbox.facts["dataOwnerId"], self.real[HCP]}
        for id in [id for id in self.sandbox.revs("hcp") if id not in spared][:15]:
            self.sandbox.ask("POST", "/purge", {"kind": "hcp", "id": id})
        self.daemon.sync()
        batch, = self.client.call("daemon.status")["braked"]
        self.real["71c9e1ab-0c5f-4b8d-8f0f-6b6c3e0f8d11"] = batch["id"]

    # What later ones take up.

    def after_invite_create(self, answer):
        self.real["4daf7d6e-517c-49e8-a6c2-e3d57f9e3b19"] = answer["invitation"]["id"]

    def after_auth_login(self, answer):
        self.real["Jd7mZ0Yc1pXq3vVt"] = answer["session"]

    def after_events_subscribe(self, answer):
        self.examples["events.unsubscribe"]["subscription"] = answer["subscription"]

    def test_each_can_be_made_and_is_answered_as_published(self):
        self.assertEqual(set(self.methods), set(NEEDS))
        components = self.document["components"]["schemas"]
        self.client = self.daemon.client()
        self.addCleanup(self.client.close)
        for name in [*FIRST, *(each for each in self.methods if each not in FIRST + LAST), *LAST]:
            with self.subTest(name):
                word = name.replace(".", "_")
                getattr(self, "before_" + word, lambda: None)()
                answer = self.client.call(name, **self.params(name))
                shape = self.methods[name]["result"]["schema"]
                self.assertEqual(schema.faults(answer, shape, components), [])
                shown = self.methods[name]["examples"][0]["result"]["value"]
                self.assertEqual(schema.faults(shown, shape, components), [], "the example")
                getattr(self, "after_" + word, lambda answer: None)(answer)

    def test_the_judge_finds_what_is_wrong(self):
        shape = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}},
                 "required": ["a"]}
        for value, count in (({"a": 1}, 0), ({}, 1), ({"a": "1"}, 1), ({"a": True}, 1), ([], 1),
                             ({"a": 1, "b": "y"}, 1), ({"a": 1, "c": 1}, 1)):
            self.assertEqual(len(schema.faults(value, shape, {})), count, value)


@unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
class RightsTest(MethodsCase):
    def words(self, rule, methods):
        """How each ends for a caller with this rule: ok, or the word of its refusal."""
        before = self.daemon.log_text().count("configuration read again")
        self.configure(f"[[access]]\nuser = {NOBODY}\n{rule}" if rule else "")
        self.daemon.process.send_signal(1)
        until(lambda: self.daemon.log_text().count("configuration read again") > before,
              "the configuration is read", self.daemon)
        answers = self.daemon.as_nobody(*((name, self.params(name)) for name in methods))
        self.assertEqual(len(answers), len(methods))
        return {name: answer[1] if isinstance(answer, list) else "ok"
                for name, answer in zip(methods, answers)}

    def test_of_every_method_for_every_role(self):
        methods = [name for name in self.methods if name not in ("user.delete", "store.rekey")]
        for role in RANK:
            words = self.words(f'role = "{role}"' if role != "none" else "", methods)
            for name, word in words.items():
                with self.subTest(role=role, method=name):
                    refused = RANK.index(role) < RANK.index(NEEDS[name])
                    self.assertEqual(word == "forbidden", refused, word)

    def test_of_every_method_for_every_kind(self):
        methods = [name for name in self.methods if name in ABOUT and name != "user.delete"]
        self.assertEqual(len(methods) + 1, len(ABOUT))
        for kind in ("user", "hcp", "patient", "device"):
            words = self.words(f'role = "admin"\nkinds = ["{kind}"]', methods)
            for name, word in words.items():
                with self.subTest(kind=kind, method=name):
                    if ABOUT[name] == kind:
                        self.assertEqual(word, "ok")
                    else:  # what is hidden cannot be told from what is not there
                        self.assertIn(word, ("forbidden", "not_found"))


if __name__ == "__main__":
    unittest.main()
