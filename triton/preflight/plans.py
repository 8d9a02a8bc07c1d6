"""Whether the plans can be read by the TensorRT and the GPUs that are here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from gpus import Gpu
from repository import ModelConfig

CURE = "make it again on this kind of machine: triton/build.sh"


@dataclass
class Findings:
    """What keeps the server from starting, and what may be slow or wrong."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan_problems(model: ModelConfig, gpus: list[Gpu], tensorrt: str | None) -> Findings:
    """Checks the plan of a model by the model.plan.json that build.sh wrote beside it; others have none.

    A plan is bound to TensorRT's full version and to the compute capability; on another GPU of the same
    capability it runs, but was tuned for something else (TensorRT Developer Guide, "Hardware Compatibility").
    Without GPUs, or without a version, what depends on them is not checked.
    """
    found = Findings()
    if not model.is_plan:
        return found
    plan = model.folder / "1" / "model.plan"
    record_path = plan.with_name("model.plan.json")
    if not plan.is_file() or plan.stat().st_size == 0:
        found.problems.append(f"{model.name} has no {plan}: triton/build.sh makes it of model.onnx")
        return found
    try:
        with plan.open("rb") as file:
            file.read(1)
    except OSError as error:
        found.problems.append(f"{model.name}: {plan} cannot be read: {error.strerror}")
        return found
    try:
        record = json.loads(record_path.read_text(encoding="utf-8"))
        size, made_by = int(record["plan_bytes"]), str(record["tensorrt"])
        gpu = Gpu(name=str(record["gpu"]), compute_capability=str(record["compute_capability"]))
    except FileNotFoundError:
        found.warnings.append(
            f"{model.name}: nothing tells which GPU and TensorRT its plan is for (no {record_path.name})"
        )
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        found.problems.append(f"{model.name}: {record_path} cannot be used: {error!r}; {CURE}")
        return found

    if size != plan.stat().st_size:
        found.problems.append(
            f"{model.name}: its plan has {plan.stat().st_size} bytes, {record_path.name} describes one of "
            f"{size}: it was cut off or replaced; {CURE}"
        )
    if tensorrt is not None and made_by != tensorrt:
        found.problems.append(f"{model.name}: its plan is for TensorRT {made_by}, this is {tensorrt}; {CURE}")
    for here in dict.fromkeys(gpus):
        if here.compute_capability != gpu.compute_capability:
            found.problems.append(
                f"{model.name}: its plan is for another GPU: {gpu.name} ({gpu.compute_capability}), "
                f"this is {here.name} ({here.compute_capability}); {CURE}"
            )
        elif here.name != gpu.name:
            found.warnings.append(
                f"{model.name}: its plan was tuned for {gpu.name} and runs on {here.name}: {CURE}"
            )
    return found
