"""What clients write: documents, tokens, logins, messages."""

import base64
import http.client
import json
import time
import uuid

from selftest_box import Case

PATHS = {"user": "user", "hcp": "hcparty", "patient": "patient", "device": "device"}


def fresh(**more):
    return {"id": str(uuid.uuid4()), **more}


class Writing(Case):
    def new(self, kind):
        mail = uuid.uuid4().hex + "@mail.test"
        owner = self.box.info["dataOwnerId"]
        return fresh(**{"user": {"email": mail}, "hcp": {"lastName": "W"}, "device": {"name": "D"},
                        "patient": {"lastName": "P", "delegations": {owner: []}}}[kind])

    def post(self, kind, doc):
        return self.box.api("POST", "/" + PATHS[kind], doc)

    def put(self, kind, doc):
        return self.box.api("PUT", "/" + PATHS[kind], doc)

    def test_life_of_every_kind(self):
        for kind, path in PATHS.items():
            status, made = self.post(kind, self.new(kind))
            self.assertEqual((status, made["rev"][:2]), (200, "1-"), made)
            self.assertEqual(self.truth(kind)[made["id"]], {"rev": made["rev"], "doc": made})
            status, changed = self.put(kind, {**made, "name": "N", "maidenName": "M"})
            self.assertEqual((status, changed["rev"][:2]), (200, "2-"), changed)
            self.assertEqual(self.put(kind, {**made, "name": "other"})[0], 409)
            self.assertEqual(self.box.api("DELETE", f"/{path}/{made['id']}?rev={made['rev']}")[0], 409)
            status, gone = self.box.api("DELETE", f"/{path}/{made['id']}?rev={changed['rev']}")
            self.assertEqual((status, sorted(gone)), (200, ["id", "rev"]))
            self.assertNotIn(made["id"], self.truth(kind))
            self.assertIn("deletionDate", self.box.api("GET", f"/{path}/{made['id']}")[1])
            self.assertEqual(self.post(kind, {**self.new(kind), "id": made["id"]})[0], 409)
            self.assertEqual(self.box.api("POST", f"/{path}/undelete/{made['id']}")[0], 400)
            self.assertEqual(self.box.api("POST", f"/{path}/undelete/{made['id']}?rev={changed['rev']}")[0], 409)
            status, back = self.box.api("POST", f"/{path}/undelete/{made['id']}?rev={gone['rev']}")
            self.assertEqual((status, back["rev"][:2], "deletionDate" in back), (200, "4-", False))
            self.assertEqual(self.box.api("DELETE", f"/{path}/purge/{made['id']}?rev={back['rev']}")[0], 200)
            self.assertEqual(self.box.api("GET", f"/{path}/{made['id']}")[0], 404)
            self.assertEqual(self.box.api("DELETE", f"/{path}/{made['id']}?rev={back['rev']}")[0], 404)

    def test_ids_and_revs_are_checked(self):
        for kind in PATHS:
            doc = self.new(kind)
            for wrong in ({"id": None}, {"id": ""}, {"id": "a b"}, {"id": "a/b"}, {"id": "a%b"}, {"rev": "1-x"}):
                self.assertEqual(self.post(kind, {**doc, **wrong})[0], 400, wrong)
            self.assertEqual(self.put(kind, doc)[0], 400)
            self.assertEqual(self.put(kind, {**doc, "rev": "1-x"})[0], 404)
            self.assertEqual(self.post(kind, [])[0], 400)

    def test_sending_back_what_came_changes_only_the_rev(self):
        for kind in PATHS:
            for id_, known in list(self.truth(kind).items())[:12]:
                if kind == "user" and "login" not in known["doc"]:
                    continue  # it would get a login
                status, after = self.put(kind, known["doc"])
                self.assertEqual(status, 200, after)
                if kind == "hcp":
                    known["doc"].setdefault("modified", after["modified"])  # filled in where it was null
                self.assertEqual({**after, "rev": ""}, {**known["doc"], "rev": ""})

    def test_what_no_dto_knows_is_forgotten(self):
        for kind in PATHS:
            _, made = self.post(kind, {**self.new(kind), "x-mine": 1, "tags": None})
            self.assertNotIn("x-mine", made)
            self.assertNotIn("x-mine", self.put(kind, {**made, "x-mine": 1})[1])

    def test_rules_of_data_owners(self):
        self.assertEqual(self.post("hcp", fresh(firstName="F"))[0], 400)
        status, hcp = self.post("hcp", fresh(ssin="1"))
        self.assertEqual((status, hcp["created"], hcp["addresses"]), (200, hcp["modified"], []))
        again = self.put("hcp", {**hcp, "notes": "N"})[1]
        self.assertEqual(again["modified"], hcp["modified"])
        self.assertEqual(self.post("patient", fresh(gender="male"))[0], 400)
        owner = self.box.info["dataOwnerId"]
        metadata = {"secureDelegations": {"k": {"delegate": owner}}}
        status, patient = self.post("patient", fresh(encryptedSelf="AA==", securityMetadata=metadata))
        self.assertEqual((status, "modified" in patient), (200, False))
        for other in (None, {"secureDelegations": {}}):
            self.assertEqual(self.put("patient", {**patient, "securityMetadata": other})[0], 400)
        self.assertEqual(self.put("patient", {**patient, "note": "n"})[0], 200)
        self.box.control("POST", "/hide", {"id": patient["id"]})
        rev = self.box.control("POST", "/change", {"kind": "patient", "id": patient["id"], "patch": {}})["rev"]
        self.assertEqual(self.put("patient", {**patient, "rev": rev})[0], 403)

    def test_users_are_completed(self):
        status, user = self.post("user", fresh(email="complete@mail.test", mobilePhone=" ", groupId="mine", passwordHash="*",
                                               systemMetadata={"isAdmin": True}))
        self.assertEqual(status, 200)
        self.assertEqual((user["login"], user["status"], user["groupId"]), ("complete@mail.test", "ACTIVE", self.box.info["groupId"]))
        self.assertAlmostEqual(user["created"] / 1000, time.time(), delta=60)
        self.assertFalse({"mobilePhone", "systemMetadata", "passwordHash"} & set(user))
        self.assertEqual(self.post("user", fresh(mobilePhone="+32470000001"))[1]["login"], "+32470000001")
        for wrong in ({}, {"login": " "}, {"email": "@"}, {"email": "nobody"}, {"mobilePhone": "12 345 678"}, {"mobilePhone": "12345"}):
            self.assertEqual(self.post("user", fresh(**wrong))[0], 400, wrong)

    def test_duplicates_are_told_before_conflicts(self):
        doc = fresh(email="twice@mail.test")
        self.assertEqual(self.post("user", doc)[0], 200)
        message = {"message": "A user with Email twice@mail.test already exists"}
        self.assertEqual(self.post("user", doc), (400, message))
        self.assertEqual(self.post("user", fresh(email="twice@mail.test")), (400, message))
        self.assertEqual(self.post("user", {"id": doc["id"], "email": "once@mail.test"})[0], 409)
        self.assertEqual(self.post("user", fresh(login="twice@mail.test"))[1]["message"], "A user with Login twice@mail.test already exists")
        self.assertEqual(self.post("user", fresh(login="twice", mobilePhone="+32470000002"))[0], 200)
        self.assertEqual(self.post("user", fresh(login="thrice", mobilePhone="+32470000002"))[0], 200)
        other = self.post("user", fresh(email="other@mail.test"))[1]
        self.assertEqual(self.put("user", {**other, "email": "twice@mail.test"}), (400, message))

    def test_passwords_are_kept_set_and_lost(self):
        _, user = self.post("user", fresh(email="pw@mail.test", passwordHash="first-password"))
        self.assertEqual(user["passwordHash"], "*")
        self.assertEqual(self.box.login(username="pw@mail.test", password="first-password")[0], 200)
        self.box.token = None
        _, user = self.put("user", {**user, "name": "kept"})
        self.assertEqual(self.box.login(username="pw@mail.test", password="first-password")[0], 200)
        self.box.token = None
        self.assertEqual(self.put("user", {**user, "passwordHash": "short"})[0], 406)
        _, user = self.put("user", {**user, "passwordHash": "second-password"})
        self.assertEqual(self.box.login(username="pw@mail.test", password="first-password")[0], 401)
        self.assertEqual(self.box.login(username="pw@mail.test", password="second-password")[0], 200)
        self.box.token = None
        del user["passwordHash"]
        _, user = self.put("user", user)
        self.assertNotIn("passwordHash", user)
        self.assertEqual(self.box.login(username="pw@mail.test", password="second-password")[0], 401)
        self.assertNotIn("passwordHash", self.put("user", {**user, "passwordHash": "*"})[1])

    def test_tokens_are_merged(self):
        _, user = self.post("user", fresh(email="merge@mail.test", authenticationTokens={"a": {"token": "value-of-a", "validity": 60}, "b": {"validity": 9}}))
        self.assertEqual(list(user["authenticationTokens"]), ["a"])
        self.assertIsNone(user["authenticationTokens"]["a"]["token"])
        _, user = self.put("user", {**user, "authenticationTokens": {}})
        self.assertEqual(list(user["authenticationTokens"]), ["a"])
        self.assertEqual(self.box.login(username="merge@mail.test", password="value-of-a")[0], 200)
        self.box.token = None
        _, user = self.put("user", {**user, "authenticationTokens": {"a": {"validity": 1, "deletionDate": 1}}})
        self.assertEqual(user["authenticationTokens"], {})
        self.assertEqual(self.box.login(username="merge@mail.test", password="value-of-a")[0], 401)

    def test_contacts_are_changed_alone(self):
        _, user = self.post("user", fresh(email="before@mail.test"))
        path = f"/user/{user['id']}"
        self.assertEqual(self.box.api("PUT", path + "/email?newEmail=after@mail.test")[0], 409)
        status, after = self.box.api("PUT", path + "/email?newEmail=after@mail.test&previousEmail=before@mail.test")
        self.assertEqual((status, after["email"], after["login"]), (200, "after@mail.test", "before@mail.test"))
        self.assertEqual(self.box.api("PUT", path + "/mobilePhone?newMobilePhone=x")[0], 400)
        self.assertEqual(self.box.api("PUT", path + "/mobilePhone?newMobilePhone=0470123456")[1]["mobilePhone"], "0470123456")
        self.assertEqual(self.box.api("GET", "/user/byPhoneNumber/0470%20123456")[1]["id"], user["id"])
        status, last = self.box.api("DELETE", path + "/mobilePhone?previousMobilePhone=0470123456")
        self.assertEqual((status, "mobilePhone" in last, last["rev"][:2]), (200, False, "4-"))

    def test_quota_and_rights_are_faults(self):
        for status in (402, 403):
            self.box.control("POST", "/faults", {"match": "^POST /rest/v2/user$", "kind": "status", "status": status, "times": 1})
            self.assertEqual(self.post("user", self.new("user"))[0], status)

    def test_a_lost_answer_leaves_the_document(self):
        self.box.control("POST", "/faults", {"match": "^POST /rest/v2/user$", "kind": "close_after_commit", "times": 1})
        doc = self.new("user")
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
            self.post("user", doc)
        self.assertEqual(self.box.api("GET", "/user/" + doc["id"])[0], 200)
        self.assertEqual(self.post("user", doc)[0], 400)


class Inviting(Case):
    def setUp(self):
        self.box.control("POST", "/auth", {"elevated_seconds": 300})
        self.box.control("DELETE", "/messages")
        self.box.login()
        self.mail = uuid.uuid4().hex + "@mail.test"
        _, self.user = self.box.api("POST", "/user", fresh(email=self.mail))

    def mint(self, user=None, key="invite", validity="?tokenValidity=172800", value=None):
        headers = {"Authorization": "Bearer " + self.box.token, **({"token": value} if value else {})}
        path = f"/rest/v2/user/token/{user or self.user['id']}/{key}{validity}"
        status, headers, text = self.box.send("platform", "POST", path, None, headers)
        return status, text.decode(), headers

    def enter(self, password, username=None):
        credentials = {"username": username or self.mail, "password": password}
        status, _, text = self.box.send("platform", "POST", "/rest/v2/auth/login", credentials)
        return status, json.loads(text) if text else None

    def test_a_token_is_a_password(self):
        self.assertEqual(self.mint(value="chosen-by-the-client")[:2], (200, "chosen-by-the-client"))
        user = self.box.api("GET", "/user/" + self.user["id"])[1]
        entry = user["authenticationTokens"]["invite"]
        self.assertEqual((user["rev"][:2], entry["validity"], entry["token"]), ("2-", 172800, None))
        self.assertEqual(self.enter("chosen-by-the-client")[0], 200)
        status, made, headers = self.mint(validity="")
        self.assertEqual((status, len(made), headers["Content-Type"]), (200, 36, "application/json"))
        self.assertEqual(self.enter("chosen-by-the-client")[0], 401)  # the same key replaces
        self.assertEqual(self.enter(made, username=self.user["id"])[0], 200)
        self.assertEqual(self.mint(user="nobody")[0], 404)
        self.assertEqual(self.mint(validity="?tokenValidity=x")[0], 400)

    def test_tokens_end_and_pass_the_second_factor(self):
        self.box.control("POST", "/auth", {"user": self.user["id"], "otp": "123456"})
        self.mint(value="passes-the-second-factor")
        self.assertEqual(self.enter("passes-the-second-factor")[0], 200)
        ended = {"authenticationTokens": {"invite": {"creationTime": int(time.time() * 1000) - 172801_000}}}
        self.box.control("POST", "/change", {"kind": "user", "id": self.user["id"], "patch": ended})
        self.assertEqual(self.enter("passes-the-second-factor")[0], 401)
        self.mint(validity="?tokenValidity=-1", value="lives-for-ever")
        self.assertEqual(self.enter("lives-for-ever")[0], 200)

    def test_minting_wants_a_fresh_login_with_a_password(self):
        tokens = self.box.login()[1]
        headers = {"Refresh-Token": tokens["refreshToken"]}
        self.box.token = json.loads(self.box.send("platform", "POST", "/rest/v2/auth/refresh", None, headers)[2])["token"]
        status, _, headers = self.mint()
        self.assertEqual((status, headers["Icure-Minimum-Required-Auth-Level"]), (401, "20"))
        self.box.login()
        self.assertEqual(self.mint()[0], 200)
        self.box.control("POST", "/auth", {"age_logins": True})
        self.assertEqual(self.mint()[0], 401)
        self.assertEqual(self.box.api("GET", "/user/current")[0], 200)
        self.box.login()
        self.mint(user=self.box.info["userId"], value="a-token-of-the-daemon")
        self.box.login(password="a-token-of-the-daemon")
        self.assertEqual(self.mint()[0], 401)  # a long-lived token is too weak
        self.box.login()
        self.box.control("POST", "/auth", {"elevated_seconds": 0})
        self.assertEqual(self.mint()[0], 401)

    def test_guests_accept(self):
        before = self.box.api("GET", "/user/" + self.user["id"])[1]
        self.assertFalse({"passwordHash", "termsOfUseDate"} & set(before))
        self.box.control("POST", "/accept", {"user": self.user["id"], "password": "guest-password"})
        after = self.box.api("GET", "/user/" + self.user["id"])[1]
        self.assertEqual((after["passwordHash"], "termsOfUseDate" in after), ("*", True))
        tokens = self.enter("guest-password")[1]
        self.box.token = tokens["token"]
        self.assertEqual(self.box.api("GET", "/user/current")[1]["id"], self.user["id"])
        self.assertEqual(self.box.api("GET", "/dataowner/current")[0], 404)
        self.box.control("POST", "/accept", {"user": self.user["id"], "by": "token"})
        self.assertTrue(self.box.api("GET", "/user/current")[1]["authenticationTokens"])
        self.assertEqual(self.box.send("control", "POST", "/accept", {"user": "nobody"})[0], 404)

    def test_the_gateway_knows_who_sends(self):
        mail = {"from": "a@clinic.test", "subject": "S", "html": "H"}

        def send(password, path="/spec-1/email/to/guest@mail.test", body=None):
            pair = base64.b64encode(f"{self.box.info['login']}:{password}".encode()).decode()
            return self.box.send("gateway", "POST", path, body or mail, {"Authorization": "Basic " + pair})[0]

        self.assertEqual(send("wrong-password"), 401)
        self.assertEqual(send(self.box.info["password"]), 200)
        self.mint(user=self.box.info["userId"], value="a-token-of-the-daemon")
        self.assertEqual(send("a-token-of-the-daemon"), 200)
        self.assertEqual(send(self.box.info["password"], body={"message": "no mail"}), 400)
        self.box.control("POST", "/faults", {"match": "^POST /spec-1/sms", "kind": "close_after_commit", "times": 1})
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
            send(self.box.info["password"], "/spec-1/sms/to/%2B32470000000", {"message": "m"})
        self.box.control("POST", "/faults", {"match": "^POST /spec-1/email", "kind": "status", "status": 503, "times": 1})
        self.assertEqual(send(self.box.info["password"]), 503)
        kept = [(m["n"], m["channel"], m["spec"], m["to"], m["user"], m["body"]) for m in self.box.control("GET", "/messages")]
        mine = self.box.info["userId"]
        self.assertEqual(kept, [(1, "email", "spec-1", "guest@mail.test", mine, mail), (2, "email", "spec-1", "guest@mail.test", mine, mail),
                                (3, "sms", "spec-1", "+32470000000", mine, {"message": "m"})])

    def test_second_factors_of_any_user(self):
        user = self.box.api("GET", "/user/byEmail/anna.vermeulen@clinic.test")[1]
        password = "sandbox-" + user["id"]
        self.assertEqual(self.enter(password, user["login"])[0], 200)
        self.box.control("POST", "/auth", {"user": user["id"], "otp": "112233"})
        self.assertEqual(self.enter(password, user["login"])[0], 417)
        self.assertEqual(self.enter(password + "|112233", user["login"])[0], 200)
        for _ in range(5):
            self.assertEqual(self.enter(password + "|000000", user["login"])[0], 406)
        self.assertEqual(self.enter(password + "|112233", user["login"])[0], 429)
        self.box.control("POST", "/auth", {"forgive": True})
        self.box.token = self.enter(password + "|112233", user["login"])[1]["token"]
        self.assertEqual(self.box.api("GET", "/dataowner/current")[1]["dataOwner"]["id"], user["healthcarePartyId"])
        self.assertEqual(len(self.box.api("GET", "/dataowner/current/hierarchy/stub")[1]), 2)
        self.box.control("POST", "/auth", {"user": user["id"], "otp": None, "status": "DISABLED"})
        self.assertEqual(self.enter(password, user["login"])[0], 401)


class SharingKeys(Case):
    def test_exchange_data_by_every_way(self):
        own = self.box.info["dataOwnerId"]
        parent = self.box.api("GET", "/hcparty/" + own)[1]["parentId"]
        pairs = {"x1": (own, parent), "x2": (own, "stranger"), "x3": (parent, own), "x4": ("stranger", "stranger")}
        for id_, (delegator, delegate) in pairs.items():
            doc = {"id": id_, "delegator": delegator, "delegate": delegate, "exchangeKey": {"fp": "AA=="}}
            self.assertTrue(self.box.control("POST", "/create", {"kind": "exchangedata", "doc": doc})["rev"].startswith("1-"))
        self.assertEqual(self.box.send("control", "POST", "/create", {"kind": "exchangedata", "doc": {"id": "x1"}})[0], 409)
        self.assertEqual(self.box.send("control", "POST", "/create", {"kind": "exchangedata", "doc": {}})[0], 400)
        self.box.control("POST", "/create", {"kind": "exchangedatamap", "doc": {"id": "m1", "encryptedExchangeDataIds": {"fp": "AA=="}}})
        one = self.box.api("GET", "/exchangedata/x1")
        self.assertEqual((one[0], one[1]["delegator"]), (200, own))
        self.assertEqual(self.box.api("GET", "/exchangedata/x9")[0], 404)
        ids = lambda answer: [each["id"] for each in answer[1]]  # noqa: E731
        self.assertEqual(ids(self.box.api("POST", "/exchangedata/byIds", {"ids": ["x3", "x9", "x1"]})), ["x3", "x1"])
        self.assertEqual([r["id"] for r in self.box.walk("/exchangedata/byParticipant", 2, dataOwnerId=own)[0]], ["x1", "x2", "x3"])
        self.assertEqual(len(self.box.walk(f"/exchangedata/byParticipant/{parent}", 1)[0]), 2)
        query = f"?delegatorId={own}&delegateId={parent}"
        self.assertEqual(ids(self.box.api("GET", "/exchangedata/byDelegatorDelegate" + query)), ["x1"])
        self.assertEqual(ids(self.box.api("GET", f"/exchangedata/byDelegatorDelegate/{parent}/{own}")), ["x3"])
        counterparts = f"/exchangedata/byParticipant/counterparts?dataOwnerId={own}&counterpartsTypes="
        self.assertEqual(self.box.api("GET", counterparts + "hcp,device"), (200, [parent]))
        self.assertEqual(self.box.api("GET", counterparts + "patient"), (200, []))
        self.assertEqual(ids(self.box.api("POST", "/exchangedatamap/batch", {"ids": ["m1", "m2"]})), ["m1"])
