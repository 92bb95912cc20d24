"""Holds checkpoints against Hugging Face transformers: the folder loads there unchanged, and token ids, the rendered
chat, logits and greedy tokens agree.

    check_transformers.py PROGRAM MODEL_DIR     PROGRAM is target/release/examples/checkpoint

Besides MODEL_DIR, tiny random checkpoints of every architecture that the local engine loads are made (Llama, Qwen2,
Qwen3; tied and untied, one file and shards, with biases and scaled rotary embeddings), with MODEL_DIR's tokenizer.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, LlamaConfig, Qwen2Config, Qwen3Config

TEXTS = [
    "Solve 3x + 5 = 20 for x.",
    "  leading spaces, trailing ones  ",
    "12345.678 -9 1e10 0x1F",
    "def f(xs):\n\treturn [x ** 2 for x in xs if x % 2 == 0]\n\n\n",
    "Ünïcödé, 汉字, 🙂👨‍👩‍👧, \u200bzero width, \u00a0no break",
    "\\boxed{\\frac{1}{2}} $x^2$ <b>&amp;</b>",
    "<think>\nWait, let me check.\n</think>\n\nYes.",
    "",
    "a" * 300,
]
CHATS = [
    [{"role": "user", "content": "What is 2 + 2?"}],
    [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": "Name a prime above 90."}],
    [
        {"role": "user", "content": "First\nline"},
        {"role": "assistant", "content": "<think>\na\n</think>\n\nb"},
        {"role": "user", "content": "  and now?  "},
    ],
]
NEW = 100
# f32 sums in another order: a few units in the last place of logits of size 10, over a few layers.
WITHIN = 1e-4


def greedy(model, prompt):
    """The next tokens, past any end-of-sequence token."""
    ids = torch.tensor([prompt])
    model.generation_config = GenerationConfig(do_sample=False, max_new_tokens=NEW, pad_token_id=0)
    return model.generate(ids, attention_mask=torch.ones_like(ids))[0, len(prompt) :].tolist()


def check(program, folder, name):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    rendered = [tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True) for chat in CHATS]
    chat_ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in rendered]
    prompts = [chat_ids[0], chat_ids[2], ids[3]]
    wanted = {"texts": TEXTS, "chats": CHATS, "prompts": prompts, "new": NEW}
    done = subprocess.run([program, folder], input=json.dumps(wanted), capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stderr}"
    ours = json.loads(done.stdout)
    for text, theirs, mine in zip(TEXTS, ids, ours["ids"], strict=True):
        assert theirs == mine, f"{name}: ids of {text!r}: {theirs} there, {mine} here"
    for chat, theirs, mine in zip(CHATS, rendered, ours["rendered"], strict=True):
        assert theirs == mine, f"{name}: {chat} is rendered as {theirs!r} there, {mine!r} here"
    assert chat_ids == ours["chat_ids"], f"{name}: the chats' ids differ"
    eos = model.generation_config.eos_token_id
    eos = eos if isinstance(eos, list) else [eos]
    assert set(eos) <= set(ours["eos"]), f"{name}: {eos} ends a completion there, {ours['eos']} here"
    worst = 0.0
    with torch.no_grad():
        for prompt, logits, tokens in zip(prompts, ours["logits"], ours["greedy"], strict=True):
            theirs = model(input_ids=torch.tensor([prompt])).logits[0]
            difference = (theirs - torch.tensor(logits)).abs().max().item()
            worst = max(worst, difference)
            assert difference <= WITHIN, f"{name}: logits differ by {difference}"
            there = greedy(model, prompt)
            assert there == tokens, f"{name}: greedy tokens\n{there} there\n{tokens} here"
    print(f"{name}: {len(TEXTS)} texts, {len(CHATS)} chats, {len(prompts)} x {NEW} greedy tokens equal; logits within {worst:.1e}")


def architectures(vocabulary, end):
    """Small configurations that between them use every switch of the decoder."""
    shape = {
        "vocab_size": vocabulary,
        "hidden_size": 96,
        "intermediate_size": 200,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        "eos_token_id": end,
        "bos_token_id": None,
        "pad_token_id": None,
        # Large enough that the logits are far apart, so that greedy tokens are the same for a reason.
        "initializer_range": 0.2,
    }
    llama3 = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    yield "llama", LlamaConfig(**shape, tie_word_embeddings=False), "1GB"
    yield "llama, tied, biased, shards", LlamaConfig(**shape, tie_word_embeddings=True, attention_bias=True), "300KB"
    yield "llama, llama3 rotary", LlamaConfig(**shape, rope_parameters=llama3, head_dim=32), "1GB"
    yield "qwen2, tied", Qwen2Config(**shape, tie_word_embeddings=True), "1GB"
    yield "qwen2, shards", Qwen2Config(**shape, tie_word_embeddings=False), "300KB"
    yield "qwen3", Qwen3Config(**shape, head_dim=32, tie_word_embeddings=False), "1GB"
    yield "qwen3, tied, shards", Qwen3Config(**shape, head_dim=24, tie_word_embeddings=True), "300KB"


def main(program, folder):
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}")
    torch.manual_seed(5)
    check(program, folder, folder.name)
    config = json.loads((folder / "config.json").read_text())
    for name, tiny, shard in architectures(config["vocab_size"], config["eos_token_id"]):
        with tempfile.TemporaryDirectory() as made:
            model = AutoModelForCausalLM.from_config(tiny)
            for parameter in model.parameters():
                # Norms and biases start as ones and zeros, which would hide a mistake in them.
                if parameter.ndim == 1:
                    torch.nn.init.normal_(parameter, mean=0.5, std=0.3)
            model.save_pretrained(made, max_shard_size=shard)
            for file in ["tokenizer.json", "tokenizer_config.json"]:
                shutil.copy(folder / file, made)
            if "shards" in name:
                assert len(list(Path(made).glob("*.safetensors"))) > 1, f"{name} is one file"
            check(program, Path(made), name)


main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
