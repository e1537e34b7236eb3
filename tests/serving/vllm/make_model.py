"""Make a tiny Llama and adapters for it; run in the environment of vLLM, offline.

    make_model.py FOLDER

Random weights from a fixed seed: it answers nonsense, and the same nonsense every time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

LAYERS, HIDDEN, HEADS, KV_HEADS, CONTEXT, VOCABULARY = 3, 512, 8, 4, 8192, 512
REPOSITORY = "example/tiny-llama"
RANKS = {"adapter-rank-8": 8, "adapter-rank-32": 32}
_SENTENCE = "Die Daten bleiben hier, weil sie nirgendwo anders hingehen."
_CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "assistant:"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Return one that knows every byte, so that every text can be encoded."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([_SENTENCE] * 10, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    fast.chat_template = _CHAT_TEMPLATE
    return fast


def llama() -> LlamaForCausalLM:
    """Return it with a size per token that divides no power of two: rounding then shows."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=HIDDEN,
        intermediate_size=2 * HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        max_position_embeddings=CONTEXT,
        bos_token_id=0,
        eos_token_id=1,
    )
    return LlamaForCausalLM(config).to(torch.bfloat16)


def main(folder: Path) -> None:
    """Write the model into ``base``, and each adapter into a folder of its name."""
    torch.manual_seed(42)
    tokenizer().save_pretrained(folder / "base")
    llama().save_pretrained(folder / "base")
    for name, rank in RANKS.items():
        base = LlamaForCausalLM.from_pretrained(folder / "base", dtype=torch.bfloat16)
        base.name_or_path = REPOSITORY  # which an adapter then names as its base
        # Fresh adapters change nothing; random ones change what is answered.
        config = LoraConfig(
            r=rank,
            lora_alpha=8 * rank,
            target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
            task_type="CAUSAL_LM",
            init_lora_weights=False,
        )
        get_peft_model(base, config).save_pretrained(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
