"""What the stand-in platform holds, and how it changes."""

import gzip
import json
import time
import urllib.parse

from selftest_box import HCPS, PATIENTS, USERS, Case, by_id


class Reading(Case):
    def test_pages_hold_every_user_once(self):
        for limit in (1, 7, 1000):
            rows, pages = self.box.walk("/user", limit, skipPatients="false")
            self.assertEqual(len(rows), USERS)
            self.assertEqual(pages, -(-USERS // limit))
            self.assert_matches_truth("user", rows)

    def test_users_without_login_come_first_and_have_no_key(self):
        rows, _ = self.box.walk("/user", 2, skipPatients="false")
        without = [row for row in rows if "login" not in row]
        self.assertGreaterEqual(len(without), 3)
        self.assertEqual(rows[: len(without)], without)
        _, first = self.box.api("GET", "/user?limit=1&skipPatients=false")
        self.assertNotIn("startKey", first["nextKeyPair"])

    def test_patients_are_skipped_unless_asked_for(self):
        rows, _ = self.box.walk("/user", 50)
        self.assertFalse([r for r in rows if "patientId" in r and "healthcarePartyId" not in r])
        self.assertLess(len(rows), USERS)

    def test_links_point_at_what_exists(self):
        rows, _ = self.box.walk("/user", 1000, skipPatients="false")
        for row in rows:
            for member, path in (("healthcarePartyId", "hcparty"), ("patientId", "patient"), ("deviceId", "device")):
                if row.get(member):
                    status, _ = self.box.api("GET", f"/{path}/" + urllib.parse.quote(row[member], safe=""))
                    self.assertIn(status, (200, 403))
        self.assertEqual({r["status"] for r in rows}, {"ACTIVE", "DISABLED", "REGISTERING"})

    def test_own_user_and_the_demo_user(self):
        _, me = self.box.api("GET", "/user/current")
        self.assertEqual((me["id"], me["healthcarePartyId"]), (self.box.info["userId"], self.box.info["dataOwnerId"]))
        _, chain = self.box.api("GET", "/dataowner/current/hierarchy")
        self.assertEqual(len(chain), 2)
        self.assertEqual(chain[0]["dataOwner"]["parentId"], chain[1]["dataOwner"]["id"])
        self.assertNotIn("firstName", chain[1]["dataOwner"])
        _, anna = self.box.api("GET", "/user/byEmail/anna.vermeulen%40clinic.test")
        _, hcp = self.box.api("GET", "/hcparty/" + anna["healthcarePartyId"])
        self.assertEqual(hcp["lastName"], "Vermeulen")
        _, ids = self.box.api("GET", "/user/byHealthcarePartyId/" + hcp["id"])
        self.assertIn(anna["id"], ids)

    def test_phones_are_found_in_several_forms(self):
        _, anna = self.box.api("GET", "/user/byEmail/anna.vermeulen%40clinic.test")
        number = anna["mobilePhone"][3:]
        for form in ("%2B32" + number, "0" + number, "0" + number[:3] + "%20" + number[3:]):
            self.assertEqual(self.box.api("GET", "/user/byPhoneNumber/" + form)[1]["id"], anna["id"])
        self.assertEqual(self.box.api("GET", "/user/byPhoneNumber/99999999")[0], 404)

    def test_every_kind_by_match_and_by_ids(self):
        for kind, path, filters in (
            ("user", "user", ["AllUsersFilter"]),
            ("hcp", "hcparty", ["AllHealthcarePartiesFilter"]),
            ("patient", "patient", ["PatientByHcPartyFilter", "parent"]),
            ("device", "device", ["AllDevicesFilter"]),
        ):
            ids = set()
            for name in filters:
                body = {"$type": name}
                if name == "parent":
                    own = self.box.api("GET", "/hcparty/" + self.box.info["dataOwnerId"])[1]
                    body = {"$type": "PatientByHcPartyFilter", "healthcarePartyId": own["parentId"]}
                ids.update(self.box.api("POST", f"/{path}/match", body)[1])
            self.assert_matches_truth(kind, self.box.api("POST", f"/{path}/byIds", {"ids": sorted(ids)})[1])
            if kind != "user":
                _, stubs = self.box.api("POST", "/dataowner/stub/byIds", {"ids": sorted(ids)})
                truth = self.truth(kind)
                self.assertEqual({s["stub"]["id"]: s["stub"]["rev"] for s in stubs}, {i: t["rev"] for i, t in truth.items()})
                for stub in stubs:
                    doc = truth[stub["stub"]["id"]]["doc"]
                    self.assertEqual(stub["stub"], {key: doc[key] for key in stub["stub"]})
            _, filtered = self.box.api("POST", f"/{path}/filter?limit=1000", {"filter": {"$type": "UnionFilter", "filters": [{"$type": filters[0]}]}})
            self.assertTrue(filtered["rows"])
        self.assertLess(len(self.truth("patient")), PATIENTS)

    def test_rules_of_by_ids(self):
        _, ids = self.box.api("POST", "/device/match", {"$type": "AllDevicesFilter"})
        wanted = [ids[3], "no-such-id", ids[1]]
        _, rows = self.box.api("POST", "/device/byIds", {"ids": wanted})
        self.assertEqual([row["id"] for row in rows], [ids[3], ids[1]])
        self.assertEqual(self.box.api("POST", "/device/byIds", {"ids": []}), (200, []))
        self.assertEqual(self.box.api("POST", "/hcparty/byIds", {"ids": []})[0], 400)
        for body in ({"ids": [], "more": 1}, {}, {"ids": "x"}, [], {"ids": [1]}):
            for path in ("user", "hcparty", "patient", "device", "dataowner", "dataowner/stub"):
                self.assertEqual(self.box.api("POST", f"/{path}/byIds", body)[0], 400)
        self.assertEqual(self.box.api("POST", "/user/match", {"$type": "AllDevicesFilter"})[0], 400)

    def test_list_of_hcps_leaves_out_those_without_last_name(self):
        rows, _ = self.box.walk("/hcparty", 3)
        named = {i for i, t in self.truth("hcp").items() if t["doc"].get("lastName") is not None}
        self.assertEqual(sorted(r["id"] for r in rows), sorted(named))
        self.assertLess(len(named), HCPS)

    def test_invisible_patients_are_withheld(self):
        patient = next(iter(self.box.control("GET", "/truth/patient?docs=0")))
        self.box.control("POST", "/hide", {"id": patient})
        self.assertEqual(self.box.api("POST", "/patient/byIds", {"ids": [patient]}), (200, []))
        self.assertEqual(self.box.api("GET", "/patient/" + patient)[0], 403)
        self.assertNotIn(patient, self.truth("patient"))
        self.box.control("POST", "/share", {"id": patient})
        self.assertIn(patient, self.truth("patient"))

    def test_health_and_unknown_routes(self):
        self.assertEqual(self.box.send("platform", "GET", "/rest/v2/icure/ok")[2], b"true")
        self.assertEqual(self.box.send("platform", "GET", "/ping.json")[0], 200)
        self.assertEqual(self.box.send("platform", "GET", "/rest/v2/nothing")[0], 404)

    def test_long_answers_are_compressed_when_asked(self):
        self.box.login()
        headers = {"Authorization": "Bearer " + self.box.token, "Accept-Encoding": "gzip"}
        _, sent, text = self.box.send("platform", "GET", "/rest/v2/user?limit=20", None, headers)
        self.assertEqual((sent["Content-Encoding"], sent["Transfer-Encoding"]), ("gzip", "chunked"))
        self.assertEqual(len(json.loads(gzip.decompress(text))["rows"]), 20)


class Changing(Case):
    def test_life_of_a_document(self):
        for kind, path in (("user", "user"), ("hcp", "hcparty"), ("device", "device"), ("patient", "patient")):
            doc = {"id": "made-" + kind, "lastName": "Ñ", "delegations": {self.box.info["dataOwnerId"]: []}, "email": "made@mail.test"}
            made = self.box.control("POST", "/create", {"kind": kind, "doc": doc})
            self.assertTrue(made["rev"].startswith("1-"))
            changed = self.box.control("POST", "/change", {"kind": kind, "id": made["id"], "patch": {"lastName": None, "email": "b@mail.test"}})
            self.assertTrue(changed["rev"].startswith("2-"))
            self.box.control("POST", "/delete", {"kind": kind, "id": made["id"]})
            self.assertNotIn(made["id"], self.truth(kind))
            _, rows = self.box.api("POST", f"/{path}/byIds", {"ids": [made["id"]]})
            self.assertIn("deletionDate", rows[0])
            if kind != "user":
                self.assertEqual(self.box.api("POST", "/dataowner/stub/byIds", {"ids": [made["id"]]}), (200, []))
            self.box.control("POST", "/undelete", {"kind": kind, "id": made["id"]})
            self.assertIn(made["id"], self.truth(kind))
            self.box.control("POST", "/purge", {"kind": kind, "id": made["id"]})
            self.assertEqual(self.box.api("GET", f"/{path}/{made['id']}")[0], 404)
            self.assertEqual(self.box.api("POST", f"/{path}/byIds", {"ids": [made["id"]]}), (200, []))

    def test_storm_of_changes_is_in_the_pages(self):
        for seed in range(5):
            done = self.box.control("POST", "/mutate", {"seed": seed, "count": 60})
            self.assertEqual(len(done), 60)
            for limit in (3, 1000):
                rows, _ = self.box.walk("/user", limit, skipPatients="false")
                self.assert_matches_truth("user", rows)
            _, ids = self.box.api("POST", "/hcparty/match", {"$type": "AllHealthcarePartiesFilter"})
            self.assert_matches_truth("hcp", self.box.api("POST", "/hcparty/byIds", {"ids": ids})[1])
        self.assertEqual(self.box.api("GET", "/user/current")[1]["status"], "ACTIVE")

    def test_new_patients_by_time(self):
        now = int(time.time() * 1000) - 1000
        doc = {"firstName": "New", "modified": now + 500, "delegations": {self.box.info["dataOwnerId"]: []}}
        made = self.box.control("POST", "/create", {"kind": "patient", "doc": doc})
        body = {"$type": "PatientByDataOwnerModifiedAfterFilter", "dataOwnerId": self.box.info["dataOwnerId"], "startDate": now}
        self.assertIn(made["id"], self.box.api("POST", "/patient/match", body)[1])
        self.assertIn(made["id"], by_id(self.box.walk(f"/patient/modifiedAfter/{now}", 5)[0]))
        self.box.control("POST", "/delete", {"kind": "patient", "id": made["id"]})
        self.assertIn(made["id"], by_id(self.box.walk("/patient/deleted/byDate", 5, startDate=now)[0]))
