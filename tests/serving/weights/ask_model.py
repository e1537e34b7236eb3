"""Ask a model questions, one a line of standard input; run in the environment of vLLM, offline.

    ask_model.py FOLDER

Prints a JSON list of what it answers, without the mark of the end, or null where none came.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

_LONGEST = 128


def main(folder: Path) -> None:
    """Answer as the server does by default: the likeliest token each time."""
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    answers: list[str | None] = []
    for question in sys.stdin.read().splitlines():
        messages = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": question},
        ]
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        tokens = tokenizer(prompt, return_tensors="pt").input_ids
        made = model.generate(tokens, max_new_tokens=_LONGEST, do_sample=False)
        text = tokenizer.decode(made[0][tokens.shape[1] :])
        answers.append(text.removesuffix("<|end|>") if text.endswith("<|end|>") else None)
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
