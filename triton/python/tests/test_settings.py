"""Parameters of config.pbtxt: what is missing or wrong is named."""

from __future__ import annotations

import json
import unittest

from face_serving.settings import DetectorSettings, EmbedderSettings, Parameters

DETECTOR = {
    "detector_kind": "scrfd",
    "detector_width": "640",
    "detector_height": "640",
    "detector_channels": "rgb",
    "detector_mean": "127.5",
    "detector_divisor": "128",
    "score_threshold": "0.5",
    "nms_threshold": "0.45",
    "landmarks": "detector",
}
EMBEDDER = {
    "embedder_channels": "bgr",
    "embedder_mean": "127.5",
    "embedder_divisor": "128",
    "flip_merge": "concat",
}


class Settings(unittest.TestCase):
    def test_reads_what_triton_hands_over(self) -> None:
        config = {
            "name": "detect_pre",
            "parameters": {key: {"string_value": value} for key, value in DETECTOR.items()},
        }
        settings = DetectorSettings.of(Parameters.of({"model_config": json.dumps(config)}))
        self.assertEqual((settings.kind, settings.size, settings.points68), ("scrfd", (640, 640), False))
        self.assertAlmostEqual(float(settings.form.background), -127.5 / 128, places=6)

    def test_reads_an_embedder(self) -> None:
        settings = EmbedderSettings.of(Parameters("extract_pre", EMBEDDER))
        self.assertEqual(settings.flip_merge, "concat")
        self.assertEqual((settings.face.options.mirrored, settings.mirror.options.mirrored), (0, 1))

    def test_names_model_and_parameter(self) -> None:
        for name, value, sentence in [
            (
                "detector_kind",
                "mtcnn",
                "detect_pre: detector_kind is 'mtcnn', expected one of scrfd, yunet, rfb",
            ),
            ("detector_width", "wide", "detect_pre: detector_width is 'wide', expected a number"),
            ("detector_height", "640.5", "detect_pre: detector_height is '640.5', expected a whole number"),
            ("score_threshold", None, "detect_pre: the parameter score_threshold is missing in config.pbtxt"),
        ]:
            values = {**DETECTOR, name: value}
            if value is None:
                del values[name]
            with self.subTest(name), self.assertRaisesRegex(ValueError, sentence):
                DetectorSettings.of(Parameters("detect_pre", values))


if __name__ == "__main__":
    unittest.main()
