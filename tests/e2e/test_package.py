"""The Debian packages on a machine of their own: this one's files, seen through a layer that is
thrown away. `./dev check` makes them first; ICURE_DEBS says where they are. What systemd would be
asked is written down by stand-ins, everything else is real."""
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile
import unittest

from clinic import PATIENCE_S, Sandbox, until

DEBS = pathlib.Path(os.environ.get("ICURE_DEBS", "nowhere"))
STORE_KEY = secrets.token_hex(32)

LAYER = """
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t tmpfs -o mode=755 tmpfs "$1/root/run"
for place in dev proc; do mount --rbind "/$place" "$1/root/$place"; done
echo ready
read -r end
"""

STAND_IN = """#!/bin/sh
echo "${0##*/} $*" >> /run/asked
[ "$2" != is-active ] || exec test -e /run/active
"""


class Machine:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="icure-package-"))
        self.layer = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", LAYER, "-", self.folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.works = self.layer.stdout.readline() == "ready\n"
        if self.works:
            self.write("/run/asked", "")
            self.run("mkdir", "-p", "/run/systemd/system")
            for name in ("systemctl", "deb-systemd-invoke"):
                self.write(f"/usr/local/sbin/{name}", STAND_IN, "0755")

    def close(self):
        _, words = self.layer.communicate("\n")
        self.folder.rmdir()
        return words

    def command(self, *words):
        inside = ["nsenter", f"--mount=/proc/{self.layer.pid}/ns/mnt", "chroot", self.folder / "root"]
        return [str(word) for word in [*inside, *words]]

    def run(self, *words, code=0, given=None):
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, input=given, timeout=PATIENCE_S,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"})
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def write(self, path, text, mode="0644"):
        self.run("install", "-m", mode, "/dev/stdin", path, given=text)

    def asked(self):
        """What systemd was asked since the last time."""
        lines = self.run("cat", "/run/asked").splitlines()
        self.write("/run/asked", "")
        return [line for line in lines if "daemon-reload" not in line and "is-active" not in line]

    def owner(self, path):
        return self.run("stat", "-c", "%A %U:%G", path).strip()


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not list(DEBS.glob("icure-syncd_*.deb")):
            raise unittest.SkipTest("no packages were made: ./dev package")
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, to install packages on a layer")

    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.close)
        if not self.machine.works:
            self.skipTest("this machine allows no layer (overlay)")
        self.install(*sorted(DEBS.glob("*.deb")))

    def install(self, *debs):
        for deb in debs:
            with open(deb, "rb") as content:
                subprocess.run(self.machine.command("dd", "of=/run/" + deb.name, "status=none"),
                               stdin=content, check=True)
        return self.machine.run("dpkg", "-i", *["/run/" + deb.name for deb in debs])

    def newer(self):
        """The same package as a later version."""
        deb, = DEBS.glob("icure-syncd_*.deb")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="icure-newer-"))
        self.addCleanup(shutil.rmtree, folder)
        subprocess.run(["dpkg-deb", "-R", deb, folder / "tree"], check=True)
        control = folder / "tree/DEBIAN/control"
        lines = control.read_text().splitlines()
        control.write_text("".join(
            line + ("+later" if line.startswith("Version:") else "") + "\n" for line in lines))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", folder / "tree",
                        folder / "newer.deb"], check=True, stdout=subprocess.DEVNULL)
        return folder / "newer.deb"

    def serve(self, url):
        """By hand: a configuration, and secrets as systemd hands them over."""
        machine = self.machine
        config = machine.run("cat", "/usr/share/icure-syncd/config.toml")
        config = config.replace("https://api.icure.cloud", url)
        config = config.replace('login = ""', 'login = "daemon@clinic.test"')
        machine.write("/etc/icure-syncd/config.toml", config)
        return self.start({"store-key": STORE_KEY, "platform-password": "sandbox-password"})

    def start(self, handed_over):
        """What the unit does: the daemon as its user, with its credentials."""
        machine = self.machine
        machine.run("install", "-d", "-o", "icure-syncd", "-m", "0500", "/run/credentials")
        for name, secret in handed_over.items():
            machine.run("install", "-o", "icure-syncd", "-m", "0400", "/dev/stdin",
                        f"/run/credentials/{name}", given=secret)
        daemon = subprocess.Popen(machine.command(
            "setpriv", "--reuid=icure-syncd", "--regid=icure-syncd", "--init-groups",
            "env", "CREDENTIALS_DIRECTORY=/run/credentials", "/usr/bin/icure-syncd"),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.terminate)
        until(lambda: self.users() is not None or daemon.poll() is not None, "it answers")
        self.assertIsNone(daemon.poll(), daemon.poll() is not None and daemon.stderr.read())
        return daemon

    def users(self):
        """How many are mirrored; None: nobody answers."""
        done = subprocess.run(self.machine.command("icurectl", "--json", "status"),
                              capture_output=True, text=True)
        return json.loads(done.stdout)["mirror"]["user"]["count"] if done.stdout else None

    def test_a_new_machine_has_all_but_what_only_its_owner_knows(self):
        machine = self.machine
        self.assertEqual(machine.asked(), [], "nothing is started before it is configured")
        for path, owner in (("/var/lib/icure-syncd", "drwx------ icure-syncd:icure-syncd"),
                            ("/run/icure-syncd", "drwxr-xr-x icure-syncd:icure-syncd"),
                            ("/etc/icure-syncd", "drwxr-xr-x root:root"),
                            ("/etc/icure-syncd/credentials", "drwx------ root:root"),
                            ("/etc/icure-syncd/config.toml", "-rw-r--r-- root:root")):
            self.assertEqual(machine.owner(path), owner)
        said = machine.run("icure-syncd", "--check-config", code=78)
        self.assertEqual(said, "/etc/icure-syncd/config.toml: platform.login: is required\n")
        machine.run("bash", "-c", ". /usr/share/bash-completion/completions/icurectl; "
                    "complete -p icurectl")
        self.assertIn("icure-client", machine.run("ldconfig", "-p"))
        self.assertEqual("", machine.run("systemd-analyze", "verify", "icure-syncd.service",
                                         "icure-syncd.socket"))
        self.assertIn("icure\\-syncd", machine.run("zcat", "/usr/share/man/man8/icure-syncd.8.gz"))

    def test_the_packages_have_no_fault(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian is not installed")
        # Whoever publishes them gives an address: cmake -DPACKAGE_CONTACT=...
        tags = "bogus-mail-host,bogus-mail-host-in-debian-changelog"
        done = subprocess.run(["lintian", "--allow-root", "--suppress-tags", tags, *DEBS.glob("*.deb")],
                              capture_output=True, text=True)
        self.assertEqual(done.stdout + done.stderr, "")

    def test_data_outlives_upgrade_removal_purge_and_reinstallation(self):
        machine = self.machine
        sandbox = Sandbox("--users", 30, "--hcps", 5, "--patients", 5, "--devices", 1)
        self.addCleanup(sandbox.stop)
        daemon = self.serve(sandbox.url)
        until(lambda: self.users() == len(sandbox.revs("user")), "the users are mirrored")
        machine.write("/etc/icure-syncd/credentials/store-key", STORE_KEY, "0600")
        count = self.users()

        machine.write("/run/active", "")
        before = machine.run("cat", "/etc/icure-syncd/config.toml")
        newer = self.newer()
        self.install(newer)
        self.assertEqual(machine.asked(), ["deb-systemd-invoke restart icure-syncd.service"])
        self.assertEqual(machine.run("cat", "/etc/icure-syncd/config.toml"), before)
        machine.run("rm", "/run/active")
        daemon.terminate()
        daemon.wait(PATIENCE_S)
        self.install(newer)
        self.assertEqual(machine.asked(), [], "an upgrade starts nothing that did not run")

        machine.run("dpkg", "-r", "icure-syncd")
        self.assertEqual(machine.asked(),
                         ["deb-systemd-invoke stop icure-syncd.socket icure-syncd.service"])
        self.assertEqual(machine.run("cat", "/etc/icure-syncd/config.toml"), before)

        said = machine.run("dpkg", "-P", "icure-syncd")
        self.assertIn("rm -r /var/lib/icure-syncd", said)
        machine.run("test", "-e", "/etc/icure-syncd/config.toml", code=1)
        self.assertEqual(machine.run("cat", "/etc/icure-syncd/credentials/store-key"), STORE_KEY)
        self.assertEqual(machine.owner("/var/lib/icure-syncd/ledger.db"),
                         "-rw------- icure-syncd:icure-syncd")

        sandbox.stop()  # what is answered now was kept
        self.install(*DEBS.glob("icure-syncd_*.deb"))
        self.serve(sandbox.url)
        self.assertEqual(self.users(), count)

    def handed_over(self):
        """The secrets as systemd would read them for the service, sealed or plain."""
        folder = "/etc/icure-syncd/credentials/"
        if "store-key.cred" in self.machine.run("ls", folder):
            return {name: self.machine.run("systemd-creds", "decrypt", f"--name={name}",
                                           f"{folder}{name}.cred", "-")
                    for name in ("store-key", "platform-password")}
        drop_in = self.machine.run(
            "cat", "/etc/systemd/system/icure-syncd.service.d/plain-credentials.conf")
        return {name: self.machine.run("cat", place) for name, place in re.findall(
            r"^LoadCredential=([a-z-]+):(.+)$", drop_in, re.M)}

    def set_up(self, sandbox, *flags):
        return json.loads(self.machine.run(
            "icurectl", "--json", "setup", "--url", sandbox.url, "--login",
            sandbox.facts["login"], *flags, given=sandbox.facts["password"] + "\n"))

    def test_setup_is_all_that_is_between_installing_and_starting(self):
        machine = self.machine
        sandbox = Sandbox("--users", 30, "--hcps", 5, "--patients", 5, "--devices", 1)
        self.addCleanup(sandbox.stop)
        made = self.set_up(sandbox)
        self.assertIn("recovery_key", made)
        self.assertEqual(machine.owner("/var/lib/icure-syncd/keys"),
                         "-rw------- icure-syncd:icure-syncd")
        self.assertEqual({machine.owner("/etc/icure-syncd/credentials/" + name) for name in
                          machine.run("ls", "/etc/icure-syncd/credentials").split()},
                         {"-rw------- root:root"})
        handed_over = self.handed_over()
        self.assertEqual(set(handed_over), {"store-key", "platform-password"})
        daemon = self.start(handed_over)
        until(lambda: self.users() == len(sandbox.revs("user")), "the users are mirrored")
        self.assertIn("open", machine.run("icurectl", "store", "recovery-key", code=6))
        self.assertIn("http://127.0.0.1:", machine.run("icurectl", "--json", "dashboard", "--idle", "1s"))
        daemon.terminate()
        daemon.wait(PATIENCE_S)
        self.assertNotIn("recovery_key", self.set_up(sandbox), "it stays as it is")
        self.assertRegex(machine.run("icurectl", "store", "recovery-key"), "([0-9A-Z]{4}-){8}")
        self.start(self.handed_over())

    def test_setup_without_systemd_creds_keeps_plain_files(self):
        self.machine.write("/usr/local/sbin/systemd-creds", "#!/bin/sh\nexit 1\n", "0755")
        sandbox = Sandbox("--users", 5)
        self.addCleanup(sandbox.stop)
        self.assertIn("root alone", self.set_up(sandbox)["secrets"])
        self.machine.run("test", "-e", "/etc/icure-syncd/credentials/store-key.cred", code=1)
        self.start(self.handed_over())

    def test_a_purge_without_data_leaves_nothing(self):
        self.machine.run("dpkg", "-P", "icure-syncd")
        for path in ("/etc/icure-syncd", "/var/lib/icure-syncd", "/usr/share/icure-syncd"):
            self.machine.run("test", "-e", path, code=1)


if __name__ == "__main__":
    unittest.main()
