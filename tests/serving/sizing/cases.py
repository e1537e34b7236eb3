"""Configurations whose KV cache our arithmetic and vLLM must size alike.

The catalogue's models as they are; and shapes of further families, whose numbers need not be those
of a published model.
"""

from dataclasses import dataclass
from typing import Any

from hoheit_facts import MODELS

GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class Case:
    """One server."""

    name: str
    config: dict[str, Any]
    max_model_len: int = 4096
    available: int = 20 * GIB + 12_345_678
    """Bytes on each GPU; no whole number of any page."""
    tensor: int = 1
    pipeline: int = 1
    kv_cache_dtype: str = "auto"
    block_size: int | None = None
    kernel_block_size: int = 16
    max_num_batched_tokens: int = 8192
    prefix_caching: bool | None = None
    hybrid_manager_off: bool | None = None
    override: int | None = None
    drafter: dict[str, Any] | None = None
    """``method`` and ``num_speculative_tokens``, and ``config`` where it is a model of its own."""


def model(repository: str, **changes: Any) -> dict[str, Any]:
    """Return a configuration of the catalogue."""
    return {**MODELS[repository].config, **changes}


def dense(architecture: str, model_type: str, **changes: Any) -> dict[str, Any]:
    """Return a small configuration with grouped-query attention."""
    return {
        "architectures": [architecture],
        "model_type": model_type,
        "hidden_size": 2048,
        "intermediate_size": 5632,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "num_key_value_heads": 4,
        "vocab_size": 32000,
        "max_position_embeddings": 32768,
        "torch_dtype": "bfloat16",
        **changes,
    }


LLAMA = model("meta-llama/Meta-Llama-3.1-8B")
EAGLE3 = dense(
    "LlamaForCausalLMEagle3",
    "llama",
    hidden_size=4096,
    intermediate_size=14336,
    num_hidden_layers=1,
    num_attention_heads=32,
    num_key_value_heads=8,
    vocab_size=128256,
    draft_vocab_size=32000,
)
EXPERTS = {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 512}
GEMMA = {"head_dim": 256, "sliding_window": 1024, "hidden_activation": "gelu_pytorch_tanh"}
MAMBA2 = {
    "mamba_n_heads": 64,
    "mamba_d_head": 64,
    "mamba_d_state": 128,
    "mamba_n_groups": 1,
    "mamba_d_conv": 4,
    "mamba_expand": 2,
    "mamba_chunk_size": 256,
}
KINDS = ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"]

CASES: tuple[Case, ...] = (
    # Dense attention: grouped, single and as many key heads as query heads.
    Case(name="llama", config=LLAMA),
    Case(name="llama-tp2", config=LLAMA, tensor=2),
    Case(name="llama-tp8-of-8-heads", config=LLAMA, tensor=8),
    Case(name="llama-tp16-repeats-heads", config=LLAMA, tensor=16),
    Case(name="llama-pp2", config=LLAMA, pipeline=2),
    Case(name="llama-pp3-uneven", config=LLAMA, pipeline=3),
    Case(name="llama-tp2-pp2", config=LLAMA, tensor=2, pipeline=2),
    Case(name="llama-fp8", config=LLAMA, kv_cache_dtype="fp8"),
    Case(name="llama-block-64", config=LLAMA, block_size=64),
    Case(name="llama-long", config=LLAMA, max_model_len=100_001),
    Case(name="llama-override", config=LLAMA, override=4321),
    Case(name="mistral-window", config=model("mistralai/Mistral-7B-v0.1")),
    Case(
        name="mistral-window-long", config=model("mistralai/Mistral-7B-v0.1"), max_model_len=32768
    ),
    Case(name="mistral-without-window", config=model("mistralai/Mistral-7B-Instruct-v0.2")),
    Case(name="qwen2", config=model("Qwen/Qwen2.5-0.5B-Instruct"), tensor=2),
    Case(name="qwen3", config=model("Qwen/Qwen3-8B")),
    Case(name="phi3-window", config=dense("Phi3ForCausalLM", "phi3", sliding_window=2047)),
    Case(
        name="starcoder2-window",
        config=dense("Starcoder2ForCausalLM", "starcoder2", sliding_window=4096),
        max_model_len=16384,
    ),
    Case(name="olmo2-mha", config=dense("Olmo2ForCausalLM", "olmo2", num_key_value_heads=16)),
    Case(name="granite", config=dense("GraniteForCausalLM", "granite")),
    Case(name="gemma", config=dense("GemmaForCausalLM", "gemma", head_dim=256)),
    Case(name="glm4", config=dense("Glm4ForCausalLM", "glm4", head_dim=128, num_key_value_heads=2)),
    Case(
        name="gpt2-mha",
        config={
            "architectures": ["GPT2LMHeadModel"],
            "model_type": "gpt2",
            "n_embd": 1024,
            "n_layer": 24,
            "n_head": 16,
            "n_positions": 1024,
            "vocab_size": 50257,
            "torch_dtype": "float32",
        },
        max_model_len=1024,
    ),
    Case(
        name="bigcode-mqa",
        config={
            "architectures": ["GPTBigCodeForCausalLM"],
            "model_type": "gpt_bigcode",
            "n_embd": 2048,
            "n_layer": 24,
            "n_head": 16,
            "n_positions": 8192,
            "vocab_size": 49152,
            "multi_query": True,
            "torch_dtype": "bfloat16",
        },
        tensor=4,
    ),
    Case(
        name="falcon-mqa",
        config={
            "architectures": ["FalconForCausalLM"],
            "model_type": "falcon",
            "hidden_size": 4544,
            "num_hidden_layers": 32,
            "num_attention_heads": 71,
            "multi_query": True,
            "new_decoder_architecture": False,
            "parallel_attn": True,
            "vocab_size": 65024,
            "max_position_embeddings": 2048,
            "torch_dtype": "bfloat16",
        },
        max_model_len=2048,
    ),
    # Experts.
    Case(name="mixtral", config=model("mistralai/Mixtral-8x7B-v0.1"), tensor=2),
    Case(name="qwen3-moe", config=model("Qwen/Qwen3-30B-A3B"), tensor=4),
    Case(name="olmoe", config=dense("OlmoeForCausalLM", "olmoe", **EXPERTS)),
    Case(
        name="minimax-m2", config=model("MiniMaxAI/MiniMax-M2.7", scoring_func="sigmoid"), tensor=8
    ),
    # Windows and full attention in one model.
    Case(name="gpt-oss", config=model("openai/gpt-oss-20b"), max_model_len=32768),
    Case(name="gpt-oss-tp2-pp2", config=model("openai/gpt-oss-20b"), tensor=2, pipeline=2),
    Case(name="gpt-oss-promoted", config=model("openai/gpt-oss-20b"), hybrid_manager_off=True),
    Case(name="gpt-oss-fp8", config=model("openai/gpt-oss-20b"), kv_cache_dtype="fp8"),
    Case(
        name="gemma2",
        config=dense("Gemma2ForCausalLM", "gemma2", **{**GEMMA, "num_hidden_layers": 26}),
        max_model_len=8192,
    ),
    Case(
        name="gemma3-padding",
        config=dense("Gemma3ForCausalLM", "gemma3_text", **{**GEMMA, "num_hidden_layers": 34}),
        max_model_len=32768,
    ),
    Case(
        name="gemma3-pp2",
        config=dense("Gemma3ForCausalLM", "gemma3_text", **{**GEMMA, "num_hidden_layers": 34}),
        pipeline=2,
    ),
    Case(
        name="olmo3",
        config=dense("Olmo3ForCausalLM", "olmo3", sliding_window=4096, layer_types=KINDS * 6),
        max_model_len=32768,
    ),
    Case(
        name="cohere2",
        config=dense(
            "Cohere2ForCausalLM",
            "cohere2",
            head_dim=128,
            sliding_window=4096,
            sliding_window_pattern=4,
        ),
        max_model_len=16384,
    ),
    Case(
        name="exaone4",
        config=dense(
            "Exaone4ForCausalLM", "exaone4", sliding_window=4096, sliding_window_pattern=4
        ),
        max_model_len=16384,
    ),
    Case(
        name="gemma3n-shared",
        config=dense(
            "Gemma3nForCausalLM",
            "gemma3n_text",
            head_dim=256,
            num_key_value_heads=2,
            num_attention_heads=8,
            num_hidden_layers=30,
            num_kv_shared_layers=10,
            sliding_window=512,
            vocab_size=262400,
            intermediate_size=[16384] * 30,
            layer_types=(["sliding_attention"] * 4 + ["full_attention"]) * 6,
            activation_sparsity_pattern=[0.0] * 30,
        ),
        max_model_len=16384,
    ),
    Case(
        name="llama4-chunks",
        config=model("meta-llama/Llama-4-Scout-17B-16E-Instruct"),
        tensor=8,
        max_model_len=65536,
    ),
    Case(
        name="llama4-chunks-promoted",
        config=model("meta-llama/Llama-4-Scout-17B-16E-Instruct"),
        tensor=8,
        max_model_len=65536,
        hybrid_manager_off=True,
    ),
    # Latent attention, with and without an indexer.
    Case(name="deepseek-v3", config=model("deepseek-ai/DeepSeek-V3"), tensor=8),
    Case(
        name="deepseek-v3-fp8",
        config=model("deepseek-ai/DeepSeek-V3"),
        kv_cache_dtype="fp8",
        kernel_block_size=64,
    ),
    Case(name="deepseek-v3-pp2", config=model("deepseek-ai/DeepSeek-V3"), tensor=4, pipeline=2),
    Case(name="kimi-k2", config=model("moonshotai/Kimi-K2-Instruct"), tensor=8, block_size=64),
    Case(
        name="deepseek-v32-indexer",
        config=model("deepseek-ai/DeepSeek-V3.2"),
        tensor=8,
        kernel_block_size=64,
    ),
    Case(
        name="deepseek-v32-indexer-fp8",
        config=model("deepseek-ai/DeepSeek-V3.2"),
        tensor=8,
        kernel_block_size=64,
        kv_cache_dtype="fp8",
    ),
    Case(name="glm5-indexer", config=model("zai-org/GLM-5"), tensor=8, kernel_block_size=64),
    # States.
    Case(
        name="mamba",
        config={
            "architectures": ["MambaForCausalLM"],
            "model_type": "mamba",
            "hidden_size": 2560,
            "intermediate_size": 5120,
            "num_hidden_layers": 48,
            "state_size": 16,
            "conv_kernel": 4,
            "time_step_rank": 160,
            "vocab_size": 50280,
            "max_position_embeddings": 8192,
            "torch_dtype": "bfloat16",
        },
    ),
    Case(
        name="mamba2",
        config={
            "architectures": ["Mamba2ForCausalLM"],
            "model_type": "mamba2",
            "hidden_size": 4096,
            "expand": 2,
            "num_heads": 128,
            "head_dim": 64,
            "num_hidden_layers": 32,
            "state_size": 128,
            "n_groups": 8,
            "conv_kernel": 4,
            "vocab_size": 32768,
            "max_position_embeddings": 8192,
            "torch_dtype": "bfloat16",
        },
        tensor=2,
    ),
    Case(
        name="jamba",
        config=dense(
            "JambaForCausalLM",
            "jamba",
            num_hidden_layers=32,
            mamba_d_state=16,
            mamba_d_conv=4,
            mamba_expand=2,
            mamba_dt_rank=128,
            attn_layer_offset=4,
            attn_layer_period=8,
            expert_layer_offset=1,
            expert_layer_period=2,
            num_experts=16,
            num_experts_per_tok=2,
        ),
        tensor=2,
    ),
    Case(
        name="granite-hybrid",
        config=dense(
            "GraniteMoeHybridForCausalLM",
            "granitemoehybrid",
            layer_types=(["mamba"] * 5 + ["attention"]) * 4,
            num_local_experts=8,
            num_experts_per_tok=2,
            shared_intermediate_size=1024,
            **MAMBA2,
        ),
        tensor=2,
    ),
    Case(
        name="falcon-h1-prefixes-not-cached",
        config=dense("FalconH1ForCausalLM", "falcon_h1", mamba_d_ssm=4096, head_dim=128, **MAMBA2),
        prefix_caching=False,
    ),
    Case(
        name="falcon-h1",
        config=dense("FalconH1ForCausalLM", "falcon_h1", mamba_d_ssm=4096, head_dim=128, **MAMBA2),
    ),
    Case(
        name="nemotron-h",
        config=model("nvidia/Nemotron-H-56B-Base-8K"),
        max_model_len=8192,
    ),
    Case(
        name="nemotron-h-tp8-repeats-heads",
        config=model("nvidia/Nemotron-H-56B-Base-8K"),
        tensor=8,
        kv_cache_dtype="fp8",
    ),
    Case(
        name="qwen3-next",
        config=dense(
            "Qwen3NextForCausalLM",
            "qwen3_next",
            head_dim=256,
            num_key_value_heads=2,
            full_attention_interval=4,
            linear_conv_kernel_dim=4,
            linear_key_head_dim=128,
            linear_value_head_dim=128,
            linear_num_key_heads=16,
            linear_num_value_heads=32,
            shared_expert_intermediate_size=512,
            **EXPERTS,
        ),
        tensor=2,
        max_model_len=32768,
    ),
    Case(name="qwen3.5", config=model("Qwen/Qwen3.5-27B"), tensor=4, max_model_len=32768),
    Case(
        name="lfm2",
        config=dense(
            "Lfm2ForCausalLM",
            "lfm2",
            conv_L_cache=3,
            conv_dim=2048,
            conv_bias=False,
            block_dim=2048,
            layer_types=(["conv", "conv", "full_attention"]) * 8,
        ),
    ),
    # An encoder beside a decoder.
    Case(
        name="whisper",
        config={
            "architectures": ["WhisperForConditionalGeneration"],
            "model_type": "whisper",
            "d_model": 1280,
            "encoder_layers": 32,
            "encoder_attention_heads": 20,
            "decoder_layers": 32,
            "decoder_attention_heads": 20,
            "num_hidden_layers": 32,
            "encoder_ffn_dim": 5120,
            "decoder_ffn_dim": 5120,
            "vocab_size": 51866,
            "num_mel_bins": 128,
            "max_source_positions": 1500,
            "max_target_positions": 448,
            "torch_dtype": "float16",
        },
        max_model_len=448,
    ),
    # Drafters.
    Case(
        name="llama-eagle3",
        config=LLAMA,
        drafter={"method": "eagle3", "num_speculative_tokens": 3, "config": EAGLE3},
    ),
    Case(
        name="gpt-oss-eagle3",
        config=model("openai/gpt-oss-20b"),
        drafter={
            "method": "eagle3",
            "num_speculative_tokens": 2,
            "config": {
                **EAGLE3,
                "hidden_size": 2880,
                "num_attention_heads": 64,
                "head_dim": 64,
                "vocab_size": 201088,
                "intermediate_size": 17280,
            },
        },
    ),
    Case(
        name="deepseek-v3-mtp",
        config=model("deepseek-ai/DeepSeek-V3"),
        tensor=8,
        drafter={"method": "mtp", "num_speculative_tokens": 1},
    ),
    Case(
        name="qwen3.5-mtp",
        config=model("Qwen/Qwen3.5-27B"),
        tensor=4,
        drafter={"method": "mtp", "num_speculative_tokens": 2},
    ),
)
