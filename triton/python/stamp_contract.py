"""Writes the contract id into a model repository whose networks were not known when it was generated.

    python3 stamp_contract.py MODEL_REPOSITORY

The id is a hash of all that changes a vector: settings, which the generator knows, and the networks' files as
they were published, which the owner brings. `contract-id.template` in the repository is the text that is
hashed, with the name of a model in place of each hash that was open. Needs nothing but Python's own library.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

TEMPLATE = "contract-id.template"
RECORD = "model.plan.json"
#: Files of a network that runs in Python.
WEIGHTS = (".onnx", ".pt", ".pth", ".bin", ".safetensors")
MODELS = ("detection", "extraction")
PARAMETER = "face_contract_id"


def stamp(repository: Path) -> str:
    """:returns: a line about what was done"""
    template = repository / TEMPLATE
    if not template.exists():
        return "contract id: stated by the profile, or unknown on purpose"
    text = template.read_text(encoding="utf-8")
    for network in sorted(set(re.findall(r"\$\{(\w+)\}", text))):
        found = published_hash(repository / network / "1")
        if found is None:
            return f"contract id: not written, for the ONNX file behind {network} is not known"
        text = text.replace("${" + network + "}", found)
    contract_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    for model in MODELS:
        write_parameter(repository / model / "config.pbtxt", contract_id)
    return f"contract id: {contract_id}"


def published_hash(folder: Path) -> str | None:
    """SHA-256 of the file that a network was published as; from the record of its plan where there is one."""
    record = folder / RECORD
    if record.exists():
        stated = json.loads(record.read_text(encoding="utf-8")).get("onnx_sha256")
        if isinstance(stated, str) and re.fullmatch(r"[0-9a-f]{64}", stated):
            return stated
    files = [path for path in sorted(folder.glob("*")) if path.suffix in WEIGHTS]
    # With several it would be a guess which one counts.
    return sha256(files[0]) if len(files) == 1 else None


def sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()


def write_parameter(config: Path, contract_id: str) -> None:
    lines = [line for line in config.read_text(encoding="utf-8").splitlines() if f'"{PARAMETER}"' not in line]
    lines.append(f'parameters {{ key: "{PARAMETER}" value {{ string_value: "{contract_id}" }} }}')
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(stamp(Path(sys.argv[1])))
