# SPDX-License-Identifier: Apache-2.0
"""The aligner as ONNX."""

from __future__ import annotations

import importlib.util
import tempfile
import unittest
import warnings
from pathlib import Path
from types import SimpleNamespace

import torch
from torch.nn import functional

from ..export_aligner import KeypointNetwork, export_aligner, find_aligner
from .small_aligner import small_aligner


class Export(unittest.TestCase):
    def test_answers_as_the_aligner_does(self) -> None:
        aligner = find_aligner(small_aligner())
        planes = torch.rand(3, 3, 112, 112) * 2 - 1
        with torch.no_grad():
            # What CVLface does around its network.
            resized = functional.interpolate(planes, size=(160, 160), mode="bilinear", align_corners=True)
            merged = aligner.net(resized.flip(1), aligner.prior_box)[3]
            expected = merged[:, 6:].view(-1, 5, 2)
            self.assertTrue(torch.equal(KeypointNetwork(aligner)(planes), expected))

    def test_writes_a_network_with_a_free_batch(self) -> None:
        if torch.__version__[0] != "1" and importlib.util.find_spec("onnx") is None:
            self.skipTest("the aligner is not exported: PyTorch 2 needs onnx for that")
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder) / "model.onnx"
            export_aligner(small_aligner(), path)
            self.assertGreater(path.stat().st_size, 10_000)
            if importlib.util.find_spec("onnxruntime") is None:
                self.skipTest("the exported aligner is not run: there is no onnxruntime")
            import onnxruntime

            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
            self.assertEqual([each.name for each in session.get_inputs()], ["planes"])
            self.assertEqual([each.name for each in session.get_outputs()], ["keypoints"])
            for faces in (1, 3):
                planes = torch.rand(faces, 3, 112, 112) * 2 - 1
                (result,) = session.run(None, {"planes": planes.numpy()})
                with torch.no_grad():
                    expected = KeypointNetwork(find_aligner(small_aligner()))(planes)
                torch.testing.assert_close(torch.from_numpy(result), expected, rtol=1e-4, atol=1e-5)

    def test_refuses_what_it_cannot_export(self) -> None:
        with self.assertRaisesRegex(ValueError, "pads its input"):
            find_aligner(small_aligner(padding=0.2))
        with self.assertRaisesRegex(ValueError, "not CVLface's differentiable face aligner"):
            find_aligner(SimpleNamespace(model=SimpleNamespace(net=1)))


if __name__ == "__main__":
    unittest.main()
