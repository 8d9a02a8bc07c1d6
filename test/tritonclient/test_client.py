"""Triton's own Python client against a server that serves the models of the conformance server.

`python test_client.py HOST:PORT`: each test's outcome is a line of JSON, {"name", "problem"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import threading
import unittest
from typing import Any, Callable

import ml_dtypes
import numpy as np
import tritonclient.grpc as client
import tritonclient.grpc.aio as aio_client
import tritonclient.utils.shared_memory as shm
from tritonclient.utils import InferenceServerException

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8001"
PATIENCE_SECONDS = 30

U8 = np.arange(8, dtype=np.uint8).reshape(2, 4)
F32 = np.array([[0.5, -1.0], [2.0, 3.0]], dtype=np.float32)

DATATYPES: dict[str, Any] = {
    "BOOL": np.array([True, False, True]),
    "UINT8": np.array([0, 1, 255], np.uint8),
    "UINT16": np.array([0, 1, 65535], np.uint16),
    "UINT32": np.array([0, 1, 2**32 - 1], np.uint32),
    "UINT64": np.array([0, 1, 2**64 - 1], np.uint64),
    "INT8": np.array([-128, 1, 127], np.int8),
    "INT16": np.array([-32768, 1, 32767], np.int16),
    "INT32": np.array([-(2**31), 1, 2**31 - 1], np.int32),
    "INT64": np.array([-(2**63), 1, 2**63 - 1], np.int64),
    "FP16": np.array([0.5, -2, 65504], np.float16),
    "BF16": np.array([0.5, -2, 2.0**100], ml_dtypes.bfloat16),
    "FP32": np.array([0.5, np.nan, -np.inf], np.float32),
    "FP64": np.array([0.1, 1e300, -0.0], np.float64),
    "BYTES": np.array([b"", "é".encode(), b"\x00\xff"], dtype=object),
}


def tensor(name: str, values: np.ndarray, datatype: str) -> client.InferInput:
    """An input with the shape of `values`."""
    made = client.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values)
    return made


def echo_inputs(u8: np.ndarray = U8, f32: np.ndarray = F32) -> list[client.InferInput]:
    """Inputs of the model `echo`: U8 [N, 4], F32 [N, 2]."""
    return [tensor("U8", u8, "UINT8"), tensor("F32", f32, "FP32")]


def faces(count: int, value: int = 90) -> list[client.InferInput]:
    """Input of the model `extraction`: input_0 [N, 112, 112, 3]."""
    return [tensor("input_0", np.full((count, 112, 112, 3), value, np.uint8), "UINT8")]


def pictures(count: int) -> list[client.InferInput]:
    """Inputs of the model `detection`: pictures [N, 64, 64, 3], scales and centres [N, 2]."""
    return [
        tensor("input_0", np.zeros((count, 64, 64, 3), np.uint8), "UINT8"),
        tensor("input_1", np.ones((count, 2), np.float32), "FP32"),
        tensor("input_2", np.full((count, 2), 32, np.float32), "FP32"),
    ]


class ClientTest(unittest.TestCase):
    """What a program does that was written for Triton."""

    def setUp(self) -> None:
        self.server = client.InferenceServerClient(ADDRESS)
        self.addCleanup(self.server.close)

    def refused(self, code: str, words: str, call: Callable[[], Any]) -> None:
        """Expects an exception with a status and words in its message."""
        with self.assertRaises(InferenceServerException) as raised:
            call()
        self.assertEqual(raised.exception.status(), f"StatusCode.{code}")
        self.assertIn(words, raised.exception.message())

    def test_health(self) -> None:
        self.assertTrue(self.server.is_server_live())
        self.assertTrue(self.server.is_server_ready())
        self.assertTrue(self.server.is_model_ready("detection"))
        self.assertTrue(self.server.is_model_ready("extraction", "1"))
        self.assertFalse(self.server.is_model_ready("nope"))

    def test_metadata(self) -> None:
        extensions = self.server.get_server_metadata().extensions
        for extension in ["classification", "system_shared_memory", "binary_tensor_data", "logging"]:
            self.assertIn(extension, extensions)
        metadata = self.server.get_model_metadata("detection", as_json=True)
        self.assertEqual(metadata["versions"], ["1"])
        self.assertEqual(
            [(each["name"], each["datatype"], each["shape"]) for each in metadata["inputs"]],
            [
                ("input_0", "UINT8", ["-1", "-1", "-1", "3"]),
                ("input_1", "FP32", ["-1", "2"]),
                ("input_2", "FP32", ["-1", "2"]),
            ],
        )
        self.refused("NOT_FOUND", "'nope' is not found", lambda: self.server.get_model_metadata("nope"))

    def test_config(self) -> None:
        config = self.server.get_model_config("extraction", "1").config
        self.assertEqual((config.name, config.platform, config.max_batch_size), ("extraction", "ensemble", 8))
        self.assertEqual(list(config.input[0].dims), [112, 112, 3])
        self.assertIn("face_contract_id", config.parameters)

    def test_infer(self) -> None:
        asked = [client.InferRequestedOutput("OF32"), client.InferRequestedOutput("OU8")]
        answer = self.server.infer("echo", echo_inputs(), outputs=asked, request_id="abc", model_version="1")
        np.testing.assert_array_equal(answer.as_numpy("OU8"), U8)
        np.testing.assert_array_equal(answer.as_numpy("OF32"), F32)
        self.assertEqual(answer.get_response().id, "abc")
        self.assertEqual(answer.get_output("OU8").datatype, "UINT8")
        self.assertIsNone(answer.as_numpy("nope"))

    def test_every_datatype(self) -> None:
        for datatype, values in DATATYPES.items():
            with self.subTest(datatype):
                answer = self.server.infer(f"same_{datatype.lower()}", [tensor("X", values, datatype)])
                self.assertEqual(answer.get_output("Y").datatype, datatype)
                np.testing.assert_array_equal(answer.as_numpy("Y"), values)

    def test_empty_tensors(self) -> None:
        answer = self.server.infer("nobatch", [tensor("X", np.zeros((0, 2), np.float32), "FP32")])
        self.assertEqual(answer.as_numpy("Y").shape, (0, 2))
        answer = self.server.infer("detection", pictures(2))
        self.assertEqual(answer.as_numpy("output_0").shape, (0, 5))
        self.assertEqual(answer.as_numpy("output_1").shape, (0, 10))
        np.testing.assert_array_equal(answer.as_numpy("output_2"), np.zeros((2, 1), np.int32))

    def test_large_batches(self) -> None:
        answer = self.server.infer("extraction", faces(8))
        embeddings = answer.as_numpy("output_0")
        self.assertEqual(embeddings.shape, (8, 512))
        self.assertTrue(np.isfinite(embeddings).all())
        np.testing.assert_array_equal(embeddings, np.repeat(embeddings[:1], 8, axis=0))
        size = 64 * 2**20
        blob = self.server.infer("blob", [tensor("B", np.zeros(size, np.uint8), "UINT8")])
        np.testing.assert_array_equal(blob.as_numpy("N"), [size])

    def test_compression(self) -> None:
        for algorithm in ["gzip", "deflate"]:
            with self.subTest(algorithm):
                answer = self.server.infer("echo", echo_inputs(), compression_algorithm=algorithm)
                np.testing.assert_array_equal(answer.as_numpy("OF32"), F32)

    def test_classification(self) -> None:
        asked = [client.InferRequestedOutput("OF32", class_count=1)]
        answer = self.server.infer("echo", echo_inputs(), outputs=asked)
        self.assertEqual(answer.as_numpy("OF32").tolist(), [[b"0.500000:0"], [b"3.000000:1"]])

    def test_refusals(self) -> None:
        infer = self.server.infer
        self.refused("NOT_FOUND", "unknown model: 'nope' is not found", lambda: infer("nope", echo_inputs()))
        self.refused("NOT_FOUND", "version 7", lambda: infer("echo", echo_inputs(), model_version="7"))
        self.refused(
            "INVALID_ARGUMENT",
            "[request id: abc] inference request batch-size must be <= 8 for 'extraction'",
            lambda: infer("extraction", faces(9), request_id="abc"),
        )
        self.refused("INVALID_ARGUMENT", "expected 2 inputs", lambda: infer("echo", echo_inputs()[:1]))
        wrong = [tensor("U8", U8.astype(np.int8), "INT8"), *echo_inputs()[1:]]
        self.refused("INVALID_ARGUMENT", "data-type is 'INT8'", lambda: infer("echo", wrong))
        self.refused("UNAVAILABLE", "not allowed", lambda: self.server.load_model("echo"))
        self.refused("UNAVAILABLE", "not allowed", lambda: self.server.unload_model("echo"))

    def test_timeouts(self) -> None:
        self.refused(
            "DEADLINE_EXCEEDED",
            "Deadline Exceeded",
            lambda: self.server.infer("extraction", faces(8), client_timeout=0.001),
        )
        # Microseconds in a queue, of which an ordinary model has no limit that this could shorten.
        self.assertIsNotNone(self.server.infer("echo", echo_inputs(), timeout=1).as_numpy("OU8"))

    def test_parameters(self) -> None:
        answer = self.server.infer(
            "extraction",
            faces(1),
            sequence_id=7,
            sequence_start=True,
            priority=3,
            parameters={"mine": "text", "count": 5, "flag": True},
        )
        parameters = answer.get_response().parameters
        self.assertEqual(parameters["sequence_id"].int64_param, 7)
        self.assertTrue(parameters["sequence_start"].bool_param)
        self.assertFalse(parameters["sequence_end"].bool_param)

    def test_async(self) -> None:
        answers: queue.Queue[tuple[int, Any, Any]] = queue.Queue()
        for index in range(40):
            values = np.full((1, 4), index, np.uint8)
            self.server.async_infer(
                "echo",
                echo_inputs(values, F32[:1]),
                callback=lambda result, error, index=index: answers.put((index, result, error)),
            )
        for _ in range(40):
            index, result, error = answers.get(timeout=PATIENCE_SECONDS)
            self.assertIsNone(error)
            np.testing.assert_array_equal(result.as_numpy("OU8"), np.full((1, 4), index))

    def test_async_error_and_cancel(self) -> None:
        answers: queue.Queue[tuple[Any, Any]] = queue.Queue()

        def done(result: Any, error: Any) -> None:
            answers.put((result, error))

        self.server.async_infer("nope", echo_inputs(), callback=done)
        self.assertEqual(answers.get(timeout=PATIENCE_SECONDS)[1].status(), "StatusCode.NOT_FOUND")
        self.server.async_infer("extraction", faces(8), callback=done).cancel()
        self.assertEqual(answers.get(timeout=PATIENCE_SECONDS)[1].status(), "StatusCode.CANCELLED")
        self.assertTrue(self.server.is_server_live())

    def test_many_threads(self) -> None:
        problems: list[BaseException] = []

        def work(index: int) -> None:
            try:
                for _ in range(10):
                    values = np.full((2, 4), index, np.uint8)
                    answer = self.server.infer("echo", echo_inputs(values))
                    np.testing.assert_array_equal(answer.as_numpy("OU8"), values)
            except BaseException as problem:  # noqa: BLE001
                problems.append(problem)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])

    def test_stream(self) -> None:
        answers: queue.Queue[tuple[Any, Any]] = queue.Queue()
        self.server.start_stream(callback=lambda result, error: answers.put((result, error)))
        self.server.async_stream_infer("echo", echo_inputs(), request_id="1")
        self.server.async_stream_infer("nope", echo_inputs(), request_id="2")
        self.server.async_stream_infer(
            "extraction", faces(1), request_id="3", enable_empty_final_response=True
        )
        first, second, third = (answers.get(timeout=PATIENCE_SECONDS) for _ in range(3))
        self.assertEqual(first[0].get_response().id, "1")
        self.assertTrue(first[0].get_response().parameters["triton_final_response"].bool_param)
        self.assertIn("'nope' is not found", str(second[1]))
        self.assertEqual(third[0].as_numpy("output_0").shape, (1, 512))
        self.server.stop_stream()

    def test_stream_cancelled(self) -> None:
        answers: queue.Queue[tuple[Any, Any]] = queue.Queue()
        self.server.start_stream(callback=lambda result, error: answers.put((result, error)))
        for _ in range(4):
            self.server.async_stream_infer("extraction", faces(8))
        self.server.stop_stream(cancel_requests=True)
        self.assertTrue(self.server.is_server_live())

    def test_statistics(self) -> None:
        def counts() -> tuple[int, int, int]:
            (model,) = self.server.get_inference_statistics("half").model_stats
            return (
                model.inference_count,
                model.inference_stats.success.count,
                model.inference_stats.fail.count,
            )

        before = counts()
        self.server.infer("half", [tensor("X", np.zeros((3, 2), np.float16), "FP16")])
        with self.assertRaises(InferenceServerException):
            self.server.infer("half", [tensor("X", np.zeros((3, 3), np.float16), "FP16")])
        after = counts()
        self.assertEqual([b - a for a, b in zip(before, after)], [3, 1, 0])
        names = {model.name for model in self.server.get_inference_statistics().model_stats}
        self.assertLessEqual({"detection", "extraction", "echo"}, names)

    def test_repository(self) -> None:
        index = self.server.get_model_repository_index(as_json=True)["models"]
        self.assertIn({"name": "echo", "version": "1", "state": "READY"}, index)

    def test_settings(self) -> None:
        self.assertEqual(list(self.server.get_trace_settings("echo").settings["trace_level"].value), ["OFF"])
        changed = self.server.update_trace_settings(settings={"trace_rate": "5"})
        self.assertEqual(list(changed.settings["trace_rate"].value), ["5"])
        self.server.update_trace_settings(settings={"trace_rate": None})
        before = self.server.get_log_settings().settings["log_verbose_level"].uint32_param
        changed = self.server.update_log_settings({"log_verbose_level": before + 1})
        self.assertEqual(changed.settings["log_verbose_level"].uint32_param, before + 1)
        self.server.update_log_settings({"log_verbose_level": before})

    def test_shared_memory(self) -> None:
        name = f"face_test_{os.getpid()}"
        region = shm.create_shared_memory_region(name, f"/{name}", 64)
        try:
            shm.set_shared_memory_region(region, [U8])
            self.server.register_system_shared_memory(name, f"/{name}", 64)
            status = self.server.get_system_shared_memory_status(name, as_json=True)["regions"]
            self.assertEqual(status[name]["byte_size"], "64")
            inputs = echo_inputs()
            inputs[0].set_shared_memory(name, U8.nbytes)
            output = client.InferRequestedOutput("OF32")
            output.set_shared_memory(name, F32.nbytes, offset=32)
            asked = [client.InferRequestedOutput("OU8"), output]
            answer = self.server.infer("echo", inputs, outputs=asked)
            np.testing.assert_array_equal(answer.as_numpy("OU8"), U8)
            np.testing.assert_array_equal(
                shm.get_contents_as_numpy(region, np.float32, [2, 2], offset=32), F32
            )
            inputs[0].set_shared_memory(name, U8.nbytes, offset=60)
            self.refused("INVALID_ARGUMENT", "Invalid offset", lambda: self.server.infer("echo", inputs))
            self.server.unregister_system_shared_memory(name)
            self.refused("NOT_FOUND", "Unable to find", lambda: self.server.infer("echo", inputs))
        finally:
            self.server.unregister_system_shared_memory(name)
            shm.destroy_shared_memory_region(region)
        self.assertEqual(dict(self.server.get_cuda_shared_memory_status().regions), {})

    def test_asyncio(self) -> None:
        async def talk() -> None:
            async with aio_client.InferenceServerClient(ADDRESS) as server:
                self.assertTrue(await server.is_server_ready())
                answers = await asyncio.gather(*(server.infer("echo", echo_inputs()) for _ in range(20)))
                for answer in answers:
                    np.testing.assert_array_equal(answer.as_numpy("OF32"), F32)

                async def requests() -> Any:
                    for identity in ["1", "2", "3"]:
                        yield {"model_name": "echo", "inputs": echo_inputs(), "request_id": identity}

                identities = []
                async for result, error in server.stream_infer(requests()):
                    self.assertIsNone(error)
                    identities.append(result.get_response().id)
                self.assertEqual(identities, ["1", "2", "3"])

        asyncio.run(talk())


class JsonResult(unittest.TestResult):
    """Says of each test what went wrong, null for nothing."""

    def stopTest(self, test: unittest.TestCase) -> None:
        name = test.id().rpartition(".")[2]
        problems = [text for case, text in self.failures + self.errors if case.id().startswith(test.id())]
        print(json.dumps({"name": name, "problem": "\n".join(problems) or None}), flush=True)


if __name__ == "__main__":
    unittest.defaultTestLoader.loadTestsFromTestCase(ClientTest).run(JsonResult())
