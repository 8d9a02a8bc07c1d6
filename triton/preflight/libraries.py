"""The shared libraries that Triton and its Python models load later."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass

CUDA_DRIVER = "libcuda.so.1"
TENSORRT = "libnvinfer.so.10"


@dataclass(frozen=True)
class NativeLibrary:
    """A library of this project, with the version of its interface that the models are written for."""

    name: str
    path_variable: str
    version_function: str
    version: int


NATIVE_LIBRARIES = (
    NativeLibrary("libmerge_embeddings.so", "FACE_V3_MERGE_LIBRARY_PATH", "merge_abi_version", 1),
    NativeLibrary("libface_pixels.so", "FACE_V3_PIXELS_LIBRARY_PATH", "pixels_abi_version", 1),
)


def tensorrt_version() -> str:
    """Starts the CUDA driver and loads TensorRT; returns TensorRT's version, as "10.6.0.26".

    Raises OSError, with the loader's or the driver's words.
    """
    driver = ctypes.CDLL(CUDA_DRIVER)
    status = int(driver.cuInit(0))
    if status != 0:
        words = ctypes.c_char_p()
        driver.cuGetErrorString(status, ctypes.byref(words))
        raise OSError(
            f"the CUDA driver does not start: error {status}, {(words.value or b'unknown').decode()}"
        )
    library = ctypes.CDLL(TENSORRT)
    # NvInferVersion.h: MAJOR * 10000 + MINOR * 100 + PATCH.
    number, build = int(library.getInferLibVersion()), int(library.getInferLibBuildVersion())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}.{build}"


def native_problems(library: NativeLibrary) -> list[str]:
    """Whether one of this project's libraries loads and has the interface that the models are written for."""
    path = os.environ.get(library.path_variable) or f"/opt/face_backend/libs/{library.name}"
    try:
        version = int(getattr(ctypes.CDLL(path), library.version_function)())
    except OSError as error:
        return [f"{library.name} cannot be loaded: {error}"]
    except AttributeError:
        return [f"{path} is not this project's {library.name}: it has no {library.version_function}()"]
    if version != library.version:
        return [
            f"{path} has version {version} of its interface, the models need {library.version}: "
            "build the image again"
        ]
    return []
