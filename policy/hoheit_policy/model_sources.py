"""Where a container gets its model from when it starts: a path, or a hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .arguments import argument_of, words_of
from .images import read_image, software_of
from .known_services import endpoint_of
from .values import Gap, text_at

if TYPE_CHECKING:
    from .environment import Environment
    from .kubernetes import Container

HUB = "https://huggingface.co"
"""Default of HF_ENDPOINT (huggingface_hub 2.4.0, constants.py)."""
_ENGINE = "vllm"
_NAMES = ("--model", "--tokenizer", "--hf-config-path")
"""Options of vLLM that take a path or a name on the hub."""
_SERVE = "serve"
_LOCAL = ("/", "./", "../")
_TRUE = ("1", "ON", "YES", "TRUE")
"""What huggingface_hub takes for true, in any case (2.4.0, constants.py, _is_true)."""
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


@dataclass(frozen=True, kw_only=True)
class Named:
    """A model as an option of an engine names it; MISSING: the engine takes its default."""

    option: str
    text: str | Gap

    @property
    def is_local(self) -> bool:
        """Tell whether it is a path, which nobody fetches."""
        return isinstance(self.text, str) and self.text.startswith(_LOCAL)


def runs_engine(container: Container) -> bool:
    """Tell whether an image looks like one of vLLM, whose options this module reads."""
    reference = text_at(container.body, "image")
    image = read_image(reference) if isinstance(reference, str) else None
    software = software_of(image) if image else None
    return software is not None and _ENGINE in software.names


def models_of(container: Container) -> list[Named]:
    """Return what the options of vLLM name; without any the default of the engine."""
    given = {option: argument_of(container, option) for option in _NAMES}
    if given["--model"] is Gap.MISSING:
        given["--model"] = _positional(container)
    return [
        Named(option=option, text=text)
        for option, text in given.items()
        if option == "--model" or text is not Gap.MISSING
    ]


def _positional(container: Container) -> str | Gap:
    """Return the model after ``serve``, which the image starts with where no command is given."""
    words = list(words_of(container))
    if any(isinstance(word, Gap) for word in words):
        return Gap.UNKNOWN if Gap.UNKNOWN in words else Gap.WRONG
    texts = [str(word) for word in words]
    start = texts.index(_SERVE) + 1 if _SERVE in texts else 0
    has_command = text_at(container.body, "command", 0) is not Gap.MISSING
    if has_command and _SERVE not in texts:
        return Gap.WRONG
    first = texts[start] if start < len(texts) else "-"
    return Gap.MISSING if first.startswith("-") else first


def is_offline(environment: Environment) -> bool:
    """Tell whether the libraries of the hub are told to fetch nothing."""
    values = [environment.value(name) for name in _OFFLINE]
    return any(isinstance(value, str) and value.upper() in _TRUE for value in values)


def hub_of(environment: Environment) -> str | Gap:
    """Return the host that names without a path are fetched from."""
    endpoint = environment.value("HF_ENDPOINT")
    if isinstance(endpoint, Gap) and endpoint is not Gap.MISSING:
        return endpoint
    try:
        return endpoint_of(HUB if isinstance(endpoint, Gap) else endpoint)[0]
    except ValueError:
        return Gap.WRONG
