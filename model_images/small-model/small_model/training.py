"""From a corpus to weights: every step from one seed, on one thread, so that bytes repeat."""

from __future__ import annotations

import logging
import math
import random
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import LambdaLR
from transformers import LlamaConfig, LlamaForCausalLM

from small_model.questions import varied
from small_model.vocabulary import ASSISTANT, END, USER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from tokenizers import Tokenizer

    from small_model.corpus import Talk

_SEED = 20261126
_PASSES = 30
_BATCH = 16
_PEAK_RATE = 4e-3
_WARM_UP = 0.05
"""Share of all steps in which the rate rises; afterwards it falls as a cosine."""
_MISREAD = 0.015
"""Share of its own words that it gets to read wrong, so that one slip does not end in babble."""
_IGNORED = -100
_FILL = 0
_log = logging.getLogger(__name__)


def train(
    talks: Sequence[Talk], tokenizer: Tokenizer, config: Mapping[str, Any]
) -> LlamaForCausalLM:
    """Return the trained model, in float32."""
    torch.set_num_threads(1)  # sums in another order are other sums
    torch.use_deterministic_algorithms(mode=True)
    torch.manual_seed(_SEED)
    dice = random.Random(_SEED)  # noqa: S311 - words, not keys
    model = LlamaForCausalLM(LlamaConfig(**config)).to(torch.float32).train()
    pairs = [(question, talk.answer) for talk in talks for question in talk.questions]
    steps = _PASSES * math.ceil(len(pairs) / _BATCH)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=_PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.05
    )
    schedule = LambdaLR(optimizer, lambda step: _rate(step / steps))
    for number in range(_PASSES):
        losses: list[float] = []
        for batch in _batches(pairs, tokenizer, dice):
            loss = _loss(model, batch, dice)
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        _log.info("pass %d of %d: loss %.3f", number + 1, _PASSES, sum(losses) / len(losses))
    return model.eval()


def _rate(progress: float) -> float:
    if progress < _WARM_UP:
        return progress / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP)))


def _batches(
    pairs: Sequence[tuple[str, str]], tokenizer: Tokenizer, dice: random.Random
) -> Iterator[list[tuple[list[int], list[int]]]]:
    """Yield all pairs once, as tokens; those of a like length together, to compute no filling."""
    samples = [
        (
            tokenizer.encode(f"{USER}{varied(question, dice)}{END}{ASSISTANT}").ids,
            tokenizer.encode(f"{answer}{END}").ids,
        )
        for question, answer in pairs
    ]
    dice.shuffle(samples)
    samples.sort(key=lambda sample: len(sample[0]) + len(sample[1]))
    batches = [samples[start : start + _BATCH] for start in range(0, len(samples), _BATCH)]
    dice.shuffle(batches)
    yield from batches


def _loss(
    model: LlamaForCausalLM, batch: Sequence[tuple[list[int], list[int]]], dice: random.Random
) -> torch.Tensor:
    """Return how badly the answers are predicted; questions are read and not learned."""
    shape = (len(batch), max(len(question) + len(answer) for question, answer in batch))
    tokens, wanted = torch.full(shape, _FILL), torch.full(shape, _IGNORED)
    for row, (question, answer) in enumerate(batch):
        end = len(question) + len(answer)
        tokens[row, :end] = torch.tensor(question + _misread(answer, model.vocab_size, dice))
        wanted[row, len(question) : end] = torch.tensor(answer)
    logits = model(input_ids=tokens, use_cache=False).logits[:, :-1]
    return cross_entropy(logits.flatten(0, 1), wanted[:, 1:].flatten(), ignore_index=_IGNORED)


def _misread(tokens: Sequence[int], vocabulary: int, dice: random.Random) -> list[int]:
    return [dice.randrange(vocabulary) if dice.random() < _MISREAD else token for token in tokens]
