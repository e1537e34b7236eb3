"""The tokenizer: pieces of words of the corpus, and every byte, so that any text can be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from small_model.corpus import Talk

END, USER, ASSISTANT = "<|end|>", "<|user|>", "<|assistant|>"
"""Marks of the chat template; ``END`` is token 0, which ends and fills sequences."""


def learn_vocabulary(talks: Sequence[Talk], size: int) -> Tokenizer:
    """Return a tokenizer with ``size`` tokens, which byte pairs of the corpus fill up."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END, USER, ASSISTANT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(
        (text for talk in talks for text in (*talk.questions, talk.answer)), trainer
    )
    return tokenizer


def rendered(tokenizer: Tokenizer) -> str:
    """Return ``tokenizer.json``, with its parts in one order."""
    content = json.loads(tokenizer.to_str())
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
