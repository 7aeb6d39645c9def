"""Records that the platform's own SDK encrypted, published with their keys, and their way onto the
stand-in platform."""
import json
import pathlib

VECTORS = {vector["id"]: vector for vector in json.loads(
    (pathlib.Path(__file__).resolve().parents[1] / "data/decrypt_vectors.json").read_text())["vectors"]}


def plant(sandbox, vector):
    """The vector's data owners, exchange data and patient, on the platform. Returns its id."""
    for doc in vector["dataOwners"].values():
        sandbox.ask("POST", "/create", {"kind": "hcp", "doc": doc})
    for doc in vector["exchangeData"]:
        sandbox.ask("POST", "/create", {"kind": "exchangedata", "doc": doc})
    patient = {k: v for k, v in vector["stored"].items() if k != "rev"}
    sandbox.ask("POST", "/create", {"kind": "patient", "doc": patient})
    sandbox.ask("POST", "/share", {"id": patient["id"]})
    return patient["id"]


def key_of(vector):
    return vector["keyPairs"][0]


def note_of(vector):
    return vector["expected"]["decrypted"]["note"]
