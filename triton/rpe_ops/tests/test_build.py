# SPDX-License-Identifier: Apache-2.0
"""The command line of the start-up hook: cache, lock, failures.

The compiler is a stand-in that copies a library which was built before.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from .built_library import built_library

PACKAGE = Path(__file__).resolve().parents[1]

STAND_IN = """#!/bin/bash
echo "$$ $*" >> "$(dirname "$0")/calls"
if [ -e "$(dirname "$0")/hang" ]; then exec sleep 100; fi
if [ -e "$(dirname "$0")/fail" ]; then echo "rpe_index_cpu.cpp:1: error: no words" >&2; exit 1; fi
while [ "$1" != "" ]; do case "$1" in -shared) linking=1;; -o) output="$2";; esac; shift; done
if [ "$linking" ]; then cp "$(dirname "$0")/library.so" "$output"; else : > "$output"; fi
"""


class Command(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rpe-build-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.cache = self.folder / "cache"
        self.compiler = self.folder / "bin" / "g++"
        self.compiler.parent.mkdir()
        self.compiler.write_text(STAND_IN)
        self.compiler.chmod(0o755)
        shutil.copy(built_library(), self.compiler.parent / "library.so")
        # A copy, so that a test may change the sources.
        self.python = self.folder / "python"
        shutil.copytree(
            PACKAGE, self.python / "rpe_ops", ignore=shutil.ignore_patterns("tests", "__pycache__")
        )

    def start(self, *arguments: str, command: str = "build") -> subprocess.Popen[str]:
        where = ("--cache", str(self.cache), "--cxx", str(self.compiler)) if command == "build" else ()
        return subprocess.Popen(
            [sys.executable, "-m", "rpe_ops", command, *where, "--arch", "cpu", *arguments],
            cwd=self.python,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_command(self, *arguments: str, command: str = "build") -> tuple[int, str, str]:
        process = self.start(*arguments, command=command)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output.strip(), errors

    def switch(self, name: str, on: bool) -> None:
        path = self.compiler.parent / name
        path.touch() if on else path.unlink()

    def calls(self) -> list[str]:
        path = self.compiler.parent / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def wait_for_calls(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.calls()) < count:
            self.assertLess(time.monotonic(), deadline, "the compiler was not called")
            time.sleep(0.05)

    def test_builds_once_and_again_when_a_source_changes(self) -> None:
        code, library, errors = self.run_command()
        self.assertEqual((code, "built in" in errors), (0, True), errors)
        self.assertTrue(Path(library).is_file())
        self.assertEqual(len(self.calls()), 2)
        record = json.loads((Path(library).parent / "build.json").read_text())
        self.assertEqual(record["target"]["architectures"], [])
        key = self.run_command(command="key")[1]
        self.assertEqual(Path(library).parent.name, key)
        self.assertRegex(key, r"^\w+-cpu-torch[\w.+]+-cudanone-abi[01]-[0-9a-f]{16}$")

        code, again, errors = self.run_command()
        self.assertEqual((code, again, len(self.calls())), (0, library, 2), errors)
        self.assertIn("found in the cache", errors)

        source = self.python / "rpe_ops" / "csrc" / "rpe_index_kernels.cu"
        source.write_text(source.read_text() + "\n// changed\n")
        code, changed, errors = self.run_command()
        self.assertEqual((code, len(self.calls())), (0, 4), errors)
        self.assertNotEqual(changed, library)
        self.assertTrue(Path(library).is_file())

        self.run_command("--force")
        self.assertEqual(len(self.calls()), 6)
        self.assertEqual(sorted(path.name for path in self.cache.glob(".building-*")), [])

    def test_a_failure_ends_with_the_words_of_the_compiler(self) -> None:
        self.switch("fail", True)
        code, output, errors = self.run_command()
        self.assertEqual((code, output), (1, ""))
        self.assertIn("rpe_index_cpu.cpp -o", errors)
        self.assertTrue(errors.strip().endswith("error: no words"), errors)
        self.assertIn("error: no words", (self.cache / "failed.log").read_text())
        self.assertEqual([path for path in self.cache.iterdir() if path.is_dir()], [])

    def test_a_library_that_does_not_work_is_not_kept(self) -> None:
        (self.compiler.parent / "library.so").write_bytes(b"no library")
        code, output, errors = self.run_command()
        self.assertEqual((code, output), (1, ""))
        self.assertRegex(errors, "(?s)self-test.*failed.*(invalid ELF header|file too short)")
        self.assertEqual([path for path in self.cache.iterdir() if path.is_dir()], [])

    def test_a_library_that_was_damaged_is_built_again(self) -> None:
        library = Path(self.run_command()[1])
        library.write_bytes(b"damaged")
        code, again, errors = self.run_command()
        self.assertEqual((code, again), (0, str(library)), errors)
        self.assertIn("it is built again", errors)
        self.assertEqual(library.read_bytes(), built_library().read_bytes())

    def test_two_builders_build_once(self) -> None:
        self.switch("hang", True)
        first = self.start()
        self.wait_for_calls(1)
        second = self.start()
        waiting = second.stderr.readline()  # type: ignore[union-attr]
        self.assertRegex(waiting, rf"waiting for process {first.pid} on \S+, since \S+, which is building")
        self.switch("hang", False)
        os.kill(int(self.calls()[0].split()[0]), signal.SIGKILL)
        # The first one fails with its compiler; the lock becomes free, and the second goes on.
        self.assertIn("The compiler failed", first.communicate(timeout=60)[1])
        output, errors = second.communicate(timeout=120)
        self.assertEqual((second.returncode, Path(output.strip()).is_file()), (0, True), errors)

        builders = [self.start("--cache", str(self.folder / "other")) for _ in range(3)]
        before = len(self.calls())
        for builder in builders:
            self.assertEqual(builder.communicate(timeout=120)[0] != "", True)
        self.assertEqual(len(self.calls()) - before, 2)

    def test_a_builder_that_was_killed_leaves_nothing_that_holds_up(self) -> None:
        self.switch("hang", True)
        killed = self.start()
        self.wait_for_calls(1)
        killed.kill()
        killed.communicate()
        os.kill(int(self.calls()[0].split()[0]), signal.SIGKILL)
        self.assertEqual(len(list(self.cache.glob(".building-*"))), 1)
        self.assertIn(str(killed.pid), (self.cache / ".lock").read_text())
        self.switch("hang", False)
        code, _, errors = self.run_command("--lock-timeout", "1")
        self.assertEqual(code, 0, errors)
        self.assertEqual(list(self.cache.glob(".building-*")), [])

    def test_waits_for_a_lock_only_so_long(self) -> None:
        self.cache.mkdir()
        with (self.cache / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write(json.dumps({"pid": 7, "host": "0f3c", "since": "noon"}))
            lock.flush()
            code, _, errors = self.run_command("--lock-timeout", "0.5")
        self.assertEqual((code, self.calls()), (1, []))
        self.assertIn("Waited 0 s for process 7 on 0f3c, since noon", errors)

    def test_sigterm_ends_the_compilers_too(self) -> None:
        self.switch("hang", True)
        process = self.start()
        self.wait_for_calls(1)
        start = time.monotonic()
        process.terminate()
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assertLess(time.monotonic() - start, 20)
        self.assertFalse(Path(f"/proc/{self.calls()[0].split()[0]}").exists())
        self.assertEqual(list(self.cache.glob(".building-*")), [])

    def test_only_if_used(self) -> None:
        repository = self.folder / "models"
        code, _, errors = self.run_command("--if-used-by", str(repository))
        self.assertEqual((code, "There is no model repository" in errors), (1, True), errors)
        config = repository / "extract_net" / "config.pbtxt"
        config.parent.mkdir(parents=True)
        weights = 'parameters { key: "kprpe_weights" value { string_value: "model.pt" } }\n'
        choice = 'parameters { key: "kprpe_rpe_index" value { string_value: "%s" } }\n'
        for text, needed in (
            ('name: "extract_net"\nplatform: "tensorrt_plan"\n', False),
            (weights, True),
            (weights + choice % "extension", True),
            (weights + choice % "gather", False),
            (
                weights
                + 'parameters: {\n key: "kprpe_rpe_index",\n value: {\n string_value: "gather"\n }\n}\n',
                False,
            ),
        ):
            config.write_text(text)
            code, output, errors = self.run_command("--if-used-by", str(repository))
            self.assertEqual((code, output != ""), (0, needed), errors)
            self.assertIn("needed by extract_net" if needed else "no model needs it", errors)

    def test_sentences(self) -> None:
        cases = (
            (("--cxx", "no-such-compiler"), 1, 'No C++ compiler: "no-such-compiler" is not there'),
            (("--arch", "sm_90"), 1, '"sm_90" is no compute capability'),
            (("--arch", "auto"), 1, "No GPU is visible"),
            (("--cache", "/proc/rpe"), 1, "The cache folder /proc/rpe cannot be made"),
            (("--whatever",), 2, "unrecognized arguments: --whatever"),
        )
        import torch

        for arguments, expected, sentence in cases:
            if "auto" in arguments and torch.cuda.is_available():
                continue
            with self.subTest(sentence):
                code, output, errors = self.run_command(*arguments)
                self.assertEqual((code, output), (expected, ""), errors)
                self.assertIn(sentence, errors)
                self.assertNotIn("Traceback", errors)


if __name__ == "__main__":
    unittest.main()
