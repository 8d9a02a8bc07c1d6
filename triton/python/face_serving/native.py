"""The project's native libraries, by ctypes: libface_pixels and libmerge_embeddings.

Formulas, ranges and errors are in native-libs/include. C code takes whatever memory it is given, so types and
lengths are checked here.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Sequence

import numpy as np

FACE_SIDE = 112
GREY_SIDE = 64

# Where the image keeps the libraries.
_IMAGE_FOLDER = Path("/opt/face_backend/libs")
# Where the project's own build writes them: <project>/triton/python/face_serving/native.py.
_BUILD_FOLDER = Path(__file__).resolve().parents[3] / "native-libs" / "build"

_ABI_VERSION = 1
_CHANNEL_ORDERS = {"bgr": 0, "rgb": 1}
_FLIP_MODES = {"mean": 1, "concat": 2}


class NativeError(RuntimeError):
    """A library is missing, of another version, or refused a call. The text is for a person."""


class _PlaneOptions(ctypes.Structure):
    """pixels_plane_options, member by member."""

    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("channel_order", ctypes.c_int32),
        ("mirrored", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("mean", ctypes.c_double),
        ("divisor", ctypes.c_double),
    ]


class PlaneFormat:
    """How planes come from pixels 0..255: (pixel - mean) / divisor, channels in the given order."""

    def __init__(self, channels: str, mean: float, divisor: float, mirrored: bool = False) -> None:
        """
        :param channels: "bgr" or "rgb"
        :param mirrored: left and right exchanged
        """
        self.background = np.float32(-mean / divisor)
        self.options = _PlaneOptions(
            ctypes.sizeof(_PlaneOptions), _CHANNEL_ORDERS[channels], int(mirrored), 0, mean, divisor
        )


def library_path(name: str, variable: str) -> Path:
    """Path of a library: the environment variable, the image's folder, or the project's own build."""
    chosen = os.environ.get(variable)
    if chosen:
        return Path(chosen)
    in_image = _IMAGE_FOLDER / f"{name}.so"
    return in_image if in_image.exists() else _BUILD_FOLDER / f"{name}.so"


def _open(name: str, variable: str, prefix: str) -> ctypes.CDLL:
    path = library_path(name, variable)
    try:
        library = ctypes.CDLL(str(path))
        version = getattr(library, f"{prefix}_abi_version")
        text = getattr(library, f"{prefix}_status_text")
    except (OSError, AttributeError) as error:
        raise NativeError(f"{name} cannot be used: {error}. Build native-libs, or set {variable}.") from error
    version.restype = ctypes.c_uint32
    if version() != _ABI_VERSION:
        raise NativeError(f"{path} has interface version {version()}, not {_ABI_VERSION}")
    text.restype = ctypes.c_char_p
    text.argtypes = [ctypes.c_int]
    return library


class PixelLibrary:
    """libface_pixels: from pictures to the planes that networks take. Any thread may use it."""

    def __init__(self) -> None:
        """:raises NativeError: when the library cannot be used"""
        self._library = _open("libface_pixels", "FACE_V3_PIXELS_LIBRARY_PATH", "pixels")
        side, pointer = ctypes.c_int32, ctypes.c_void_p
        self._planes = self._library.pixels_planes
        self._planes.argtypes = [
            ctypes.POINTER(_PlaneOptions),
            pointer,
            side,
            side,
            ctypes.c_int64,
            side,
            side,
            pointer,
            side,
            side,
        ]
        self._grey_crop = self._library.pixels_grey_crop
        self._grey_crop.argtypes = [pointer, side, side, ctypes.c_int64, pointer, ctypes.c_double, pointer]

    def planes(
        self,
        picture: np.ndarray,
        size: tuple[int, int],
        fit: tuple[int, int],
        form: PlaneFormat,
        out: np.ndarray,
    ) -> None:
        """Writes a picture, scaled to `fit`, into the top left of planes; the rest is left as it is.

        :param picture: uint8 [H, W, 3] BGR, of which the top left `size` counts
        :param size: width, height
        :param fit: width, height
        :param out: float32 [3, plane height, plane width]
        """
        width, height = size
        _require(picture, np.uint8, 3)
        _require(out, np.float32, 3)
        if not (
            height <= picture.shape[0] and width <= picture.shape[1] and picture.shape[2] == 3 == out.shape[0]
        ):
            raise ValueError(f"a picture of {width}x{height} is not in {picture.shape}, planes {out.shape}")
        self._check(
            self._planes(
                ctypes.byref(form.options),
                picture.ctypes.data,
                width,
                height,
                picture.strides[0],
                fit[0],
                fit[1],
                out.ctypes.data,
                out.shape[2],
                out.shape[1],
            )
        )

    def grey_crop(
        self,
        picture: np.ndarray,
        size: tuple[int, int],
        box: Sequence[float],
        divisor: float,
        out: np.ndarray,
    ) -> None:
        """Samples a box of a picture as grey values 0..255 by cubic convolution, and divides them.

        :param picture: uint8 [H, W, 3] BGR, of which the top left `size` (width, height) counts
        :param box: left, top, right, bottom in pixels, inside of the picture
        :param out: float32 [64, 64]
        """
        _require(picture, np.uint8, 3)
        _require(out, np.float32, 2)
        width, height = size
        if not (height <= picture.shape[0] and width <= picture.shape[1] and picture.shape[2] == 3):
            raise ValueError(f"a picture of {width}x{height} is not in {picture.shape}")
        if out.shape != (GREY_SIDE, GREY_SIDE):
            raise ValueError(f"a grey crop is {GREY_SIDE}x{GREY_SIDE}, not {out.shape}")
        corners = (ctypes.c_double * 4)(*box)
        self._check(
            self._grey_crop(
                picture.ctypes.data, width, height, picture.strides[0], corners, divisor, out.ctypes.data
            )
        )

    def _check(self, status: int) -> None:
        if status != 0:
            raise NativeError(f"libface_pixels: {self._library.pixels_status_text(status).decode()}")


class MergeLibrary:
    """libmerge_embeddings: one embedding from the two views of a face."""

    def __init__(self) -> None:
        """:raises NativeError: when the library cannot be used"""
        self._library = _open("libmerge_embeddings", "FACE_V3_MERGE_LIBRARY_PATH", "merge")
        pointer, count = ctypes.c_void_p, ctypes.c_int32
        self._flip = self._library.merge_flip
        self._flip.argtypes = [count, pointer, pointer, count, count, pointer, ctypes.POINTER(ctypes.c_int32)]

    def flip(self, mode: str, views: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
        """
        :param mode: "mean" or "concat"
        :param views: float32 [F, D], embeddings of aligned faces
        :param mirrored: float32 [F, D], those of their mirror images
        :returns: float32 [F, D] or [F, 2 D], rows of unit length
        :raises NativeError: naming the face, when an embedding is zero or not finite
        """
        _require(views, np.float32, 2)
        _require(mirrored, np.float32, 2)
        if views.shape != mirrored.shape:
            raise ValueError(f"views are {views.shape}, their mirror images {mirrored.shape}")
        faces, dimension = views.shape
        merged = np.empty((faces, dimension * (2 if mode == "concat" else 1)), np.float32)
        failed = ctypes.c_int32(-1)
        if faces == 0:
            return merged
        status = self._flip(
            _FLIP_MODES[mode],
            views.ctypes.data,
            mirrored.ctypes.data,
            faces,
            dimension,
            merged.ctypes.data,
            ctypes.byref(failed),
        )
        if status != 0:
            text = self._library.merge_status_text(status).decode()
            raise NativeError(
                f"face {failed.value}: {text}" if failed.value >= 0 else f"libmerge_embeddings: {text}"
            )
        return merged


def _require(array: np.ndarray, dtype: type, rank: int) -> None:
    if array.dtype != dtype or array.ndim != rank or not array.flags.c_contiguous:
        raise ValueError(
            f"expected {np.dtype(dtype).name} of rank {rank} without gaps, got {array.dtype} {array.shape}"
        )
