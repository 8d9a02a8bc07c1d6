"""The contract id that is found out when the networks are there."""

from __future__ import annotations

import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import stamp_contract

TEMPLATE = '[1,["scrfd","${detect_net}",[640,640]],["${extract_net}",512],"concat"]'


class Stamp(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.repository = Path(place.name)
        for model in ("detection", "extraction", "detect_net", "extract_net"):
            (self.repository / model / "1").mkdir(parents=True)
            (self.repository / model / "config.pbtxt").write_text(f'name: "{model}"\n')
        (self.repository / stamp_contract.TEMPLATE).write_text(TEMPLATE)

    def config(self, model: str) -> str:
        return (self.repository / model / "config.pbtxt").read_text()

    def expected(self, *hashes: str) -> str:
        text = TEMPLATE.replace("${detect_net}", hashes[0]).replace("${extract_net}", hashes[1])
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def test_hashes_files_and_reads_records_of_plans(self) -> None:
        (self.repository / "detect_net/1/model.plan.json").write_text(json.dumps({"onnx_sha256": "a" * 64}))
        (self.repository / "extract_net/1/model.pt").write_bytes(b"weights")
        line = stamp_contract.stamp(self.repository)
        expected = self.expected("a" * 64, hashlib.sha256(b"weights").hexdigest())
        self.assertEqual(line, f"contract id: {expected}")
        for model in ("detection", "extraction"):
            self.assertIn(
                f'key: "face_contract_id" value {{ string_value: "{expected}" }}', self.config(model)
            )
        self.assertNotIn("face_contract_id", self.config("detect_net"))

    def test_replaces_the_id_of_other_networks(self) -> None:
        for content in (b"one", b"another"):
            for network in ("detect_net", "extract_net"):
                (self.repository / network / "1/model.onnx").write_bytes(content)
            stamp_contract.stamp(self.repository)
        found = hashlib.sha256(b"another").hexdigest()
        self.assertEqual(self.config("extraction").count("face_contract_id"), 1)
        self.assertIn(self.expected(found, found), self.config("extraction"))

    def test_leaves_the_config_alone_when_a_network_is_unknown(self) -> None:
        (self.repository / "detect_net/1/model.plan.json").write_text(json.dumps({"onnx_sha256": ""}))
        line = stamp_contract.stamp(self.repository)
        self.assertEqual(line, "contract id: not written, for the ONNX file behind detect_net is not known")
        self.assertEqual(self.config("extraction"), 'name: "extraction"\n')

    def test_does_nothing_without_a_template(self) -> None:
        (self.repository / stamp_contract.TEMPLATE).unlink()
        self.assertIn("stated by the profile", stamp_contract.stamp(self.repository))


if __name__ == "__main__":
    unittest.main()
