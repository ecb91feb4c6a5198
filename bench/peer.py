"""The PyTorch side of the benchmark: a U-Net or a ViT, its passes and gradients, and D4 Gauss–Newton coherence.

Written as a researcher would write it with torch.func (functorch before PyTorch 2): per-sample gradients by
vmap(grad) into a [parameters × samples] matrix, its thin SVD, one Jacobian-vector product a direction.

    python3 bench/peer.py make FOLDER [--model unet --width 52 --size 64 --samples 16]    model.onnx, data.npz, start.pt
    python3 bench/peer.py forward|step|gram FOLDER [--repeat 5]      seconds of one, JSON on stdout
    python3 bench/peer.py coherence FOLDER                  seconds, peak memory, diagonal cosines, JSON on stdout
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent.parent / "resources" / "export"))
from noetherscope_export import export  # noqa: E402

ELEMENTS = ["e", "r", "r2", "r3", "s", "sr", "sr2", "sr3"]
RIDGE, ENERGY = 1e-6, 1e-4


class Block(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, padding=1, padding_mode="circular")
        self.norm1 = nn.GroupNorm(4, after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, padding_mode="circular")
        self.norm2 = nn.GroupNorm(4, after)
        self.skip = nn.Conv2d(before, after, 1)
        self.act = nn.GELU()

    def forward(self, x):
        h = self.act(self.norm1(self.conv1(x)))
        return self.act(self.norm2(self.conv2(h))) + self.skip(x)


class UNet(nn.Module):
    """The fixture's U-Net, `width` channels instead of 8."""

    def __init__(self, width, channels=4):
        super().__init__()
        w = width
        circular = {"padding": 1, "padding_mode": "circular"}
        self.enc1, self.enc2 = Block(channels, w), Block(w, 2 * w)
        self.down = nn.Conv2d(2 * w, 2 * w, 2, stride=2)
        self.mid = Block(2 * w, 2 * w)
        self.up1 = nn.Conv2d(2 * w, 2 * w, 3, **circular)
        self.dec1 = Block(4 * w, 2 * w)
        self.up2 = nn.Conv2d(2 * w, w, 3, **circular)
        self.dec2 = Block(2 * w, w)
        self.head = nn.Conv2d(w, channels, 1)
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x):
        a = self.enc1(x)
        b = self.enc2(nn.functional.avg_pool2d(a, 2))
        h = self.mid(self.down(b))
        h = self.dec1(torch.cat([self.up1(self.upsample(h)), b], 1))
        h = self.dec2(torch.cat([self.up2(self.upsample(h)), a], 1))
        return self.head(h)


class Attention(nn.Module):
    def __init__(self, width, heads=4):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.act = nn.GELU(approximate="tanh")

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5, -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.narrow(self.act(self.wide(self.norm2(x))))


class ViT(nn.Module):
    """The fixture's ViT: patches of 8 × 8, learnt positions, five layers."""

    def __init__(self, width, size, channels=4, patch=8, depth=5):
        super().__init__()
        self.patch, self.channels = patch, channels
        self.embed = nn.Conv2d(channels, width, patch, stride=patch)
        self.positions = nn.Parameter(0.02 * torch.randn(1, (size // patch) ** 2, width))
        self.layers = nn.Sequential(*[Attention(width) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, channels * patch**2)

    def forward(self, x):
        batch, side, p, c = x.shape[0], x.shape[-1] // self.patch, self.patch, self.channels
        tokens = self.embed(x).flatten(2).transpose(1, 2) + self.positions
        y = self.head(self.norm(self.layers(tokens)))
        y = y.reshape(batch, side, side, c, p, p).permute(0, 3, 1, 4, 2, 5)
        return y.reshape(batch, c, side * p, side * p)


def network(kind, width, size):
    return UNet(width) if kind == "unet" else ViT(width, size)


def act(element, u):
    """D4 on (density, vx, vy, pressure), as fixtures/README.md defines it."""
    turns = {"": 0, "r": 1, "r2": 2, "r3": 3}[element.replace("s", "").replace("e", "")]
    for _ in range(turns):
        u = torch.rot90(u, 1, (-2, -1))
        u = torch.stack([u[:, 0], u[:, 2], -u[:, 1], u[:, 3]], 1)
    if element.startswith("s"):
        u = torch.flip(u, (-1,))
        u = torch.stack([u[:, 0], -u[:, 1], u[:, 2], u[:, 3]], 1)
    return u


def smooth_fields(samples, size, generator):
    k = torch.fft.fftfreq(size) * size
    decay = torch.exp(-(k[:, None] ** 2 + k[None, :] ** 2) / 50)
    noise = torch.randn(samples, 4, size, size, generator=generator)
    u = torch.fft.ifft2(torch.fft.fft2(noise) * decay).real
    return u / u.std()


def make(folder, kind, width, size, samples):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = network(kind, width, size)
    x = smooth_fields(samples, size, torch.Generator().manual_seed(1))
    y = 0.9 * torch.roll(x, (1, 2), (-1, -2)) + 0.05 * torch.randn_like(x)
    export(model, x[:2], folder / "model.onnx", fields="scalar:density,vector:velocity,scalar:pressure")
    np.savez(folder / "data.npz", x=x.numpy(), y=y.numpy())
    torch.save({"shape": (kind, width, size), "state": model.state_dict()}, folder / "start.pt")
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}))


def load(folder):
    saved = torch.load(folder / "start.pt")
    model = network(*saved["shape"])
    model.load_state_dict(saved["state"])
    data = np.load(folder / "data.npz")
    return model.eval(), torch.from_numpy(data["x"]), torch.from_numpy(data["y"])


def timed(run, repeat):
    """Median seconds of all runs but the first, and what the last gave."""
    seconds = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        check = run()
        seconds.append(time.perf_counter() - start)
    return {"seconds": sorted(seconds[1:])[repeat // 2], "check": check}


def forward(folder, repeat):
    model, x, _ = load(folder)

    def run():
        with torch.no_grad():
            return float((model(x) ** 2).mean())

    return timed(run, repeat)


def step(folder, repeat):
    model, x, y = load(folder)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    losses = []

    def run():
        optimiser.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
        return losses[0]

    return timed(run, repeat)


def gram(folder, repeat):
    model, x, y = load(folder)
    f, parameters, grad, _, vmap = functional(model)

    def loss(values, sample, target):
        return ((f(values, sample[None])[0] - target) ** 2).mean()

    def run():
        gradients = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
        rows = torch.cat([g.reshape(len(x), -1) for g in gradients], 1)
        return float((rows @ rows.T).sum())

    return timed(run, repeat)


def functional(model):
    """(f(parameters, x), parameters) with either generation of PyTorch's function transforms."""
    names = [name for name, _ in model.named_parameters()]
    parameters = tuple(p.detach() for p in model.parameters())
    try:
        from torch.func import functional_call, grad, jvp, vmap

        def f(values, x):
            return functional_call(model, dict(zip(names, values)), (x,))
    except ImportError:
        from functorch import grad, jvp, make_functional, vmap

        f, parameters = make_functional(model)
        parameters = tuple(p.detach() for p in parameters)
    return f, parameters, grad, jvp, vmap


def coherence(folder):
    model, x, y = load(folder)
    n, outputs = x.shape[0], y[0].numel()
    f, parameters, grad, jvp, vmap = functional(model)

    def loss(values, sample, target):
        return ((f(values, sample[None])[0] - target) ** 2).mean()

    per_sample = vmap(grad(loss), in_dims=(None, 0, 0))

    def columns(inputs, targets):
        gradients = per_sample(parameters, inputs, targets)
        return torch.cat([g.reshape(n, -1) for g in gradients], 1).T

    def unflatten(vector):
        parts, start = [], 0
        for p in parameters:
            parts.append(vector[start : start + p.numel()].reshape(p.shape))
            start += p.numel()
        return tuple(parts)

    start = time.perf_counter()
    kets = columns(x, y)
    diagonal = {}
    with torch.no_grad():
        for g in ELEMENTS:
            bras = columns(act(g, x), act(g, y))
            matrix = kets if g == "e" else torch.cat([kets, bras], 1)
            u, s, _ = torch.linalg.svd(matrix, full_matrices=False)
            energy = torch.cumsum(s**2, 0) / (s**2).sum()
            rank = int((energy < 1 - ENERGY).sum()) + 1
            u = u[:, :rank]
            tangents = torch.stack(
                [jvp(lambda *p: f(p, x), parameters, unflatten(u[:, i]))[1].reshape(-1) for i in range(rank)], 1
            )
            metric = tangents.T @ tangents / (n * outputs)
            chi = torch.linalg.inv(metric + RIDGE * torch.eye(rank))
            a, b = u.T @ bras, u.T @ kets
            cross = (a * (chi @ b)).sum(0)
            diagonal[g] = (cross / torch.sqrt((a * (chi @ a)).sum(0) * (b * (chi @ b)).sum(0))).tolist()
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "cosine_diagonal": diagonal,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["make", "forward", "step", "gram", "coherence"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", choices=["unet", "vit"], default="unet")
    parser.add_argument("--width", type=int, default=52)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.what == "make":
        make(options.folder, options.model, options.width, options.size, options.samples)
        return
    if options.what == "coherence":
        result = coherence(options.folder)
    else:
        result = {"forward": forward, "step": step, "gram": gram}[options.what](options.folder, options.repeat)
    print(json.dumps({"torch": torch.__version__, **result}))


if __name__ == "__main__":
    main()
