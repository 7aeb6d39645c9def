"""An encrypted note becoming readable: a step of the demo. The patient and the key are a published
test vector, written by the platform's own SDK."""
import tempfile

import vectors
from clinic import until

VECTOR = vectors.VECTORS["N1-self-explicit"]


def plant(sandbox):
    """Puts a patient with an encrypted note on the platform."""
    vectors.plant(sandbox, VECTOR)


def show(daemon, run, say):
    """Reads the note without its key, with it, and after it was removed. Returns whether it went
    as it should."""
    patient, pair = VECTOR["stored"]["id"], vectors.key_of(VECTOR)

    def read():
        shown = daemon.call("owner.get", id=patient)
        say(f"   its note: {shown['dataOwner'].get('note') or shown['unreadable'][0]}")
        return shown["dataOwner"].get("note")

    closed = read() is None
    with tempfile.NamedTemporaryFile("w", suffix=".pkcs8") as file:
        file.write(pair["privateKeyPkcs8Hex"])
        file.flush()
        run(daemon, "key", "import", file.name, "--owner", pair["dataOwnerId"])
    opened = _until_read(daemon) and read() == vectors.note_of(VECTOR)
    run(daemon, "key", "list")
    run(daemon, "key", "remove", pair["fingerprintV1"])
    return closed and opened and read() is None


def _until_read(daemon):
    until(lambda: any(row["opens"] for row in daemon.call("key.list")["rows"]), "the note is read",
          daemon)
    return True
