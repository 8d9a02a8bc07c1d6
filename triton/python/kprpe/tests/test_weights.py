# SPDX-License-Identifier: Apache-2.0
"""Weights under the original names, and files that are not what they should be."""

from __future__ import annotations

import json
import struct
import tempfile
import unittest
from functools import partial
from pathlib import Path

import torch
from rpe_ops.index import rpe_index

from ..backbone import KeypointTransformer
from ..structure import Structure
from ..weights import WeightsError, load_weights, read_state_dict
from .original_naming import CVLFaceRecognitionModel, ViTKPRPEModel, randomise

SMALL = Structure(img_size=32, embed_dim=32, depth=3, num_heads=4, mlp_ratio=2, output_dim=24)
TYPE_NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def backbone() -> KeypointTransformer:
    return KeypointTransformer(SMALL, partial(rpe_index, implementation="gather")).eval()


def write_safetensors(tensors: dict[str, torch.Tensor], path: Path) -> None:
    """As the format's description has it."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    numbers = b""
    for name, value in tensors.items():
        content = value.contiguous().view(-1).view(torch.uint8) if value.numel() else torch.empty(0)
        begin, numbers = len(numbers), numbers + content.numpy().tobytes()
        offsets = [begin, len(numbers)]
        header[name] = {"dtype": TYPE_NAMES[value.dtype], "shape": list(value.shape), "data_offsets": offsets}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + numbers)


class Names(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_every_original_name_loads_from_every_wrapping(self) -> None:
        published = randomise(CVLFaceRecognitionModel())
        inner = published.model
        for file, state, saved_by in (
            ("model.pt", inner.state_dict(), torch.save),
            ("network.pt", inner.net.state_dict(), torch.save),
            ("checkpoint.pt", {"state_dict": inner.state_dict(), "epoch": 3}, torch.save),
            (
                "parallel.pt",
                {f"module.{name}": value for name, value in inner.net.state_dict().items()},
                torch.save,
            ),
            ("model.safetensors", published.state_dict(), write_safetensors),
        ):
            with self.subTest(file):
                path = self.folder / file
                saved_by(state, path)
                mine = backbone()
                load_weights(mine, read_state_dict(path), file)
                expected = inner.net.state_dict()
                self.assertEqual(mine.state_dict().keys(), expected.keys())
                for name, value in mine.state_dict().items():
                    self.assertTrue(torch.equal(value, expected[name]), name)

    def test_half_precision_files_load(self) -> None:
        original = randomise(ViTKPRPEModel()).state_dict()
        halves = {
            name: value.half() if value.is_floating_point() else value for name, value in original.items()
        }
        write_safetensors(halves, self.folder / "half.safetensors")
        mine = backbone()
        load_weights(mine, read_state_dict(self.folder / "half.safetensors"), "half.safetensors")
        self.assertEqual(mine.pos_embed.dtype, torch.float32)
        self.assertTrue(torch.equal(mine.pos_embed, original["net.pos_embed"].half().float()))

    def test_what_training_leaves_is_ignored(self) -> None:
        state = {
            **ViTKPRPEModel().state_dict(),
            "net.mask_token": torch.zeros(1, 1, 32),
            "classifier.weight": torch.ones(2),
        }
        load_weights(backbone(), state, "trained.pt")

    def test_what_does_not_fit_is_named(self) -> None:
        state = dict(ViTKPRPEModel().state_dict())
        del state["net.norm.weight"]
        state["net.cls_token"] = torch.zeros(1)
        state["net.pos_embed"] = torch.zeros(1, 9, 32)
        state["net.norm.bias"] = torch.full((32,), float("nan"))
        with self.assertRaises(WeightsError) as refusal:
            load_weights(backbone(), state, "model.pt")
        self.assertEqual(
            str(refusal.exception),
            "model.pt does not fit the structure; missing: norm.weight; left over: cls_token; "
            "of another shape: pos_embed [1, 9, 32], expected [1, 16, 32]; not finite: norm.bias",
        )

    def test_another_depth_is_told_briefly(self) -> None:
        state = {
            name: value for name, value in ViTKPRPEModel().state_dict().items() if "blocks.2" not in name
        }
        with self.assertRaisesRegex(WeightsError, r"missing: blocks.2.norm1.weight, .* and \d+ more$"):
            load_weights(backbone(), state, "model.pt")

    def test_other_networks_are_refused(self) -> None:
        with self.assertRaisesRegex(WeightsError, "r50.pt has no pos_embed: .*conv1.weight"):
            load_weights(backbone(), {"conv1.weight": torch.zeros(1)}, "r50.pt")


class Files(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refusal(self, path: Path) -> str:
        with self.assertRaises(WeightsError) as refusal:
            read_state_dict(path)
        return str(refusal.exception)

    def test_missing(self) -> None:
        self.assertIn("model.pt is missing: put the weights there", self.refusal(self.folder / "model.pt"))

    def test_a_pickle_is_not_run(self) -> None:
        path, proof = self.folder / "model.pt", self.folder / "ran"
        torch.save({"net.pos_embed": Touch(proof)}, path)
        self.assertIn("cannot be read as weights alone", self.refusal(path))
        self.assertFalse(proof.exists())

    def test_no_weights(self) -> None:
        path = self.folder / "model.pt"
        path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
        self.assertIn("cannot be read as weights alone", self.refusal(path))
        torch.save([torch.zeros(1)], path)
        self.assertIn("holds a list, expected tensors by name", self.refusal(path))
        torch.save({"epoch": 3}, path)
        self.assertIn("holds no tensors", self.refusal(path))

    def test_damaged_safetensors(self) -> None:
        path = self.folder / "model.safetensors"
        write_safetensors({"a": torch.arange(6.0).view(2, 3), "b": torch.empty(0, 3)}, path)
        whole = path.read_bytes()
        self.assertEqual(read_state_dict(path)["a"].tolist(), [[0, 1, 2], [3, 4, 5]])
        (length,) = struct.unpack_from("<Q", whole)
        for damaged in (
            b"",
            whole[:5],
            whole[: 8 + length],
            whole[:-1],
            struct.pack("<Q", 2**63) + whole[8:],
            whole.replace(b"F32", b"F12", 1),
            whole.replace(b"[0, 24]", b"[0, 28]"),
            whole.replace(b"[0, 24]", b"[-4,20]"),
            whole.replace(b"[2, 3]", b"[2, 9]"),
            whole.replace(b"[2, 3]", b'"two" '),
            struct.pack("<Q", 2) + b"[]" + whole[8 + length :],
        ):
            path.write_bytes(damaged)
            self.assertIn("is no safetensors file", self.refusal(path))


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


if __name__ == "__main__":
    unittest.main()
