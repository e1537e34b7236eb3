"""A cluster whose Services have another domain than `cluster.local`, from stack to rules."""

import copy
import json
from typing import Any

from hoheit_policy import Verdict, read_declarations
from hoheit_policy.recipients import Recipients, recipients_of
from hoheit_policy.view import View
from support import residency as r
from support.monitor import run_stack, stack_environment

DOMAIN = "platform.example.net"


def test_a_stack_declares_the_domain_by_which_its_pods_call_each_other() -> None:
    environment: dict[str, Any] = copy.deepcopy(stack_environment("example"))
    environment["cluster"]["network"]["domain"] = DOMAIN
    monitor = run_stack(environment)
    declared = read_declarations(monitor.named("residency").inputs["declarations"])
    print(declared.clusters, [x for x in monitor.registered if DOMAIN in json.dumps(x.inputs, default=str)][:1])
