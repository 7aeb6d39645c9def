"""An encrypted note becoming readable: a step of the demo. The patient and the key are a published
test vector, written by the platform's own SDK."""
import json
import pathlib
import tempfile

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "data" / "decrypt_vectors.json"
VECTOR = "N1-self-explicit"


def plant(sandbox):
    """Puts a patient with an encrypted note on the platform. Returns its vector."""
    vector = next(v for v in json.loads(VECTORS.read_text())["vectors"] if v["id"] == VECTOR)
    for doc in vector["dataOwners"].values():
        sandbox.ask("POST", "/create", {"kind": "hcp", "doc": doc})
    for doc in vector["exchangeData"]:
        sandbox.ask("POST", "/create", {"kind": "exchangedata", "doc": doc})
    patient = {k: v for k, v in vector["stored"].items() if k != "rev"}
    sandbox.ask("POST", "/create", {"kind": "patient", "doc": patient})
    sandbox.ask("POST", "/share", {"id": patient["id"]})
    return vector


def show(daemon, vector, run, say):
    """Reads the note without its key, with it, and after it was removed. Returns whether it went
    as it should."""
    patient, pair = vector["stored"]["id"], vector["keyPairs"][0]
    note = vector["expected"]["decrypted"]["note"]

    def read():
        shown = daemon.call("owner.get", id=patient)
        say(f"   its note: {shown['dataOwner'].get('note') or shown['unreadable'][0]}")
        return shown["dataOwner"].get("note")

    closed = read() is None
    with tempfile.NamedTemporaryFile("w", suffix=".pkcs8") as file:
        file.write(pair["privateKeyPkcs8Hex"])
        file.flush()
        run(daemon, "key", "import", file.name, "--owner", pair["dataOwnerId"])
    opened = _until_read(daemon) and read() == note
    run(daemon, "key", "list")
    run(daemon, "key", "remove", pair["fingerprintV1"])
    return closed and opened and read() is None


def _until_read(daemon):
    from clinic import until
    until(lambda: any(row["opens"] for row in daemon.call("key.list")["rows"]), "the note is read",
          daemon)
    return True
