"""Write the model, ready to be served, into a folder: `python -m small_model FOLDER`."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import save_file

from small_model.corpus import read_corpus
from small_model.training import train
from small_model.vocabulary import learn_vocabulary, rendered

_HOME = Path(__file__).parents[1]
_OUTPUT_LAYER = "lm_head.weight"
"""Shares its numbers with the first layer (`tie_word_embeddings`), so they are written once."""
_log = logging.getLogger("small_model")


def main(folder: Path) -> None:
    """Train the model and write its files; those that need no training are copied."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    started = time.monotonic()
    config = json.loads((_HOME / "unit" / "config.json").read_text(encoding="utf-8"))
    talks = read_corpus(_HOME / "corpus")
    tokenizer = learn_vocabulary(talks, config["vocab_size"])
    if tokenizer.get_vocab_size() != config["vocab_size"]:
        raise SystemExit(
            f"the corpus gives {tokenizer.get_vocab_size()} tokens, and vocab_size of "
            f"unit/config.json is {config['vocab_size']}: set that"
        )
    model = train(talks, tokenizer, config)
    shutil.copytree(_HOME / "unit", folder, dirs_exist_ok=True)
    (folder / "tokenizer.json").write_text(rendered(tokenizer), encoding="utf-8")
    weights = {
        name: tensor.to(torch.bfloat16).contiguous()
        for name, tensor in sorted(model.state_dict().items())
        if name != _OUTPUT_LAYER
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    for file in folder.iterdir():
        file.chmod(0o644)
    parameters = sum(tensor.numel() for tensor in weights.values())
    _log.info("%d parameters in %.0f seconds", parameters, time.monotonic() - started)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
