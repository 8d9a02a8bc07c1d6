"""Where the picture lies, for any size, and what is refused."""

from __future__ import annotations

import unittest

import numpy as np
from face_serving.letterbox import RefusedInput, fitted, geometries, geometry_of


class Geometry(unittest.TestCase):
    def test_finds_the_part_that_holds_the_picture(self) -> None:
        found = geometry_of(640, 640, (1 / 3, 1 / 3), (640, 960))
        self.assertEqual((found.width, found.height), (640, 427))
        self.assertAlmostEqual(found.to_source_x, 3)
        self.assertAlmostEqual(found.to_source_y, 1280 / 427)

    def test_maps_the_corner_of_the_picture_to_that_of_the_source(self) -> None:
        random = np.random.default_rng(5)
        for width, height in random.integers(1, 20_000, (500, 2)).tolist():
            scale = float(np.float32(min(640 / width, 640 / height)))
            found = geometry_of(640, 640, (scale, scale), (height / 2, width / 2))
            self.assertTrue(1 <= found.width <= 640 and 1 <= found.height <= 640)
            self.assertAlmostEqual(found.width * found.to_source_x, width, places=6)
            self.assertAlmostEqual(found.height * found.to_source_y, height, places=6)

    def test_rounds_halves_up(self) -> None:
        self.assertEqual(geometry_of(640, 640, (0.5, 0.5), (2.5, 1.5)).height, 3)
        self.assertEqual(geometry_of(640, 640, (0.5, 0.5), (2.5, 2.5)).width, 3)

    def test_refuses_what_no_picture_can_have(self) -> None:
        for scale, centre in [
            ((0, 0), (320, 320)),
            ((-1, -1), (320, 320)),
            ((float("nan"), 1), (320, 320)),
            ((1, 1), (0, 0)),
            ((1, 1), (float("inf"), 320)),
            ((1, 1), (320, 330)),
        ]:
            with self.subTest(scale=scale, centre=centre), self.assertRaises(RefusedInput):
                geometry_of(640, 640, scale, centre)

    def test_refuses_images_without_pixels(self) -> None:
        pairs = np.ones((2, 2), np.float32)
        with self.assertRaisesRegex(RefusedInput, "holds no pixels"):
            geometries(np.zeros((2, 0, 640, 3), np.uint8), pairs, pairs)

    def test_one_geometry_for_each_image(self) -> None:
        images = np.zeros((3, 64, 64, 3), np.uint8)
        found = geometries(images, np.ones((3, 2), np.float32), np.full((3, 2), 16, np.float32))
        self.assertEqual([each.width for each in found], [32, 32, 32])
        self.assertEqual(geometries(images[:0], np.ones((0, 2), np.float32), np.ones((0, 2), np.float32)), [])


class Fitting(unittest.TestCase):
    def test_squashes_or_keeps_the_aspect(self) -> None:
        self.assertEqual(fitted((640, 427), (320, 240), True), (320, 240))
        self.assertEqual(fitted((640, 427), (320, 240), False), (320, 214))
        self.assertEqual(fitted((1, 640), (320, 240), False), (1, 240))


if __name__ == "__main__":
    unittest.main()
