"""The model of these tests, and what is expected of it."""

from __future__ import annotations

import hashlib
import random

MIB = 1024**2
LARGEST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
TAKEN = [
    "config.json",
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
    "model.safetensors.index.json",
    "original/params.json",
    "tokenizer.json",
]
"""What is mirrored of it without any --allow."""


def tiny_model() -> dict[str, bytes]:
    """Return a file of every kind, the largest ones larger than what goes through memory."""
    dice = random.Random(42)  # noqa: S311 - weights, not keys
    return {
        "config.json": b'{"architectures": ["LlamaForCausalLM"]}',
        LARGEST: dice.randbytes(40 * MIB),
        SECOND: dice.randbytes(17 * MIB),
        "model.safetensors.index.json": b'{"weight_map": {}}',
        "original/params.json": b"{}",
        "tokenizer.json": dice.randbytes(11 * MIB),
        "modeling_tiny.py": b"raise SystemExit('remote code')",
        "pytorch_model.bin": b"\x80\x04.",
        "README.md": b"# tiny",
    }


def sha256(content: bytes) -> str:
    """Return a digest as the fetcher writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
