# SPDX-License-Identifier: Apache-2.0
"""The CUDA source without a GPU: compiled by the real nvcc, and run on a CPU by an emulation."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

from ..errors import RpeOpsError
from ..target import SOURCES
from ..toolchain import find_cxx, find_nvcc, nvcc_command, nvcc_version
from .emulated_kernels import write_emulated_kernels

HERE = Path(__file__).resolve().parent


class CompiledKernels(unittest.TestCase):
    def test_compile_without_a_warning(self) -> None:
        try:
            nvcc = find_nvcc(None)
        except RpeOpsError as error:
            self.skipTest(f"the CUDA source is not compiled: {error}")
        # What the two majors have in common: A100, L4/L40, H100 and H200.
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "kernels.o"
            command = nvcc_command(
                nvcc, find_cxx(None), ("8.0", "8.9", "9.0"), "rpe_index_kernels.cu", output, strict=True
            )
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertEqual((result.stdout + result.stderr).strip(), "", f"nvcc {nvcc_version(nvcc)}")
            self.assertGreater(output.stat().st_size, 100_000)


class EmulatedKernels(unittest.TestCase):
    def compile_and_run(self, *sanitizer: str) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_emulated_kernels(folder)
            program = folder / "emulated"
            compiling = subprocess.run(
                [
                    *(
                        find_cxx(None),
                        "-std=c++20",
                        "-O1",
                        "-g",
                        "-pthread",
                        *sanitizer,
                        "-fno-sanitize-recover=all",
                    ),
                    *("-Wno-unknown-pragmas", f"-I{folder}", f"-I{HERE}", f"-I{SOURCES}"),
                    *(str(HERE / "kernel_emulation_test.cpp"), "-o", str(program)),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(compiling.returncode, 0, compiling.stderr)
            running = subprocess.run([str(program)], capture_output=True, text=True, check=False, timeout=500)
            self.assertEqual(running.returncode, 0, running.stdout + running.stderr)

    def test_nothing_outside_is_touched(self) -> None:
        self.compile_and_run("-fsanitize=address,undefined")

    def test_no_threads_race(self) -> None:
        self.compile_and_run("-fsanitize=thread")


if __name__ == "__main__":
    unittest.main()
