"""Invitations with the real daemon: sent once, also over lost replies, with a code that opens."""
import time
import unittest

from clinic import until
from outbox_clinic import LINK, OutboxClinic


class InviteTest(OutboxClinic):
    def check_arrived(self, invitation, contact, owner, kind):
        """One user, one message, a code that opens, and the user in the mirror."""
        user = self.truth("user", invitation["user"])
        self.assertEqual(user["login"], contact)
        self.assertEqual(user["patientId" if kind == "patient" else "healthcarePartyId"], owner)
        (message,) = self.messages(contact)
        self.assertTrue(self.can_log_in(contact, self.token_in(message)))
        shown = self.call("user.get", id=invitation["user"])
        self.assertEqual((shown["user"]["rev"], shown["meta"]["source"]), (user["rev"], "mirror"))
        return message

    def test_patients_and_professionals_by_e_mail_and_sms_over_an_outage(self):
        people = []
        for number, kind in enumerate(("patient", "hcp")):
            email, mobile = f"person{number}@mail.test", f"+3247500000{number}"
            people.append((kind, self.person(kind, email=email), "email", email))
            people.append((kind, self.person(kind, mobile=f"0475 00.00/0{number}"), "sms", mobile))
        self.offline()
        self.until_noticed()
        invited = []
        for kind, owner, channel, contact in people:
            made = self.invite_person(owner, channel=channel)
            self.assertEqual((made["state"], made["channel"], made["contact"], made["ownerType"],
                              made["inviter"], made["maybe_sent"]),
                             ("queued", channel, contact, kind,
                              self.sandbox.facts["dataOwnerId"], False))
            shown = self.call("user.of", owner=owner)
            self.assertEqual([(row["id"], row["pending"]) for row in shown["rows"]],
                             [(made["user"], [made["id"]])])
            self.assertEqual(shown["meta"]["source"], "outbox")
            self.assertFalse(self.call("owner.access", id=owner)["access"])
            invited.append(made)
        self.assertEqual(self.messages(), [])
        self.online()
        for made, (kind, owner, channel, contact) in zip(invited, people):
            sent = self.until_invitation(made["id"], "sent")
            self.until_item(made["id"], "done")
            self.assertTrue(sent["sent_at"])
            self.assertEqual([step["step"] for step in sent["steps"]][:5],
                             ["checked", "user_ready", "token_ready", "sending", "sent"])
            message = self.check_arrived(made, contact, owner, kind)
            self.assertEqual(message["channel"], channel)
            self.assertTrue(self.call("owner.access", id=owner)["access"])
            text = message["body"].get("html") or message["body"]["message"]
            self.assertIn(LINK, text)
            if channel == "email":
                self.assertNotIn("<Sons>", text)
        ids = [row["id"] for row in self.call("invite.list", state="sent")["rows"]]
        self.assertEqual(ids, [made["id"] for made in invited])

    def test_a_person_who_comes_is_seen_and_their_contact_forgotten(self):
        for number, by in enumerate(("password", "terms", "token")):
            made = self.invite_person(self.patient(email=f"p{number}@mail.test"))
            self.until_invitation(made["id"], "sent")
            self.sandbox.ask("POST", "/accept", {"user": made["user"], "by": by})
            self.call("user.get", id=made["user"], refresh="if_online")
            came = self.until_invitation(made["id"], "accepted")
            self.assertNotIn("contact", came)
            self.assertEqual(self.refused("invite.cancel", id=made["id"])[1], "conflict")
            self.assertEqual(self.refused("invite.resend", id=made["id"])[1], "conflict")

    def test_the_same_key_is_one_invitation(self):
        owner = self.patient(email="p@mail.test")
        first = self.invite_person(owner, key="visit 7")
        again = self.invite_person(owner, key="visit 7")
        self.assertEqual(again["id"], first["id"])
        self.assertEqual(self.not_invited(owner, key="visit 7", solution="x")[1], "key_reused")
        self.until_invitation(first["id"], "sent")
        self.assertEqual(self.invite_person(owner, key="visit 7")["id"], first["id"])
        self.assertEqual(self.not_invited(owner)[1], "conflict")
        self.assertEqual(len(self.messages("p@mail.test")), 1)

    def test_refuses_at_once_what_is_certain_in_words(self):
        have_user = next(user["patientId"] for user in self.sandbox.truth("user").values()
                         if user.get("patientId") in self.sandbox.revs("patient"))
        device = next(iter(self.sandbox.revs("device")))
        cases = [
            (self.patient(), {}, "no e-mail address or mobile number"),
            (self.patient(email="not an address"), {}, "not a valid one"),
            (self.patient(mobile="12"), {"channel": "sms"}, "not a valid one"),
            (self.patient(mobile="0475 12 34 56"), {}, "text messages cost money"),
            (self.patient(encryptedSelf="AAAA", addresses=[]), {}, "encrypted"),
            (self.patient(email="d@mail.test", dateOfDeath=20200101), {}, "deceased"),
            (self.patient(email="i@mail.test", active=False), {}, "inactive"),
            (self.patient(email="m@mail.test", mergeToPatientId="x"), {}, "merged"),
            (have_user, {"contact": "h@mail.test"}, "already has a user"),
            (device, {"contact": "h@mail.test"}, "only patients and healthcare professionals"),
        ]
        for owner, params, words in cases:
            with self.subTest(words=words):
                code, word, message = self.not_invited(owner, **params)
                self.assertEqual((code, word), (-32000, "invalid"))
                self.assertIn(words, message)
        fine = self.patient(email="fine@mail.test")
        for params, words in (
                ({"link": "http://portal.clinic.test"}, "https"),
                ({"solution": ""}, "solution"),
                ({"template": "../secret"}, "template"),
                ({"subject": "{nobody}"}, "nobody"),
                ({"expires": "2001-01-01T00:00:00Z"}, "expired"),
                ({"not_before": "2101-01-02T00:00:00Z", "expires": "2101-01-01T00:00:00Z"},
                 "expires before")):
            with self.subTest(params=params):
                code, word, message = self.not_invited(fine, **params)
                self.assertEqual((code, word), (-32000, "invalid"))
                self.assertIn(words, message)
        self.assertEqual(self.not_invited("nobody")[1], "not_found")
        self.assertEqual(self.not_invited(fine, inviter="nobody")[1], "not_found")
        for params in ({"expires": "tomorrow"}, {"channel": "pigeon"}, {"contact": ""},
                       {"key": ""}, {"key": "k" * 129}, {"extra": 1}):
            self.assertEqual(self.not_invited(fine, **params)[0], -32602, params)
        self.assertEqual(self.call("outbox.list")["rows"], [])

    def test_each_refusal_of_platform_and_gateway_has_its_words_and_goes_on_when_mended(self):
        taken = self.truth("user", self.sandbox.facts["userId"])["email"]
        cases = [
            ("POST /rest/v2/user$", {"status": 403}, "not permitted"),
            ("POST /rest/v2/user$", {"status": 402}, "subscription"),
            ("POST /rest/v2/user/token", {"status": 403}, "not permitted"),
            ("POST /rest/v2/user/token", {"status": 401, "headers": {
                "Icure-Minimum-Required-Auth-Level": "60"}}, "too weak"),
            ("/email/to", {"status": 400}, "refuses to send to this address"),
            ("/email/to", {"status": 401}, "gateway refuses the login"),
        ]
        for number, (match, fault, words) in enumerate(cases):
            with self.subTest(match=match, fault=fault):
                self.fault(match, kind="status", **fault)
                made = self.invite_person(self.patient(email=f"p{number}@mail.test"))
                self.until_blocked(made["id"], words)
                shown = self.invitation(made["id"])
                self.assertEqual(shown["state"], "blocked")
                self.assertIn(words, shown["last_error"])
                self.no_faults()
                self.call("outbox.retry", id=made["id"])
                self.until_invitation(made["id"], "sent")
                self.assertEqual(len(self.messages(f"p{number}@mail.test")), 1)
        made = self.invite_person(self.patient(email="new@mail.test"), contact=taken)
        self.until_blocked(made["id"], "another user already has this")
        no_email = self.professional(mobile="+32475999999")
        made = self.invite_person(self.patient(email="q@mail.test"), inviter=no_email)
        self.until_blocked(made["id"], "who invites has no e-mail address")
        self.call("outbox.discard", id=made["id"], reason="wrong colleague")
        self.until_invitation(made["id"], "cancelled")

    def test_a_gateway_that_is_away_is_tried_again(self):
        self.fault("/email/to", kind="status", status=503, times=2)
        made = self.invite_person(self.patient(email="p@mail.test"))
        self.until_invitation(made["id"], "sent")
        self.assertEqual(len(self.messages("p@mail.test")), 1)
        self.sandbox.ask("POST", "/offline", {"mode": "refuse", "server": "gateway"})
        made = self.invite_person(self.patient(email="q@mail.test"))
        self.until_item(made["id"], "retrying")
        self.online()
        self.until_invitation(made["id"], "sent")
        self.assertEqual(len(self.messages("q@mail.test")), 1)

    def test_a_lost_reply_on_any_step_makes_no_second_user_and_no_silent_second_message(self):
        steps = ["POST /rest/v2/user$", "POST /rest/v2/user/token", "/email/to"]
        for number, match in enumerate(steps):
            with self.subTest(match=match):
                contact = f"lost{number}@mail.test"
                owner = self.patient(email=contact)
                self.fault(match, kind="close_after_commit", times=1)
                made = self.invite_person(owner)
                sent = self.until_invitation(made["id"], "sent")
                self.assertEqual(self.struck(), 1)
                self.no_faults()
                users = [user for user in self.sandbox.truth("user").values()
                         if user.get("patientId") == owner]
                self.assertEqual([user["id"] for user in users], [made["user"]])
                messages = self.messages(contact)
                self.assertTrue(self.can_log_in(contact, self.token_in(messages[-1])))
                self.assertEqual(sent["maybe_sent"], len(messages) > 1)
                self.assertEqual(len(messages), 2 if "email" in match else 1)

    def test_cancel_before_and_after_the_user_exists(self):
        first = self.patient(email="first@mail.test")
        self.offline()
        self.until_noticed()
        made = self.invite_person(first)
        gone = self.write("invite.cancel", id=made["id"], key="c1")["invitation"]
        self.assertEqual(gone["state"], "cancelled")
        self.assertNotIn("contact", gone)
        again = self.write("invite.cancel", id=made["id"], key="c1")["invitation"]
        self.assertEqual(again["state"], "cancelled")
        self.assertEqual(self.call("user.of", owner=first)["rows"], [])
        self.online()
        second = self.patient(email="second@mail.test")
        made = self.invite_person(second)
        self.until_invitation(made["id"], "sent")
        token = self.token_in(self.messages("second@mail.test")[0])
        self.assertTrue(self.can_log_in("second@mail.test", token))
        self.write("invite.cancel", id=made["id"])
        self.until_invitation(made["id"], "cancelled")
        self.assertIsNone(self.truth("user", made["user"]))
        self.assertFalse(self.can_log_in("second@mail.test", token))
        self.assertEqual(self.call("user.of", owner=second)["rows"], [])
        self.assertEqual(self.messages("first@mail.test"), [])
        # Nothing stands in the way of another one.
        made = self.invite_person(second)
        self.until_invitation(made["id"], "sent")

    def test_resend_ends_the_first_code_and_sends_another_to_the_same_user(self):
        made = self.invite_person(self.patient(email="p@mail.test"))
        self.until_invitation(made["id"], "sent")
        for _ in range(2):
            self.write("invite.resend", id=made["id"], key="r")
        until(lambda: len(self.messages("p@mail.test")) == 2, "two messages", self.daemon)
        self.until_invitation(made["id"], "sent")
        self.until_item(made["id"], "done")
        first, second = (self.token_in(each) for each in self.messages("p@mail.test"))
        self.assertFalse(self.can_log_in("p@mail.test", first))
        self.assertTrue(self.can_log_in("p@mail.test", second))
        user = self.truth("user", made["user"])
        self.assertEqual(len(user["authenticationTokens"]), 1)

    def test_waits_for_not_before_and_ends_at_expires(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        wait = self.invite_person(self.patient(email="w@mail.test"), not_before=soon)
        self.assertEqual(wait["state"], "queued")
        self.offline()
        late = self.invite_person(self.patient_known_before["late"], expires=soon)
        self.assertEqual(late["state"], "queued")
        until(lambda: time.time() > time.mktime(time.strptime(soon, "%Y-%m-%dT%H:%M:%SZ"))
              - time.timezone, "it is late")
        self.assertEqual(self.messages(), [])
        self.online()
        self.until_invitation(wait["id"], "sent")
        ended = self.until_invitation(late["id"], "expired")
        self.assertIn("expired before", ended["last_error"])
        self.assertGreaterEqual(self.invitation(wait["id"])["sent_at"], soon[:-1])
        self.assertEqual([each["to"] for each in self.messages()], ["w@mail.test"])
        self.assertIsNone(self.truth("user", late["user"]))

    def before_start(self):
        self.patient_known_before = {
            "late": self.person("patient", email="late@mail.test", known=False)}

    def test_above_a_days_number_new_ones_are_held_until_an_administrator_releases_them(self):
        self.invite += "per_day = 1\n"
        self.reload()
        one = self.invite_person(self.patient(email="one@mail.test"))
        self.until_invitation(one["id"], "sent")
        two = self.invite_person(self.patient(email="two@mail.test"))
        self.assertEqual(two["state"], "held")
        self.assertIn("within a day", two["last_error"])
        self.assertEqual([row["id"] for row in self.call("invite.list", state="held")["rows"]],
                         [two["id"]])
        self.call("outbox.release", id=two["id"])
        self.until_invitation(two["id"], "sent")

    def test_pages_through_invitations_in_their_order(self):
        made = [self.invite_person(self.patient(email=f"p{n}@mail.test"))["id"] for n in range(5)]
        seen, cursor = [], {}
        for _ in range(3):
            page = self.call("invite.list", limit=2, **cursor)
            self.assertIn("as_of", page["meta"])
            seen += [row["id"] for row in page["rows"]]
            cursor = {"cursor": page.get("next")}
        self.assertIsNone(cursor["cursor"])
        self.assertEqual(seen, made)


class NoGatewayTest(OutboxClinic):
    gateway = False

    def test_without_a_gateway_it_says_so_and_goes_on_when_there_is_one(self):
        made = self.invite_person(self.patient(email="p@mail.test"))
        self.assertEqual(made["state"], "blocked")
        self.assertIn("no message gateway", made["last_error"])
        self.assertIn("[gateway]", made["hint"])
        self.gateway = True
        self.reload()
        self.until_invitation(made["id"], "sent")
        self.assertEqual(len(self.messages("p@mail.test")), 1)


if __name__ == "__main__":
    unittest.main()
