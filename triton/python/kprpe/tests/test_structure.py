# SPDX-License-Identifier: Apache-2.0
"""What an owner may write as structure."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

from ..structure import PRESETS, Structure, StructureError, read_structure

HERE = Path(__file__).resolve().parent

# pretrained_model/model.yaml of the published weights, as JSON.
PUBLISHED = {
    "input_size": [3, 112, 112],
    "color_space": "RGB",
    "name": "base",
    "output_dim": 512,
    "start_from": "",
    "freeze": False,
    "mask_ratio": 0.0,
    "rpe_config": {
        "name": "KPRPE_shared",
        "rpe_on": "k",
        "shared_head": True,
        "mode": "ctx",
        "method": "product",
        "ratio": 1.9,
        "ctx_type": "rel_keypoint_splithead_unshared",
        "num_keypoints": 5,
    },
}


class Reading(unittest.TestCase):
    def test_presets(self) -> None:
        self.assertEqual(read_structure("base", HERE), Structure())
        small = read_structure("small", HERE)
        self.assertEqual((small.depth, small.num_heads, small.hidden_dim), (12, 8, 2560))

    def test_the_published_configuration_is_base(self) -> None:
        self.assertEqual(read_structure(json.dumps(PUBLISHED), HERE), PRESETS["base"])

    def test_a_file_beside_the_weights(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "tiny.json").write_text(
                '{"name": "small", "depth": 2, "rpe_config": {"ratio": 1}}'
            )
            tiny = read_structure("tiny.json", Path(folder))
        self.assertEqual((tiny.depth, tiny.num_heads, tiny.rpe_config.ratio), (2, 8, 1))

    def test_refusals_name_the_key(self) -> None:
        cases = (
            ("large", '"large" is neither base nor small nor a file in tests/'),
            ("{", "not JSON"),
            ('{"depth": 0}', "depth is 0, expected a whole number from 1"),
            ('{"depth": "12"}', "depth is '12', expected a whole number"),
            ('{"layers": 12}', "layers is not known; known are img_size"),
            ('{"name": "huge"}', "name is 'huge', expected one of 'base', 'small'"),
            ('{"patch_size": 9}', "img_size 112 is no multiple of patch_size 9"),
            ('{"num_heads": 7}', "embed_dim 512 is no multiple of num_heads 7"),
            ('{"norm_layer": "rms"}', "norm_layer is 'rms', expected one of 'ln', 'bn'"),
            ('{"mlp_ratio": 0}', "mlp_ratio is 0"),
            ('{"rpe_config": "product"}', "rpe_config must be an object"),
            ('{"rpe_config": {"alpha": 1}}', "rpe_config.alpha is not known; known are method, ratio"),
            ('{"rpe_config": {"method": "dot"}}', "rpe_config.method is 'dot'"),
            ('{"rpe_config": {"ratio": 0}}', "rpe_config.ratio is 0"),
            ('{"rpe_config": {"num_keypoints": 6}}', "rpe_config.num_keypoints is 6"),
            ('{"rpe_config": {"rpe_on": "qkv"}}', "rpe_config.rpe_on is 'qkv', expected one of 'k'"),
            ('{"rpe_config": {"mode": "bias"}}', "rpe_config.mode is 'bias', expected one of 'ctx'"),
            ('{"rpe_config": {"ctx_type": "keypoint"}}', "rpe_config.ctx_type is 'keypoint'"),
        )
        for text, sentence in cases:
            with self.subTest(text), self.assertRaises(StructureError) as refusal:
                read_structure(text, HERE)
            self.assertIn(sentence, str(refusal.exception))


if __name__ == "__main__":
    unittest.main()
