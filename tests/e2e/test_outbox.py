"""Writes of users and data owners with the real daemon: shown at once, done once, explained."""
import os
import subprocess
import unittest

from clinic import RpcError, until
from outbox_clinic import OutboxClinic

OPERATOR = '[[access]]\nuser = "65534"\nrole = "operator"\nkinds = ["user", "hcp"]\n' \
           'fields.user = ["name", "login", "email"]\n'


class OutboxTest(OutboxClinic):
    def some_users(self):
        """Users that nobody needs, who have a login and an e-mail address."""
        return [user for user in self.sandbox.truth("user").values()
                if user["id"] != self.sandbox.facts["userId"] and user.get("email")
                and user["status"] == "ACTIVE"]

    def listed(self, id):
        rows = self.call("user.list", limit=1000)["rows"]
        return next((row for row in rows if row["id"] == id), None)

    def found(self, text):
        return [row["id"] for row in self.call("user.search", text=text)["rows"]]

    def test_every_write_is_shown_at_once_and_done_when_the_line_is_back(self):
        modified, disabled, enabled, deleted = self.some_users()[:4]
        self.sandbox.ask("POST", "/change", {"kind": "user", "id": enabled["id"],
                                             "patch": {"status": "DISABLED"}})
        self.call("user.get", id=enabled["id"], refresh="if_online")
        professional = self.professional(email="p@clinic.test")
        self.offline()
        self.until_noticed()
        writes = {
            "create": self.write("user.create", user={
                "name": "Zoé Delacroix", "email": "Zoe@Clinic.Test",
                "healthcarePartyId": professional}),
            "modify": self.write("user.modify", id=modified["id"],
                                 patch={"name": "Xénia Ypsilon"}),
            "disable": self.write("user.disable", id=disabled["id"]),
            "enable": self.write("user.enable", id=enabled["id"]),
            "delete": self.write("user.delete", id=deleted["id"]),
            "hcp": self.write("owner.create", type="hcp",
                              dataOwner={"firstName": "New", "lastName": "Colleague"}),
            "device": self.write("owner.create", type="device", dataOwner={"name": "Box 9"}),
            "owner": self.write("owner.modify", id=professional, patch={"speciality": "dental"}),
        }
        for write in writes.values():
            self.assertIn(write["item"]["state"], ("queued", "sending"))
            self.assertEqual(write["item"]["steps"], [])
        made = writes["create"]["user"]
        for shown in (self.call("user.get", id=made["id"])["user"],
                      self.call("user.get", email="zoe@clinic.test")["user"],
                      self.listed(made["id"]), made,
                      self.call("user.of", owner=professional)["rows"][0]):
            self.assertEqual(shown["pending"], [writes["create"]["item"]["id"]])
            self.assertEqual(shown["name"], "Zoé Delacroix")
            self.assertNotIn("rev", shown)
        self.assertEqual(self.found("delac"), [made["id"]])
        self.assertEqual(self.found("xenia"), [modified["id"]])
        answer = self.call("user.get", id=modified["id"])
        self.assertEqual((answer["user"]["name"], answer["meta"]["source"]),
                         ("Xénia Ypsilon", "outbox"))
        self.assertEqual(answer["user"]["rev"], modified["rev"])
        self.assertEqual(self.listed(disabled["id"])["status"], "DISABLED")
        self.assertEqual(self.listed(enabled["id"])["status"], "ACTIVE")
        self.assertIsNone(self.listed(deleted["id"]))
        with self.assertRaises(RpcError) as caught:
            self.call("user.get", id=deleted["id"])
        self.assertEqual(caught.exception.word, "not_found")
        self.assertEqual(self.call("owner.get", id=professional)["dataOwner"]["speciality"],
                         "dental")
        self.assertFalse(self.call("owner.access", id=professional)["access"])
        self.assertEqual(self.call("daemon.status")["outbox"]["queued"], len(writes))

        self.online()
        self.until_done(*writes.values())
        truth = self.sandbox.truth("user")
        self.assertEqual(truth[made["id"]]["email"], "zoe@clinic.test")
        self.assertEqual(truth[modified["id"]]["name"], "Xénia Ypsilon")
        self.assertEqual({key: truth[modified["id"]].get(key) for key in modified
                          if key not in ("rev", "name")},
                         {key: value for key, value in modified.items()
                          if key not in ("rev", "name")}, "nothing else was touched")
        self.assertEqual(truth[disabled["id"]]["status"], "DISABLED")
        self.assertEqual(truth[enabled["id"]]["status"], "ACTIVE")
        self.assertNotIn(deleted["id"], truth)
        for id in (made["id"], modified["id"], disabled["id"], enabled["id"]):
            answer = self.call("user.get", id=id)  # no sweep has run: the write itself brought it
            self.assertEqual((answer["user"]["rev"], answer["meta"]["source"]),
                             (truth[id]["rev"], "mirror"))
            self.assertNotIn("pending", answer["user"])
        for key, kind in (("hcp", "hcp"), ("device", "device")):
            id = writes[key]["dataOwner"]["id"]
            self.assertEqual(self.call("owner.get", id=id)["dataOwner"]["rev"],
                             self.truth(kind, id)["rev"])
        self.assertEqual(self.truth("hcp", professional)["speciality"], "dental")
        self.assertTrue(self.call("owner.access", id=professional)["access"])

    def test_the_same_key_is_one_write(self):
        user = self.some_users()[0]
        first = self.write("user.modify", key="k", id=user["id"], patch={"name": "A", "login": "l"})
        again = self.call("user.modify", patch={"login": "l", "name": "A"}, id=user["id"], key="k")
        self.assertEqual(again["item"]["id"], first["item"]["id"])
        self.until_done(first)
        again = self.write("user.modify", key="k", id=user["id"], patch={"name": "A", "login": "l"})
        self.assertEqual((again["item"]["id"], again["item"]["state"]),
                         (first["item"]["id"], "done"))
        for method, params in (("user.modify", {"id": user["id"], "patch": {"name": "B"}}),
                               ("user.delete", {"id": user["id"]}),
                               ("user.token", {"id": user["id"], "validity_s": 60}),
                               ("owner.create", {"type": "hcp", "dataOwner": {"lastName": "L"}})):
            self.assertEqual(self.refused(method, key="k", **params)[1], "key_reused", method)
        for key in ("", "k" * 129, 7, None):
            self.assertEqual(self.refused("user.delete", key=key, id=user["id"])[0], -32602, key)
        with self.assertRaises(RpcError) as caught:
            self.call("user.delete", id=user["id"])
        self.assertEqual(caught.exception.code, -32602)
        # A refusal is not remembered: corrected, the request may have the same key.
        self.assertEqual(self.refused("user.disable", key="n", id="nobody")[1], "not_found")
        self.until_done(self.write("user.disable", key="n", id=user["id"]))
        self.daemon.stop()
        self.daemon.start()
        self.client.close()
        self.client = self.daemon.client()
        again = self.write("user.modify", key="k", id=user["id"], patch={"name": "A", "login": "l"})
        self.assertEqual(again["item"]["id"], first["item"]["id"], "also after a restart")

    def test_refuses_what_nobody_may_write(self):
        user = self.some_users()[0]
        for patch in ({"rev": "1-a"}, {"passwordHash": "x"}, {"authenticationTokens": {}},
                      {"systemMetadata": {}}, {"groupId": "g"}, {"deletionDate": 1}, {"id": "x"},
                      {}, {"email": "no address"}, {"mobilePhone": "12"}):
            code, word, _ = self.refused("user.modify", id=user["id"], patch=patch)
            self.assertEqual((code, word), (-32000, "invalid"), patch)
        for made in ({"name": "nobody"}, {"login": "l", "rev": "1-a"},
                     {"login": "l", "passwordHash": "secret-secret"}):
            self.assertEqual(self.refused("user.create", user=made)[1], "invalid", made)
        self.assertEqual(self.refused("user.modify", id=user["id"], patch={"name": "N"},
                                      rev="1-other")[1], "conflict")
        self.assertEqual(self.refused("owner.create", type="patient",
                                      dataOwner={"lastName": "L"})[1], "invalid")
        for method, params in (("user.disable", {}), ("user.delete", {}),
                               ("user.modify", {"patch": {"name": "N"}}),
                               ("owner.modify", {"patch": {"speciality": "x"}})):
            self.assertEqual(self.refused(method, id="nobody", **params)[1], "not_found")
        self.assertEqual(self.call("outbox.list")["rows"], [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_an_operator_writes_what_its_rule_allows_and_an_administrator_decides(self):
        self.sections = OPERATOR
        self.reload()
        user, other = self.some_users()[:2]
        patient = self.patient(email="p@mail.test")
        invited = self.invite_person(patient)
        hidden = self.write("user.modify", id=other["id"], patch={"name": "By root"})
        forbidden = [-32000, "forbidden"]
        keyed = {"key": "k", "id": user["id"]}
        modify, roles, link, token, hold, owner, device, invite, invitation, invitations, key = \
            self.daemon.as_nobody(
                ("user.modify", {**keyed, "patch": {"name": "Mine"}}),
                ("user.modify", {"key": "r", "id": user["id"], "patch": {"roles": ["x"]}}),
                ("user.modify", {"key": "l", "id": user["id"], "patch": {"patientId": "x"}}),
                ("user.token", {"key": "t", "id": user["id"], "validity_s": 60}),
                ("outbox.hold", {"id": hidden["item"]["id"]}),
                ("owner.create", {"key": "o", "type": "hcp", "dataOwner": {"lastName": "L"}}),
                ("owner.create", {"key": "d", "type": "device", "dataOwner": {"name": "d"}}),
                ("invite.create", {"key": "i", "owner": patient, "link": "https://x.test",
                                   "solution": "s"}),
                ("invite.get", {"id": invited["id"]}),
                ("invite.list", {}),
                ("user.disable", {"key": "k2", "id": user["id"]}))
        self.assertEqual(set(modify["user"]), {"id", "rev", "name", "login", "email", "pending"})
        self.assertEqual(modify["user"]["name"], "Mine")
        self.assertEqual([roles, link, token, hold, device, invitation], [forbidden] * 6)
        self.assertIn("item", owner)
        self.assertIn(invite, (forbidden, [-32000, "not_found"]))
        self.assertEqual(invitations["rows"], [])
        self.assertIn("item", key)
        # The same key of another caller is another key.
        self.until_done(self.write("user.modify", **keyed, patch={"name": "Root's"}))

    def test_a_change_of_somebody_else_is_merged_and_one_that_cannot_be_is_shown(self):
        user, other = self.some_users()[:2]
        self.offline()
        self.until_noticed()
        merged = self.write("user.modify", id=user["id"], patch={"name": "Ours"})
        clash = self.write("user.modify", id=other["id"], patch={"name": "Ours"})
        for id, patch in ((user["id"], {"mobilePhone": "+32475111111"}),
                          (other["id"], {"name": "Theirs"})):
            self.sandbox.ask("POST", "/change", {"kind": "user", "id": id, "patch": patch})
        self.online()
        self.until_done(merged)
        truth = self.truth("user", user["id"])
        self.assertEqual((truth["name"], truth["mobilePhone"]), ("Ours", "+32475111111"))
        item = self.until_blocked(clash["item"]["id"], "somebody else changed the same")
        self.assertEqual(item["conflict"]["members"], [
            {"member": "/name", "base": other["name"], "ours": "Ours", "theirs": "Theirs"}])
        self.assertEqual(self.truth("user", other["id"])["name"], "Theirs")
        self.assertEqual(self.call("user.get", id=other["id"])["user"]["name"], "Ours")
        self.call("outbox.discard", id=item["id"], reason="theirs is right")
        until(lambda: self.call("user.get", id=other["id"], refresh="if_online")["user"]["name"]
              == "Theirs", "taken back visibly", self.daemon)
        self.assertEqual(self.item(item["id"])["state"], "cancelled")

    def test_each_refusal_of_the_platform_has_its_words(self):
        one, two = self.some_users()[:2]
        made = self.write("user.create", user={"login": "a-1", "email": one["email"]})
        self.until_blocked(made["item"]["id"], "another user already has this")
        moved = self.write("user.modify", id=two["id"], patch={"email": one["email"]})
        self.until_blocked(moved["item"]["id"], "another user already has this")
        self.call("outbox.discard", id=moved["item"]["id"], reason="a mistake")
        cases = [({"status": 403}, "not permitted"), ({"status": 402}, "subscription"),
                 ({"status": 406}, "not valid"), ({"status": 405}, "refuses this")]
        for method, params in (("PUT", {"patch": {"name": "N"}}), ("POST", None)):
            for number, (fault, words) in enumerate(cases):
                with self.subTest(method=method, fault=fault):
                    self.fault(f"{method} /rest/v2/user$", kind="status", **fault)
                    if params:
                        write = self.write("user.modify", id=two["id"], **params)
                    else:
                        write = self.write("user.create", user={"login": f"new-{number}"})
                    item = self.until_blocked(write["item"]["id"], words)
                    self.no_faults()
                    self.call("outbox.retry", id=item["id"])
                    self.until_done(write)
                    params = params and {"patch": {"name": f"N{number}"}}
        self.sandbox.ask("POST", "/delete", {"kind": "user", "id": two["id"]})
        gone = self.write("user.modify", id=two["id"], patch={"name": "late"})
        item = self.until_item(gone["item"]["id"], "failed", "blocked", "done")
        self.assertEqual(item["state"], "failed")
        self.assertIn("does not exist", item["last_error"])

    def test_a_lost_reply_does_nothing_twice(self):
        user, gone = self.some_users()[:2]
        cases = [("POST /rest/v2/user$", "user.create", {"user": {"login": "once-only"}}),
                 ("PUT /rest/v2/user$", "user.modify", {"id": user["id"], "patch": {"name": "O"}}),
                 ("DELETE /rest/v2/user/", "user.delete", {"id": gone["id"]}),
                 ("POST /rest/v2/hcparty$", "owner.create",
                  {"type": "hcp", "dataOwner": {"lastName": "Once"}})]
        for match, method, params in cases:
            with self.subTest(method=method):
                self.fault(match, kind="close_after_commit", times=1)
                self.until_done(self.write(method, **params))
                self.assertEqual(self.struck(), 1)
                self.no_faults()
        logins = [each for each in self.sandbox.truth("user").values()
                  if each.get("login") == "once-only"]
        self.assertEqual(len(logins), 1)
        self.assertEqual(self.truth("user", user["id"])["rev"].split("-")[0],
                         str(int(user["rev"].split("-")[0]) + 1), "one change, one rev")
        self.assertEqual([hcp["lastName"] for hcp in self.sandbox.truth("hcp").values()
                          if hcp.get("lastName") == "Once"], ["Once"])

    def test_what_waits_for_another_follows_it_and_is_stopped_with_it(self):
        self.offline()
        self.until_noticed()
        first = self.write("owner.create", type="hcp", dataOwner={"lastName": "First"})
        owner = first["dataOwner"]["id"]
        second = self.write("user.create", user={"login": "second", "healthcarePartyId": owner})
        third = self.write("user.modify", id=second["user"]["id"], patch={"name": "Third"})
        self.fault("POST /rest/v2/hcparty$", kind="status", status=403)
        self.online()
        self.until_blocked(first["item"]["id"], "not permitted")
        self.assertEqual([self.item(each["item"]["id"])["state"] for each in (second, third)],
                         ["queued", "queued"])
        self.no_faults()
        self.call("outbox.retry", id=first["item"]["id"])
        self.until_done(first, second, third)
        self.assertEqual(self.truth("user", second["user"]["id"])["name"], "Third")

        self.fault("POST /rest/v2/hcparty$", kind="status", status=403)
        first = self.write("owner.create", type="hcp", dataOwner={"lastName": "Again"})
        second = self.write("user.create", user={"login": "again",
                                                 "healthcarePartyId": first["dataOwner"]["id"]})
        self.until_blocked(first["item"]["id"], "not permitted")
        self.call("outbox.discard", id=first["item"]["id"], reason="no need")
        self.until_blocked(second["item"]["id"], "earlier change")
        self.assertIn(first["item"]["id"], self.item(second["item"]["id"])["last_error"])

    def test_hold_release_retry_discard_and_what_they_refuse(self):
        user = self.some_users()[0]
        self.offline()
        self.until_noticed()
        id = self.write("user.modify", id=user["id"], patch={"name": "Held"})["item"]["id"]
        self.assertEqual(self.call("outbox.hold", id=id)["item"]["state"], "held")
        self.online()
        next_one = self.write("user.create", user={"login": "free"})
        self.until_done(next_one)
        self.assertEqual(self.item(id)["state"], "held")
        self.assertEqual(self.call("outbox.release", id=id)["item"]["state"], "queued")
        self.until_item(id, "done")
        for method, params in (("hold", {}), ("release", {}), ("retry", {}),
                               ("discard", {"reason": "r"})):
            with self.assertRaises(RpcError) as caught:
                self.call("outbox." + method, id=id, **params)
            self.assertEqual(caught.exception.word, "conflict", method)
            with self.assertRaises(RpcError) as caught:
                self.call("outbox." + method, id="nothing", **params)
            self.assertEqual(caught.exception.word, "not_found")
        with self.assertRaises(RpcError) as caught:
            self.call("outbox.discard", id=id)
        self.assertEqual(caught.exception.code, -32602)

    def test_pages_through_items_in_their_order(self):
        self.offline()
        self.until_noticed()
        made = [self.write("user.create", user={"login": f"u{n}"})["item"]["id"] for n in range(5)]
        seen, cursor = [], {}
        for _ in range(3):
            page = self.call("outbox.list", limit=2, state="queued", **cursor)
            seen += [row["id"] for row in page["rows"]]
            cursor = {"cursor": page.get("next")}
        self.assertIsNone(cursor["cursor"])
        self.assertEqual(seen, made)

    def test_a_token_is_shown_once_opens_and_needs_the_line(self):
        device = next(iter(self.sandbox.revs("device")))
        made = self.write("user.create", user={"login": "box", "deviceId": device})
        self.until_done(made)
        id = made["user"]["id"]
        first = self.write("user.token", key="t", id=id, validity_s=3600)["token"]
        self.assertTrue(self.can_log_in("box", first))
        second = self.write("user.token", key="t", id=id, validity_s=3600)["token"]
        self.assertTrue(self.can_log_in("box", second))
        self.assertFalse(self.can_log_in("box", first), "the same key replaces it")
        third = self.write("user.token", key="u", id=id, validity_s=3600)["token"]
        self.assertTrue(self.can_log_in("box", second) and self.can_log_in("box", third))
        self.assertEqual(self.refused("user.token", key="t", id=id, validity_s=60)[1],
                         "key_reused")
        self.assertEqual(self.refused("user.token", id="nobody", validity_s=60)[1], "not_found")
        self.assertEqual(self.refused("user.token", id=id, validity_s=0)[0], -32602)
        self.fault("POST /rest/v2/user/token", kind="status", status=403)
        self.assertEqual(self.refused("user.token", id=id, validity_s=60)[1], "forbidden")
        self.no_faults()
        for each in ("user", "outbox"):
            text = str(self.call(each + ".list"))
            self.assertFalse(any(token in text for token in (first, second, third)))
        self.offline()
        self.assertEqual(self.refused("user.token", id=id, validity_s=60)[1], "offline")


class FullTest(OutboxClinic):
    outbox = "max_items = 3\n"

    def test_a_full_outbox_refuses_early_and_takes_again(self):
        self.offline()
        self.until_noticed()
        made = [self.write("user.create", user={"login": f"u{n}"}) for n in range(3)]
        code, word, _ = self.refused("user.create", user={"login": "u3"}, key="late")
        self.assertEqual((code, word), (-32000, "queue_full"))
        self.online()
        self.until_done(*made)
        self.until_done(self.write("user.create", user={"login": "u3"}, key="late"))


@unittest.skipUnless(os.geteuid() == 0, "needs root for a disk of its own")
class FullDiskTest(OutboxClinic):
    def before_start(self):
        self.disk = self.daemon.home / "store"
        self.disk.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs",
                                  self.disk], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no disk can be mounted here: " + mounted.stderr)
        self.addCleanup(lambda: subprocess.run(["umount", "-l", self.disk], check=True))

    def test_a_full_disk_refuses_writes_and_serves_reads_until_there_is_room(self):
        user = self.sandbox.facts["userId"]
        filler = self.disk / "filler"
        with open(filler, "wb", buffering=0) as full:
            with self.assertRaises(OSError):
                while True:
                    full.write(bytes(4096))
        code, word, _ = self.refused("user.modify", id=user, patch={"name": "x" * 8192}, key="k")
        self.assertEqual((code, word), (-32000, "read_only"))
        self.assertEqual(self.call("user.get", id=user)["user"]["id"], user)
        self.assertNotIn("pending", self.call("user.get", id=user)["user"])
        filler.unlink()
        self.until_done(self.write("user.modify", id=user, patch={"name": "x" * 8192}, key="k"))


class DeadAddressTest(OutboxClinic):
    PEOPLE = 1000
    invite = "per_day = 10000\n"

    def before_start(self):
        self.people = [self.person("patient", email=f"p{n}@mail.test", known=False)
                       for n in range(self.PEOPLE)]

    def test_one_dead_mail_address_holds_up_nobody(self):
        self.fault("/email/to/p500@", kind="status", status=503)
        self.offline()
        self.until_noticed()
        made = [self.invite_person(owner) for owner in self.people]
        self.online()
        for some in [*range(100, self.PEOPLE, 100), self.PEOPLE - 1]:  # a slow disk takes a minute
            until(lambda: len(self.messages()) >= some, f"{some} of the others", self.daemon)
        dead = self.invitation(made[500]["id"])
        self.assertEqual((dead["state"], dead["channel"]), ("token_ready", "email"))
        self.assertTrue(dead["last_error"])
        self.assertEqual(len({each["to"] for each in self.messages()}), self.PEOPLE - 1)
        self.no_faults()
        self.until_invitation(dead["id"], "sent")


if __name__ == "__main__":
    unittest.main()
