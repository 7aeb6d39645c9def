"""What only the cloud has, several documents at once, keys that clients publish, and the Cardinal model."""

import json
import uuid

from selftest_box import Case, Sandbox

PATHS = {"user": "user", "hcp": "hcparty", "patient": "patient", "device": "device"}


def fresh(kind, owner, **more):
    mail = uuid.uuid4().hex + "@mail.test"
    return {"id": str(uuid.uuid4()), **{"user": {"email": mail}, "hcp": {"lastName": "W"}, "device": {"name": "D"},
            "patient": {"lastName": "P", "delegations": {owner: []}}}[kind], **more}


class Groups(Case):
    def test_a_path_may_name_our_group(self):
        group, other = self.box.info["groupId"], str(uuid.uuid4())
        one = next(iter(self.truth("user")))
        for path, plain in ((f"/user/inGroup/{group}?limit=3", "/user?limit=3"), (f"/user/inGroup/{group}/{one}", f"/user/{one}"),
                            (f"/hcparty/{self.box.info['dataOwnerId']}/inGroup/{group}", "/hcparty/current")):
            self.assertEqual(self.box.api("GET", path), self.box.api("GET", plain))
            self.assertEqual(self.box.api("GET", path.replace(group, other))[0], 403)
        status, ids = self.box.api("POST", f"/device/match/inGroup/{group}", {"$type": "AllDevicesFilter"})
        self.assertEqual((status, sorted(ids)), (200, sorted(self.truth("device"))))
        status, made = self.box.api("POST", f"/hcparty/inGroup/{group}", fresh("hcp", ""))
        self.assertEqual((status, self.truth("hcp")[made["id"]]["doc"]), (200, made))

    def test_the_groups_that_a_login_fits(self):
        status, matches = self.box.api("GET", "/user/matches")
        self.assertEqual(status, 200)
        self.assertEqual([(m["groupId"], m["userId"], m["login"], m["healthcarePartyId"]) for m in matches],
                         [(self.box.info["groupId"], self.box.info["userId"], self.box.info["login"], self.box.info["dataOwnerId"])])

    def switch(self, token, group):
        return self.box.send("platform", "POST", "/rest/v2/auth/switch/" + group, headers={"Refresh-Token": token})

    def test_switch_gives_new_tokens(self):
        group = self.box.info["groupId"]
        _, tokens = self.box.login()
        status, _, text = self.switch(tokens["refreshToken"], group)
        self.assertEqual((status, sorted(json.loads(text))), (200, ["refreshToken", "successful", "token"]))
        self.box.token = json.loads(text)["token"]
        self.assertEqual(self.box.api("GET", "/user/current")[1]["groupId"], group)
        again = self.switch(json.loads(text)["refreshToken"], group)
        self.assertEqual(again[0], 200)
        for token, to in ((tokens["token"], group), ("nonsense", group), (tokens["refreshToken"], str(uuid.uuid4()))):
            self.assertEqual(self.switch(token, to)[0], 401)


class Bulk(Case):
    def setUp(self):
        self.owner = self.box.info["dataOwnerId"]

    def two(self, kind):
        return [fresh(kind, self.owner), fresh(kind, self.owner)]

    def test_create_and_modify(self):
        for kind, path in PATHS.items():
            sent = self.two(kind)
            status, made = self.box.api("POST", f"/{path}/batch", sent)
            self.assertEqual((status, [m["id"] for m in made]), (200, [s["id"] for s in sent]))
            truth = self.truth(kind)
            self.assertEqual([truth[m["id"]]["rev"] for m in made], [m["rev"] for m in made])
            whole = [truth[m["id"]]["doc"] for m in made]
            self.assertEqual(made, [{"id": m["id"], "rev": m["rev"]} for m in made] if kind == "patient" else whole)
            status, changed = self.box.api("PUT", f"/{path}/batch", [{**whole[0], "rev": "9-ff"}, {**whole[1], "name": "N", "note": "N"}])
            self.assertEqual((status, [c["id"] for c in changed]), (200, [sent[1]["id"]]), "the stale one is left out in silence")
            self.assertEqual(self.truth(kind)[sent[0]["id"]]["rev"], made[0]["rev"])
            _, made = self.box.api("POST", f"/{path}/batch", [sent[0], *self.two(kind)])
            self.assertEqual(len(made), 2)
            for wrong in ({}, [{"id": ""}], [1], [{**self.two(kind)[0], "rev": "1-aa"}]):
                self.assertEqual(self.box.api("POST", f"/{path}/batch", wrong)[0], 400, wrong)
            self.assertEqual(self.box.api("PUT", f"/{path}/batch", self.two(kind))[0], 400)

    def test_forms_of_the_answer(self):
        for path, kind, whole in (("/patient/batch/full", "patient", True), ("/patient/batch/minimal", "patient", False), ("/device/bulk", "device", True)):
            status, made = self.box.api("POST", path, self.two(kind))
            self.assertEqual((status, len(made)), (200, 2))
            for each in made:
                doc = self.truth(kind)[each["id"]]["doc"]
                self.assertEqual(each, doc if whole else {"id": doc["id"], "rev": doc["rev"]})

    def test_users_of_one_batch_share_no_contact(self):
        sent = self.two("user")
        sent[1]["email"] = sent[0]["email"]
        self.assertEqual(self.box.api("POST", "/user/batch", sent)[0], 400)
        self.assertNotIn(sent[0]["id"], self.truth("user"))

    def test_delete_undelete_purge(self):
        for kind, path in PATHS.items():
            made = [self.box.api("POST", "/" + path, doc)[1] for doc in self.two(kind)]
            named = [{"id": m["id"], "rev": m["rev"]} for m in made]
            route = f"/{path}/delete/batch" + ("" if kind == "user" else "/withrev")
            status, gone = self.box.api("POST", route, {"ids": [named[0], {**named[1], "rev": "9-ff"}]})
            self.assertEqual((status, [g["id"] for g in gone]), (200, [named[0]["id"]]))
            self.assertNotIn(named[0]["id"], self.truth(kind))
            self.assertIn(named[1]["id"], self.truth(kind))
            status, back = self.box.api("POST", f"/{path}/undelete/batch", {"ids": gone})
            self.assertEqual((status, self.truth(kind)[named[0]["id"]]["doc"]), (200, back[0]))
            self.assertEqual(self.box.api("POST", f"/{path}/purge/batch", {"ids": [named[1]]})[0], 200)
            self.assertEqual(self.box.api("GET", f"/{path}/{named[1]['id']}")[0], 404)
            self.assertEqual(self.box.api("POST", route, {"ids": ["x"], "more": 1})[0], 400)
            if kind != "user":
                status, gone = self.box.api("POST", f"/{path}/delete/batch", {"ids": [named[0]["id"], named[1]["id"]]})
                self.assertEqual((status, [g["id"] for g in gone]), (200, [named[0]["id"]]))


class Keys(Case):
    def test_a_stub_publishes_keys_and_leaves_the_rest(self):
        own = self.box.info["dataOwnerId"]
        before = self.truth("hcp")[own]["doc"]
        _, answer = self.box.api("GET", "/dataowner/stub/" + own)
        stub = {**answer["stub"], "publicKey": "30aa"}
        status, after = self.box.api("PUT", "/dataowner/stub", {"type": "hcp", "stub": stub})
        self.assertEqual((status, after["stub"]["publicKey"]), (200, "30aa"))
        doc = self.truth("hcp")[own]["doc"]
        self.assertEqual(doc, {**before, "publicKey": "30aa", "rev": after["stub"]["rev"]})
        put = lambda more: self.box.api("PUT", "/dataowner/stub", {"type": "hcp", "stub": {**after["stub"], **more}})[0]  # noqa: E731
        self.assertEqual(put({"rev": before["rev"]}), 409)
        self.assertEqual(put({"parentId": str(uuid.uuid4())}), 400)
        self.assertEqual(put({"id": str(uuid.uuid4())}), 404)
        self.assertEqual(self.box.api("PUT", "/dataowner/stub", {"type": "hcp"})[0], 400)

    def test_exchange_data_are_written(self):
        own, other = self.box.info["dataOwnerId"], str(uuid.uuid4())
        doc = {"id": str(uuid.uuid4()), "delegator": own, "delegate": other, "exchangeKey": {"f": "AA=="}}
        status, made = self.box.api("POST", "/exchangedata", doc)
        self.assertEqual((status, made), (200, {**doc, "rev": made["rev"]}))
        self.assertEqual(self.box.api("GET", "/exchangedata/" + doc["id"])[1], made)
        self.assertEqual(self.box.api("POST", "/exchangedata", doc)[0], 409)
        status, after = self.box.api("PUT", "/exchangedata", {**made, "exchangeKey": {"g": "BB=="}})
        self.assertEqual((status, after["exchangeKey"], after["rev"][:2]), (200, {"g": "BB=="}, "2-"))
        self.assertEqual(self.box.api("PUT", "/exchangedata", made)[0], 409)
        self.assertEqual(self.box.api("PUT", "/exchangedata", doc)[0], 400)
        keys = {"batch": {"k1": {"f": "AA=="}}}
        self.assertEqual(self.box.api("PUT", "/exchangedatamap/batch", keys)[0], 200)
        found = self.box.api("POST", "/exchangedatamap/batch", {"ids": ["k1", "k2"]})[1]
        self.assertEqual([(f["id"], f["encryptedExchangeDataIds"]) for f in found], [("k1", {"f": "AA=="})])


class Filters(Case):
    def match(self, path, **filter_):
        status, ids = self.box.api("POST", f"/{path}/match", filter_)
        return sorted(ids) if status == 200 else status

    def ids(self, kind, test):
        return sorted(i for i, t in self.truth(kind).items() if test(t["doc"]))

    def test_by_a_member(self):
        parent = self.box.api("GET", "/hcparty/current")[1]["parentId"]
        below = self.ids("hcp", lambda d: d.get("parentId") == parent)
        self.assertTrue(below)
        self.assertEqual(self.match("hcparty", **{"$type": "HealthcarePartyByParentIdFilter", "parentId": parent}), below)
        own = self.box.info["dataOwnerId"]
        self.box.api("POST", "/device", fresh("device", "", responsible=parent))
        for asked, owner in (({}, own), ({"responsibleId": parent}, parent)):
            expected = self.ids("device", lambda d: d.get("responsible") == owner)
            self.assertTrue(expected)
            self.assertEqual(self.match("device", **{"$type": "DeviceByHcPartyFilter", **asked}), expected)
        expected = self.ids("user", lambda d: any(d.get(m, "").startswith("anna") for m in ("name", "email", "mobilePhone")))
        self.assertTrue(expected)
        self.assertEqual(self.match("user", **{"$type": "UserByNameEmailPhoneFilter", "searchString": "anna"}), expected)


class CardinalModel(Case):
    @classmethod
    def setUpClass(cls):
        cls.box = Sandbox("--cardinal")
        cls.full = Sandbox()

    @classmethod
    def tearDownClass(cls):
        cls.full.stop()
        super().tearDownClass()

    def test_members_that_a_cardinal_client_does_not_know_are_absent(self):
        for kind in PATHS:
            text, full = json.dumps(self.truth(kind)), self.full.control("GET", "/truth/" + kind)
            for member in ("localized", "x-clinic-extension", "loginIdentifiers", "null"):
                self.assertNotIn(member, text)
            for id_, each in self.truth(kind).items():
                if id_ not in full:
                    continue  # written by a client
                self.assertFalse([m for m, value in each["doc"].items() if value in ([], {}, None)])
                self.assertLessEqual(each["doc"].keys(), full[id_]["doc"].keys())
                self.assertEqual(each["rev"], full[id_]["rev"])

    def test_stubs_have_no_parent(self):
        self.assertNotIn("parentId", self.box.api("GET", "/dataowner/current/stub")[1]["stub"])
        self.assertIn("parentId", self.full.api("GET", "/dataowner/current/stub")[1]["stub"])

    def test_stubs_of_changed_documents_have_what_clients_require(self):
        id_ = next(i for i, t in self.truth("device").items() if "publicKeysForOaepWithSha256" not in t["doc"])
        self.box.control("POST", "/change", {"kind": "device", "id": id_, "patch": {"name": "N"}})
        self.assertEqual(self.box.api("GET", "/dataowner/stub/" + id_)[1]["stub"]["publicKeysForOaepWithSha256"], [])

    def test_bulk_devices_give_revisions(self):
        made = self.box.api("POST", "/device/bulk", [fresh("device", "")])[1]
        self.assertEqual([sorted(m) for m in made], [["id", "rev"]])
