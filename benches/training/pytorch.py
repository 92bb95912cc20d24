"""The peer of `datagen train`: a model of the same shape in PyTorch with torch.compile, trained on random
tokens on the GPU of this machine. Prints tokens a second.

    python3 benches/training/pytorch.py            # beside: datagen train benches/training/shape.toml

As there: bf16 products, f32 master weights, fused AdamW, gradient clipping, causal attention (here over
whole rows, by PyTorch's flash attention; there over packed examples).
"""

import time

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, WIDTH, INNER, LAYERS, HEADS, KV_HEADS, HEAD = 2048, 384, 1024, 7, 6, 2, 64
ROWS, CONTEXT = 64, 768
EPS = 1e-6


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, x.shape[-1:], self.weight.to(x.dtype), EPS)


def turn(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.q, self.k, self.v = (linear(WIDTH, n * HEAD) for n in (HEADS, KV_HEADS, KV_HEADS))
        self.o = linear(HEADS * HEAD, WIDTH)
        self.gate, self.up, self.down = linear(WIDTH, INNER), linear(WIDTH, INNER), linear(INNER, WIDTH)
        self.before, self.after = Norm(WIDTH), Norm(WIDTH)
        self.q_norm, self.k_norm = Norm(HEAD), Norm(HEAD)

    def forward(self, x, cos, sin):
        rows, length, _ = x.shape
        h = self.before(x)
        split = lambda y, heads: y.view(rows, length, heads, HEAD)
        q = turn(self.q_norm(split(self.q(h), HEADS)).transpose(1, 2), cos, sin)
        k = turn(self.k_norm(split(self.k(h), KV_HEADS)).transpose(1, 2), cos, sin)
        v = split(self.v(h), KV_HEADS).transpose(1, 2)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + self.o(a.transpose(1, 2).reshape(rows, length, HEADS * HEAD))
        h = self.after(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = Norm(WIDTH)
        angles = torch.outer(torch.arange(CONTEXT), 10000.0 ** (-torch.arange(0, HEAD, 2) / HEAD))
        self.register_buffer("cos", angles.cos().to(torch.bfloat16), persistent=False)
        self.register_buffer("sin", angles.sin().to(torch.bfloat16), persistent=False)

    def forward(self, ids, targets):
        with torch.autocast("cuda", torch.bfloat16):
            x = self.embed(ids).to(torch.bfloat16)
            for block in self.blocks:
                x = block(x, self.cos, self.sin)
            logits = F.linear(self.norm(x), self.embed.weight)
            return F.cross_entropy(logits.reshape(-1, VOCABULARY).float(), targets.reshape(-1))


def main():
    torch.manual_seed(0)
    torch.set_float32_matmul_precision("high")
    model = Model().cuda()
    compiled = torch.compile(model)
    adam = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.05, fused=True)
    batches = [torch.randint(VOCABULARY, (ROWS, CONTEXT + 1), device="cuda") for _ in range(8)]

    def update(i):
        batch = batches[i % len(batches)]
        loss = compiled(batch[:, :-1], batch[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        return loss

    for i in range(20):
        update(i)
    torch.cuda.synchronize()
    start, updates = time.perf_counter(), 60
    for i in range(updates):
        loss = update(i)
    torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    parameters = sum(p.numel() for p in model.parameters())
    print(
        f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}: {parameters} parameters, "
        f"{updates * ROWS * CONTEXT / seconds:.0f} tokens/s, loss {loss.item():.3f}"
    )


if __name__ == "__main__":
    main()
