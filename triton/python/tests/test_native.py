"""The native libraries behind ctypes: right numbers, and no call that C code could run away with."""

from __future__ import annotations

import os
import unittest
from unittest import mock

import numpy as np
from face_serving.detector import PlaneWriter
from face_serving.letterbox import geometry_of
from face_serving.native import MergeLibrary, NativeError, PixelLibrary, PlaneFormat
from face_serving.points68 import clip_box, grey_crops, reduce_points
from face_serving.settings import DetectorSettings


def unit(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Merging(unittest.TestCase):
    def setUp(self) -> None:
        self.library = MergeLibrary()
        random = np.random.default_rng(6)
        self.views = random.normal(size=(5, 512)).astype(np.float32)
        self.mirrored = random.normal(size=(5, 512)).astype(np.float32)

    def test_concatenates_two_of_512_to_one_of_1024(self) -> None:
        merged = self.library.flip("concat", self.views, self.mirrored)
        self.assertEqual(merged.shape, (5, 1024))
        expected = np.concatenate((unit(self.views), unit(self.mirrored)), axis=1) / np.sqrt(2)
        np.testing.assert_allclose(merged, expected, atol=1e-7)

    def test_averages(self) -> None:
        merged = self.library.flip("mean", self.views, self.mirrored)
        np.testing.assert_allclose(merged, unit(unit(self.views) + unit(self.mirrored)), atol=1e-7)

    def test_no_face(self) -> None:
        self.assertEqual(self.library.flip("concat", self.views[:0], self.mirrored[:0]).shape, (0, 1024))

    def test_names_the_face_that_has_no_direction(self) -> None:
        for value in (0.0, np.nan):
            self.views[3] = value
            with self.assertRaisesRegex(NativeError, "^face 3: "):
                self.library.flip("concat", self.views, self.mirrored)

    def test_refuses_arrays_that_do_not_fit(self) -> None:
        for views, mirrored in [
            (self.views, self.mirrored[:4]),
            (self.views.astype(np.float64), self.mirrored),
            (self.views[:, ::2], self.mirrored[:, ::2]),
            (self.views[0], self.mirrored[0]),
        ]:
            with self.assertRaises(ValueError):
                self.library.flip("concat", views, mirrored)


class Planes(unittest.TestCase):
    def setUp(self) -> None:
        self.pixels = PixelLibrary()
        self.picture = np.random.default_rng(7).integers(0, 256, (40, 60, 3), np.uint8)

    def test_normalise_and_turn_channels(self) -> None:
        for channels, order in (("bgr", [0, 1, 2]), ("rgb", [2, 1, 0])):
            planes = np.full((3, 40, 60), 7, np.float32)
            self.pixels.planes(self.picture, (60, 40), (60, 40), PlaneFormat(channels, 127.5, 128), planes)
            expected = (self.picture[:, :, order].transpose(2, 0, 1) - 127.5) / 128
            np.testing.assert_allclose(planes, expected, atol=1e-6)

    def test_mirror(self) -> None:
        planes = np.empty((3, 40, 60), np.float32)
        self.pixels.planes(self.picture, (60, 40), (60, 40), PlaneFormat("bgr", 0, 1, mirrored=True), planes)
        np.testing.assert_array_equal(planes, self.picture[:, ::-1].transpose(2, 0, 1))

    def test_picture_in_a_letterbox_is_all_that_is_read(self) -> None:
        settings = DetectorSettings("scrfd", (32, 32), PlaneFormat("rgb", 127.5, 128), 0.5, 0.45, False)
        writer = PlaneWriter(settings, self.pixels)
        image = np.full((32, 32, 3), 255, np.uint8)
        image[:16] = 127
        planes = np.full(writer.shape, np.nan, np.float32)
        writer.write(image, geometry_of(32, 32, (1, 1), (8, 16)), planes)
        np.testing.assert_allclose(planes[:, :16], (127 - 127.5) / 128, atol=1e-6)
        # Beside the picture stands what black is, whatever the frame had there.
        np.testing.assert_allclose(planes[:, 16:], -127.5 / 128, atol=1e-6)

    def test_refuses_arrays_that_do_not_fit(self) -> None:
        form, planes = PlaneFormat("bgr", 0, 1), np.empty((3, 40, 60), np.float32)
        for picture, size, out in [
            (self.picture, (61, 40), planes),
            (self.picture[:, ::2], (30, 40), planes),
            (self.picture.astype(np.float32), (60, 40), planes),
            (self.picture, (60, 40), planes[:, :, ::2]),
            (self.picture, (60, 40), planes.astype(np.float64)),
            (self.picture, (60, 40), planes[:2]),
        ]:
            with self.assertRaises(ValueError):
                self.pixels.planes(picture, size, (30, 20), form, out)
        with self.assertRaises(NativeError):
            self.pixels.planes(self.picture, (60, 40), (61, 40), form, planes)


class Points(unittest.TestCase):
    def test_reduction_takes_lids_nose_and_corners_of_the_mouth(self) -> None:
        shares = np.zeros(136, np.float32)
        places = {37: (0.25, 0.25), 38: (0.5, 0.25), 40: (0.5, 0.5), 41: (0.25, 0.5), 30: (0.5, 0.625)}
        places.update(dict.fromkeys((43, 44, 46, 47), (0.75, 0.25)))
        places.update({48: (0.25, 0.75), 60: (0.5, 0.75), 54: (1, 0.875), 64: (1, 0.875)})
        for point, place in places.items():
            shares[2 * point : 2 * point + 2] = place
        found = reduce_points(shares[None], [(100, 200, 180, 360)])
        self.assertEqual(found.tolist(), [[130, 260, 160, 240, 140, 300, 130, 320, 180, 340]])
        self.assertEqual(reduce_points(shares[:0], []).shape, (0, 10))

    def test_clipping_leaves_a_pixel_inside(self) -> None:
        random = np.random.default_rng(8)
        for _ in range(300):
            box = random.uniform(-1e4, 1e4, 4).tolist()
            width, height = random.integers(1, 641, 2).tolist()
            left, top, right, bottom = clip_box(box, (width, height))
            self.assertTrue(left >= 0 and top >= 0 and right <= width and bottom <= height)
            self.assertTrue(min(right - left, bottom - top) > 0.999)

    def test_crops_are_shares_of_256(self) -> None:
        picture = np.full((100, 80, 3), 128, np.uint8)
        crops = grey_crops(PixelLibrary(), picture, (80, 100), [(0, 0, 80, 100), (10.5, 3, 20, 44)])
        self.assertEqual(crops.shape, (2, 1, 64, 64))
        np.testing.assert_allclose(crops, 0.5, atol=1e-3)


class Finding(unittest.TestCase):
    @mock.patch.dict(os.environ, {"FACE_V3_MERGE_LIBRARY_PATH": "/nowhere/libmerge_embeddings.so"})
    def test_says_which_file_is_missing_and_what_to_do(self) -> None:
        with self.assertRaisesRegex(NativeError, "/nowhere/.*Build native-libs, or set FACE_V3_MERGE"):
            MergeLibrary()

    @mock.patch.dict(os.environ, {"FACE_V3_PIXELS_LIBRARY_PATH": "libm.so.6"})
    def test_refuses_another_library(self) -> None:
        with self.assertRaisesRegex(NativeError, "libface_pixels cannot be used"):
            PixelLibrary()


if __name__ == "__main__":
    unittest.main()
