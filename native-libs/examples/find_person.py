#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps of find_person.c in Python, with nothing but its standard library.

    python3 find_person.py <folder of the libraries>

Three photos of Anna become one template, the wrong one among them is found and taken out, and a new photo is compared
with the templates of two persons. Embeddings of a real model have 512 or 1024 numbers instead of 4.
"""

import sys
from ctypes import CDLL, POINTER, Structure, byref, c_char_p, c_double, c_float, c_int, c_int32, c_int64
from ctypes import c_size_t, c_uint8, c_uint32, c_uint64, c_void_p, sizeof
from pathlib import Path

DIMENSION = 4
Embedding = c_float * DIMENSION

PHOTOS = [Embedding(0.9, 0.1, -0.2, 0.1), Embedding(-0.1, 0.9, 0.2, -0.3), Embedding(0.7, -0.2, 0.1, 0.4)]
TEMPLATE_OF_BERTA = Embedding(0.3, 0.8, 0.4, -0.6)
QUERY = Embedding(0.4, 0.3, 0.6, 0.5)


class MergeOptions(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("element_type", c_int32),
        ("dimension", c_int32),
        ("method", c_int32),
        ("row_stride", c_int64),
    ]


class RerankOptions(Structure):
    """The members of the first release; a later library takes their size as a sign to leave the others at rest."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("element_type", c_int32),
        ("dimension", c_int32),
        ("mode", c_int32),
        ("row_stride", c_int64),
        ("threshold", c_double),
        ("alpha", c_double),
        ("tau", c_double),
        ("n_cal", c_double),
        ("gallery_size", c_double),
        ("voting", c_int32),
        ("reserved", c_int32),
    ]


class Library:
    """One of the libraries: its functions raise what they report."""

    def __init__(self, folder: Path, name: str, prefix: str, functions: dict):
        suffix = "dylib" if sys.platform == "darwin" else "so"
        self._library = CDLL(str(folder / f"lib{name}.{suffix}"))
        self._text = getattr(self._library, f"{prefix}_status_text")
        self._text.argtypes, self._text.restype = [c_int], c_char_p
        version = getattr(self._library, f"{prefix}_abi_version")
        version.argtypes, version.restype = [], c_uint32
        if version() != 1:
            raise RuntimeError(f"{name} is of interface version {version()}, not 1")
        for function, argument_types in functions.items():
            getattr(self._library, function).argtypes = argument_types

    def call(self, function: str, *arguments) -> None:
        status = getattr(self._library, function)(*arguments)
        if status != 0:
            raise RuntimeError(f"{function}: {self._text(status).decode()}")


def open_libraries(folder: Path):
    memory = [c_void_p, c_uint64]
    merge = Library(folder, "merge_embeddings", "merge", {
        "merge_options_init": [POINTER(MergeOptions), c_size_t],
        "merge_template_bytes": [POINTER(MergeOptions), c_int32, POINTER(c_uint64)],
        "merge_template_init": [POINTER(MergeOptions), c_int32, *memory],
        "merge_template_add": [*memory, c_int64, c_void_p],
        "merge_template_remove": [*memory, c_int64],
        "merge_template_count": [*memory, POINTER(c_int32)],
        "merge_template_read": [*memory, c_int32, c_void_p, POINTER(c_int64), POINTER(c_double), POINTER(c_uint8)],
    })
    rerank = Library(folder, "rerank_compute", "rerank", {
        "rerank_options_init": [POINTER(RerankOptions), c_size_t],
        "rerank_scores": [POINTER(RerankOptions), c_void_p, c_void_p, c_int32, POINTER(c_int32), POINTER(c_double),
                          POINTER(c_double), POINTER(c_int32)],
    })
    return merge, rerank


class Template:
    """The photos of a person. The memory is an array of Python's: nothing has to be freed."""

    def __init__(self, merge: Library, capacity: int):
        options, size = MergeOptions(), c_uint64()
        merge.call("merge_options_init", byref(options), sizeof(options))
        options.dimension = DIMENSION
        merge.call("merge_template_bytes", byref(options), capacity, byref(size))
        self._merge = merge
        self._memory = (c_uint64 * (size.value // 8))()
        merge.call("merge_template_init", byref(options), capacity, *self._arguments())

    def _arguments(self):
        return self._memory, sizeof(self._memory)

    def add(self, photo: int, embedding) -> None:
        self._merge.call("merge_template_add", *self._arguments(), photo, embedding)

    def remove(self, photo: int) -> None:
        self._merge.call("merge_template_remove", *self._arguments(), photo)

    def read(self):
        """The merged embedding and (photo, weight, is an outlier) of each member."""
        count = c_int32()
        self._merge.call("merge_template_count", *self._arguments(), byref(count))
        merged, members = Embedding(), count.value
        photos, weights, outliers = (c_int64 * members)(), (c_double * members)(), (c_uint8 * members)()
        self._merge.call("merge_template_read", *self._arguments(), members, merged, photos, weights, outliers)
        return merged, list(zip(photos, weights, map(bool, outliers)))


def merge_photos(merge: Library):
    """Anna's template without the photos that show somebody else."""
    anna = Template(merge, capacity=len(PHOTOS))
    for photo, embedding in enumerate(PHOTOS):
        anna.add(photo, embedding)
    while True:
        merged, members = anna.read()
        for photo, weight, is_outlier in members:
            print(f"photo {photo}: weight {weight:.2f}{', an outlier' if is_outlier else ''}")
        wrong = [photo for photo, _, is_outlier in members if is_outlier]
        if not wrong:
            return merged
        print(f"without photo {wrong[-1]}:")
        anna.remove(wrong[-1])


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} <folder of the libraries>")
    merge, rerank = open_libraries(Path(sys.argv[1]))

    names, templates = ["Anna", "Berta"], [merge_photos(merge), TEMPLATE_OF_BERTA]
    candidates = (Embedding * len(templates))(*templates)
    scores = (c_double * len(templates))()
    options = RerankOptions()
    rerank.call("rerank_options_init", byref(options), sizeof(options))
    options.dimension = DIMENSION
    rerank.call("rerank_scores", byref(options), QUERY, candidates, len(templates), None, scores, None, None)
    for name, score in zip(names, scores):
        print(f"{name}: score {score:.2f}")


if __name__ == "__main__":
    main()
