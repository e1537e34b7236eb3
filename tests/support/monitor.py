"""Pulumi's in-process mocks, with a memory of every registration and its options."""

import asyncio
import atexit
import json
import os
import runpy
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pulumi
import yaml
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

from support.image_locks import write_locks

STACKS = Path(__file__).parents[2] / "stacks"


def _know_images_that_nobody_built() -> None:
    """Let stacks read locks with made-up digests; a run that builds images names its own."""
    if "HOHEIT_IMAGE_LOCKS" not in os.environ:
        directory = Path(tempfile.mkdtemp(prefix="hoheit-locks-"))
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        write_locks(STACKS, directory)
        os.environ["HOHEIT_IMAGE_LOCKS"] = str(directory)


_know_images_that_nobody_built()


class Registered(NamedTuple):
    """One resource as the program sent it to the engine."""

    type: str
    name: str
    inputs: dict[str, Any]
    request: resource_pb2.RegisterResourceRequest

    @property
    def aliases(self) -> list[str]:
        """Names by which earlier releases knew it."""
        return [one.spec.name for one in self.request.aliases]


class _Echo(mocks.Mocks):
    """Answers as a cluster would: a Kubernetes object without a name gets one."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ.startswith("kubernetes:"):
            outputs["metadata"] = {"name": f"{args.name}-abc12", **outputs.get("metadata", {})}
        if args.typ == "random:index/randomPassword:RandomPassword":
            outputs["result"] = "generated-password"
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"no component may call {args.token} while it is built")


class Monitor(mocks.MockMonitor):
    """A monitor that remembers."""

    def __init__(self) -> None:
        super().__init__(_Echo())
        self.registered: list[Registered] = []
        self.outputs: list[tuple[str, dict[str, Any]]] = []
        """URN and outputs of every component that said it was finished, in that order."""

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> Any:  # noqa: N802
        inputs = rpc.deserialize_properties(request.object, True)
        self.registered.append(Registered(request.type, request.name, inputs, request))
        return super().RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        self.outputs.append((request.urn, rpc.deserialize_properties(request.outputs, True)))
        return super().RegisterResourceOutputs(request)

    def of_type(self, type_: str) -> list[Registered]:
        return [found for found in self.registered if found.type == type_]

    def one(self, type_: str) -> Registered:
        (found,) = self.of_type(type_)
        return found

    def named(self, name: str) -> Registered:
        (found,) = [found for found in self.registered if found.name == name]
        return found

    def named_type(self, type_: str, name: str) -> Registered:
        """Return the one of this type, where a generated value has its name too."""
        (found,) = [found for found in self.of_type(type_) if found.name == name]
        return found


def run(program: Callable[[], Any], *, preview: bool = False) -> Monitor:
    """Run ``program`` against a fresh monitor, and return it when all work has landed."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    monitor = Monitor()
    pulumi.runtime.set_mocks(
        monitor.mocks, project="hoheit", stack="test", preview=preview, monitor=monitor
    )

    @pulumi.runtime.test
    def body() -> None:
        program()

    body()
    return monitor


def run_stack(environment: dict[str, Any] | None, secrets: dict[str, str] | None = None) -> Monitor:
    """Run the program of ``stacks/`` with one environment, or without any."""
    config = dict(secrets or {})
    if environment is not None:
        config["hoheit:environment"] = json.dumps(environment)
    pulumi.runtime.set_all_config(config, list(secrets or {}))
    return run(lambda: runpy.run_path(str(STACKS), run_name="__main__") and None)


def run_source(source: str) -> Monitor:
    """Run a whole program that is given as text."""
    pulumi.runtime.set_all_config({}, [])
    # Its own source is what a test means to run.
    return run(lambda: exec(compile(source, "__main__.py", "exec"), {}))  # noqa: S102


def stack_environment(stack: str) -> dict[str, Any]:
    """Return the environment that ``Pulumi.<stack>.yaml`` holds."""
    document = yaml.safe_load((STACKS / f"Pulumi.{stack}.yaml").read_text("utf-8"))
    return document["config"]["hoheit:environment"]
