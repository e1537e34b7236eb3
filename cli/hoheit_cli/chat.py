"""`hoheit chat`: ask a model of a stack one question, and print the answer as it comes in."""

import argparse
import base64
import binascii
import os
import sys
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from .chat_answer import Api
from .cluster_options import add_context_option, add_kubeconfig_option
from .errors import UsageError
from .finding import Unread
from .kubectl import Kubectl
from .objects import mapping_at
from .port_forward import forwarded
from .served import Served, chosen, context_of, services_of
from .service_pods import answering_pod
from .state import add_state_options, read_state

KEY = "HOHEIT_API_KEY"
"""Variable with the key, for an API at a base URL."""
_DEFAULT_CLIENT = "default"


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    description = (
        "Ask a model one question and print its answer. The service and its key are found by the "
        "stack's state; the way to a pod leads through the API server."
    )
    parser: argparse.ArgumentParser = commands.add_parser(
        "chat", help="ask a model of a stack one question", description=description
    )
    add_state_options(parser).add_argument(
        "--base-url", metavar="URL", help=f"an API instead; its key is in ${KEY} or --key-file"
    )
    parser.add_argument("--model", metavar="NAME", help="model, or its service, if there are more")
    parser.add_argument(
        "--client", metavar="NAME", help=f"whose key to take (default: {_DEFAULT_CLIENT})"
    )
    parser.add_argument("--key-file", metavar="FILE", type=Path, help="key for --base-url")
    add_context_option(parser)
    add_kubeconfig_option(parser)
    parser.add_argument(
        "--max-tokens", type=int, metavar="N", help="end the answer after so many tokens"
    )
    parser.add_argument(
        "--time", action="store_true", help="print on stderr how long the first token took"
    )
    parser.add_argument("question", help="what to ask; - reads it from standard input")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    question = _question(options.question)
    if options.max_tokens is not None and options.max_tokens < 1:
        raise UsageError(f"--max-tokens: {options.max_tokens}, but an answer has 1 or more")
    with _model(options) as (api, model):
        _print_answer(api, model, question, options)
    return 0


def _question(given: str) -> str:
    try:
        question = sys.stdin.read() if given == "-" else given
    except UnicodeDecodeError:
        raise UsageError("the question on standard input is no UTF-8 text") from None
    if not question.strip():
        raise UsageError("the question is empty; write it in quotes at the end")
    return question


@contextmanager
def _model(options: argparse.Namespace) -> Generator[tuple[Api, str]]:
    """Open the way to the model that the options mean."""
    if options.base_url is not None:
        _refuse(options, ("client", "context", "kubeconfig"), "--stack or --state")
        api = Api.at(options.base_url, _own_key(options.key_file))
        yield api, options.model or _only(api.models())
        return
    _refuse(options, ("key_file",), "--base-url")
    service, model = chosen(services_of(read_state(options)), options.model)
    cluster = Kubectl(context_of(service, options.context), options.kubeconfig)
    cluster.version()
    pod = answering_pod(cluster, service)
    key = _key(cluster, service, options.client)
    with forwarded(cluster, service.namespace, pod, service.port) as port:
        yield Api(https=False, host="127.0.0.1", port=port, path=service.path, key=key), model


def _refuse(options: argparse.Namespace, names: tuple[str, ...], needed: str) -> None:
    for name in names:
        if getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')}: goes with {needed} only; leave it out")


def _only(models: list[str]) -> str:
    if len(models) != 1:
        found = f"there are {', '.join(models)}" if models else "the server lists none"
        raise UsageError(f"name one with --model: {found}")
    return models[0]


def _own_key(file: Path | None) -> str | None:
    """Return the key for a base URL; some APIs want none."""
    if file is None:
        key = os.environ.get(KEY)
    else:
        key = file.read_text(encoding="utf-8", errors="replace")
    return _usable(key, str(file) if file else f"${KEY}") if key else None


def _usable(key: str, origin: str) -> str:
    plain = key.strip()
    if not plain.isascii() or not plain.isprintable() or not plain or " " in plain:
        raise UsageError(f"{origin} holds no key: one line of letters, digits and signs is one")
    return plain


def _key(cluster: Kubectl, service: Served, client: str | None) -> str:
    """Return a client's key. It is read, used and forgotten, and printed nowhere."""
    where = f"Secret '{service.key_secret}' in namespace {service.namespace}"
    found = cluster.objects("secret", service.key_secret, f"--namespace={service.namespace}")
    if isinstance(found, Unread):
        raise UsageError(
            f"the key of '{service.name}' cannot be read: {found.why}; ask for the right to get "
            f"{where}, or for a key, and use --base-url"
        )
    if not found:
        raise UsageError(f"there is no {where}; `pulumi up --refresh` makes it anew")
    keys = mapping_at(found[0], "data")
    clients = sorted(keys)
    name = client or (_DEFAULT_CLIENT if _DEFAULT_CLIENT in keys or not clients else clients[0])
    if name not in keys or (client is None and name != _DEFAULT_CLIENT and len(clients) > 1):
        raise UsageError(f"--client: name one of {', '.join(clients) or 'none'}, as {where} has it")
    try:
        return _usable(base64.b64decode(keys[name]).decode(), where)
    except (binascii.Error, UnicodeDecodeError):
        raise UsageError(f"{where} holds no key under '{name}'") from None


def _print_answer(api: Api, model: str, question: str, options: argparse.Namespace) -> None:
    asked, first, cut = monotonic(), None, False
    try:
        for piece in api.answer(model, question, options.max_tokens):
            if piece.text:
                first = first or monotonic()
                sys.stdout.write(shown(piece.text))
                sys.stdout.flush()
            cut = cut or piece.cut
    finally:
        if first:
            sys.stdout.write("\n")
            sys.stdout.flush()
    if first is None:
        sys.stderr.write("the model answered nothing\n")
    if cut:
        sys.stderr.write("the answer ends at its largest length; --max-tokens sets another\n")
    if options.time and first is not None:
        whole = monotonic() - asked
        sys.stderr.write(f"first token after {first - asked:.2f} s, all after {whole:.2f} s\n")


def shown(text: str) -> str:
    """Return text of a model without what a terminal would act on, but line breaks and tabs."""
    return "".join(char if char in "\n\t" or _is_harmless(char) else "\ufffd" for char in text)


def _is_harmless(char: str) -> bool:
    """Tell whether a character is no control, direction mark or half of a pair."""
    joiners = "\u200c\u200d"
    return char in joiners or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
