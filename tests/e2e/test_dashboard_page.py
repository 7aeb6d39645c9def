"""The dashboard's page in a headless Chromium: what a person sees and does. Run by ./dev check;
pictures to look at go to ICURE_PICTURES."""
import os
import pathlib
import unittest
import urllib.parse

from browser import Browser
from clinic import NOBODY, until
from dashboard import Dashboard, become_nobody
from outbox_clinic import OutboxClinic

PICTURES = pathlib.Path(os.environ.get("ICURE_PICTURES", "."))
CHECKS = (pathlib.Path(__file__).parent / "page_checks.js").read_text()
LABELLED = {"button", "combobox", "textbox", "link", "table", "region", "image", "dialog"}


class DashboardPageTest(OutboxClinic):
    sections = f'[[access]]\nuser = {NOBODY}\nrole = "reader"\n'

    def setUp(self):
        super().setUp()
        self.dashboard = Dashboard(self.daemon)
        self.addCleanup(self.dashboard.close)
        self.browser = Browser()
        self.addCleanup(self.browser.close)
        self.browser.look(1280, 900, "light")
        self.browser.requested()  # what it does by itself when it starts

    def before_start(self):
        names = ("Vandenbroucke", "Okonkwo", "Müller", "<b>Nguyen</b> Thi Minh Khai")
        self.people = [self.person("patient", f"{n}@clinic.test", known=False, lastName=name)
                       for n, name in enumerate(names)]

    # --- helpers

    def open(self):
        self.browser.go(self.dashboard.link)
        self.sees("#state", "online")
        self.sees("#mirror", "Users")
        self.sees("#requests", "daemon.status")

    def sees(self, css, words):
        until(lambda: words in self.browser.text(css),
              f"{words} in {css}; there is: {self.browser.text(css)}", self.daemon)

    def sees_not(self, css, words):
        until(lambda: words not in self.browser.text(css), f"no {words} in {css}", self.daemon)

    def focused(self, property):
        return self.browser.run(f"return document.activeElement.{property} || ''")

    def tab_to(self, fits):
        for _ in range(100):
            self.browser.press("Tab")
            if fits():
                return
        raise AssertionError("the Tab key does not lead there")

    def change(self, name):
        anna = self.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        return self.write("user.modify", id=anna["id"], patch={"name": name})["item"]["id"]

    def assert_quiet(self):
        """Nothing was asked for elsewhere, and the browser complains of nothing."""
        asked = [url for url in self.browser.requested() if not url.startswith("data:")]
        self.assertTrue(asked)
        for url in asked:
            self.assertEqual(urllib.parse.urlsplit(url).netloc, self.dashboard.address.netloc, url)
        self.assertEqual(self.browser.logged("browser"), [])

    # --- what there is to see

    def fill_everything(self):
        """Rows in many states, and runs of every sort."""
        self.until_invitation(self.invite_person(self.people[0])["id"], "sent")
        self.fault("POST /rest/v2/user$", kind="status", status=403, body="{}")
        for person in self.people[1:3]:
            self.until_invitation(self.invite_person(person)["id"], "blocked")
        for number in range(24):
            self.daemon.sync(full=number % 8 == 0)
        self.offline()
        for _ in range(3):
            self.daemon.sync()
        self.until_noticed()
        self.call("outbox.hold", id=self.invite_person(self.people[3])["id"])
        self.change("Anna Vermeulen-Ó'Neil")

    def test_looks_right_wide_and_narrow_in_light_and_dark(self):
        self.open()
        self.fill_everything()
        self.sees("#state", "offline")
        self.sees("#warnings", "person's decision")
        self.sees("#outbox", "Anna Vermeulen-Ó'Neil")
        self.sees("#invitations", "<b>Nguyen</b> Thi Minh Khai, Inès")
        self.sees("#syncs-note", "failed or cut off")
        self.assertEqual(self.browser.run(
            "return document.querySelectorAll('#runs .full, #runs .quick').length > 20"), True)
        for width in (1280, 820, 360):
            for scheme in ("light", "dark"):
                self.browser.look(width, 900, scheme)
                self.browser.picture(PICTURES / f"dashboard-{width}-{scheme}.png")
                self.assertEqual(self.browser.run(CHECKS), [], (width, scheme))
                dark = sum(map(int, self.browser.run(
                    "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g)"))) < 384
                self.assertEqual(dark, scheme == "dark")
                self.assert_labelled()
        self.assert_quiet()

    def assert_labelled(self):
        """As assistive technology is told of it."""
        nodes = [node for node in self.browser.devtools("Accessibility.getFullAXTree")["nodes"]
                 if not node["ignored"]]
        roles = [node["role"]["value"] for node in nodes]
        for role, least in (("banner", 1), ("main", 1), ("contentinfo", 1), ("table", 4), ("rowheader", 8),
                            ("columnheader", 20), ("cell", 40), ("region", 5), ("heading", 7),
                            ("status", 1), ("image", 1)):
            self.assertGreaterEqual(roles.count(role), least, role)
        for node in nodes:
            if node["role"]["value"] in LABELLED:
                self.assertTrue(node["name"]["value"].strip(), node)

    def test_leaves_no_secret_in_the_address_and_needs_its_session(self):
        self.open()
        address = self.browser.run("return location.href")
        self.assertEqual(address, self.dashboard.origin + "/")
        self.browser.go(address)  # as a reload does
        self.sees("#mirror", "Users")
        self.assertEqual(self.browser.run("return document.cookie"), "")
        self.assert_quiet()
        self.browser.ask("/cookie", method="DELETE")
        self.browser.go(address)
        self.sees("body", "no session")
        self.browser.go(self.dashboard.link)
        self.sees("body", "works once")

    # --- what there is to do

    def test_acts_by_the_keyboard_alone(self):
        self.open()
        self.fault("PUT /rest/v2/user", kind="status", status=403, body="{}")
        item = self.change("Anna X")
        self.until_blocked(item, "")
        self.sees("#outbox", "blocked")
        self.browser.press("Tab")
        self.assertEqual(self.focused("textContent"), "Skip to the content")
        self.tab_to(lambda: self.focused("dataset.act") == "outbox.hold")
        self.assertIn("Hold user.modify of Anna X", self.focused("ariaLabel"))
        self.browser.press("Enter")
        self.sees("#outbox", "held")
        self.sees("#said", "put aside")
        until(lambda: self.focused("dataset.act") == "outbox.release", "the focus stays in the row")
        self.tab_to(lambda: self.focused("dataset.act") == "outbox.discard")
        self.browser.press("Enter")
        self.sees("#ask", "Discard this change for good?")
        self.assertEqual(self.focused("name"), "reason")
        self.browser.picture(PICTURES / "dashboard-ask.png")
        self.browser.press("Escape")
        self.sees_not("#ask", "Discard")
        self.assertEqual(self.focused("dataset.act"), "outbox.discard")
        self.browser.press("Enter")
        self.sees("#ask", "Discard")
        self.browser.press("Space", "Enter")  # no reason is none
        self.assertIn("Discard", self.browser.text("#ask"))
        self.assertEqual(self.item(item)["state"], "held")
        self.browser.press(*"entered twice", "Enter")
        self.sees("#outbox-section", "Nothing waits")
        self.assertEqual(self.focused("id"), "outbox-title")
        done = self.until_item(item, "cancelled")
        self.assertEqual(done["steps"][-1]["note"], "entered twice")
        self.assert_quiet()

    def test_cancels_and_resends_invitations(self):
        invited = self.invite_person(self.people[0])["id"]
        self.until_invitation(invited, "sent")
        self.open()
        self.sees("#invitations", "Vandenbroucke")
        self.click('#invitations [data-act="invite.resend"]')
        self.sees("#ask", "new code")
        self.assertEqual(self.focused("id"), "ask-back")
        self.click("#ask-go")
        until(lambda: len(self.messages("0@clinic.test")) == 2, "a second message", self.daemon)
        self.sees("#said", "is sent again")
        self.until_invitation(invited, "sent")
        self.sees("#invitations", "sent")
        self.click('#invitations [data-act="invite.cancel"]')
        self.sees("#ask", "for good")
        self.click("#ask-go")
        self.until_invitation(invited, "cancelled")
        self.sees("#invitations-section", "No invitation is under way")
        self.browser.run("const filter = document.getElementById('invitations-filter');"
                         "filter.value = 'cancelled'; filter.dispatchEvent(new Event('change'))")
        self.sees("#invitations", "Vandenbroucke")
        self.assert_quiet()

    def click(self, css):
        self.browser.run("document.querySelector(arguments[0]).click()", css)

    def test_says_why_an_action_did_nothing(self):
        self.open()
        self.offline()
        self.until_noticed()
        item = self.change("Anna X")
        self.sees("#outbox", "queued")
        # Held between what the page shows and the click: as two people at once.
        self.browser.run("window.realFetch = window.fetch; window.held = [];"
                         "window.fetch = (...all) => new Promise((go) => held.push(() => realFetch(...all).then(go)))")
        self.call("outbox.hold", id=item)
        self.click('#outbox [data-act="outbox.hold"]')
        self.browser.run("window.fetch = realFetch; held.forEach((go) => go())")
        self.sees("#said", "cannot be held")
        self.sees("#said", "release lets it go on")
        self.click("#said-close")
        self.sees_not("#said", "cannot be held")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_a_reader_sees_what_a_reader_may(self):
        self.daemon.home.chmod(0o755)
        self.daemon.socket.chmod(0o666)
        self.dashboard.close()
        self.dashboard = Dashboard(self.daemon, before=become_nobody)
        self.addCleanup(self.dashboard.close)
        self.until_invitation(self.invite_person(self.people[0])["id"], "sent")
        self.open()
        self.sees("#role", "reader")
        self.sees("#outbox-section", "Your role may not see this")
        self.sees("#syncs-note", "Your role may not see this")
        self.sees("#invitations", "sent")
        self.assertEqual(self.browser.run("return document.querySelectorAll('[data-act]').length"), 0)
        self.assertEqual(self.browser.text("#alarm"), "")
        self.browser.picture(PICTURES / "dashboard-reader.png")
        self.assert_quiet()

    # --- as it changes

    def test_shows_what_changes_without_a_pause(self):
        self.offline("gateway")
        invited = self.invite_person(self.people[0])["id"]  # tried again five times a second
        self.until_item(invited, "retrying")
        self.open()
        self.sees("#invitations", "Vandenbroucke")
        self.click('#outbox [data-act="outbox.hold"]')
        self.sees("#outbox", "held")

    def test_is_live_and_says_when_the_daemon_or_icurectl_is_gone(self):
        self.open()
        self.change("Anna Lives")
        self.browser.run("const filter = document.getElementById('outbox-filter');"
                         "filter.value = 'done'; filter.dispatchEvent(new Event('change'))")
        self.sees("#outbox", "Anna Lives")
        self.client.close()
        self.daemon.stop()
        self.sees("#alarm", "The daemon does not answer")
        self.assertIn("unknown", self.browser.text("#state"))
        self.browser.picture(PICTURES / "dashboard-alarm.png")
        self.assertIn("Anna Lives", self.browser.text("#outbox"), "what was known stays")
        self.daemon.start()
        self.client = self.daemon.client()
        until(lambda: not self.browser.text("#alarm"), "it is back")
        self.change("Anna Again")
        self.sees("#outbox", "Anna Again")
        self.assert_quiet()
        self.assertEqual(self.dashboard.close(), 0)
        self.sees("#alarm", "not connected any more")
        self.browser.requested()
        before = self.browser.run("return performance.getEntriesByType('resource').length")
        self.assertEqual(self.browser.run("document.getElementById('outbox-filter').dispatchEvent(new Event("
                                          "'change')); return performance.getEntriesByType('resource').length"), before)


if __name__ == "__main__":
    unittest.main()
