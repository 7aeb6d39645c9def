#!/usr/bin/env python3
"""Seeds that the test vectors have already: seeds.py VECTORS DIRECTORY."""
import json
import pathlib
import sys


def main() -> None:
    vectors = json.loads(pathlib.Path(sys.argv[1]).read_text())["vectors"]
    into = pathlib.Path(sys.argv[2])

    def put(target: str, name: str, text: str) -> None:
        folder = into / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    for vector in vectors:
        name = vector["id"]
        if name == "N12-mixed":  # the one whose keys the target holds
            for kind in ("dataOwners", "exchangeData", "exchangeDataMaps"):
                documents = vector[kind]
                rows = documents.values() if isinstance(documents, dict) else documents
                for number, document in enumerate(rows):
                    put("envelopes", f"{kind}-{number}", json.dumps(document))
        if name in ("N12-mixed", "N6-nested", "N13-recovery-data"):
            put("envelopes", name, json.dumps(vector["stored"]))
    put("keys", "pkcs8-hex", vectors[0]["keyPairs"][0]["privateKeyPkcs8Hex"])
    (into / "made").touch()


if __name__ == "__main__":
    main()
