"""The network: a U-Net of plain convolutions with a look at the whole scan at its deepest level.

Input float32 (N, channels, rows, columns) in the contract's order at 10 mm a pixel, sides multiples of 32. Levels have
pixels of 20, 40, 80, 160 and 320 mm; the maps come out at 40 mm, (N, ., rows / 4, columns / 4).
"""

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .contract import CHANNELS, CLASSES
from .familiarity import Familiarity

FAR = 30.0  # subtracted from logits of places that are not part of the scan
SMOOTH = 0.5  # temperature of the smooth maximum, in logits: near the true maximum, but gradients reach the next best too
NUDGE = 2.0  # most that the whole scan's look adds to or takes from the map's own maximum, in logits


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes. `width` is that of the first level; the others follow."""

    width: int = 16
    blocks: tuple[int, int, int, int] = (1, 2, 2, 2)  # residual blocks of the levels from 40 mm on
    heads: int = 4
    context: int = 2  # transformer blocks

    @property
    def widths(self) -> list[int]:
        return [_round(self.width * k) for k in (1, 2, 4, 6, 8)]


def _round(width: float) -> int:
    return max(8, int(round(width / 8)) * 8)


def scaled(x: Tensor) -> Tensor:
    """The contract's channels brought to about -1..4; positions clipped, since they run on through the padding."""
    plane = dict(zip(CHANNELS, x.split(1, dim=1), strict=True))
    door = plane["door_distance"].clamp(0.0, 30.0)
    return torch.cat(
        [
            plane["attenuation"].clamp(0.0, 8.0) * 0.5,
            plane["transmission"].clamp(0.0, 1.2),
            (plane["ratio"].clamp(0.7, 1.6) - 1.0) * 5.0,
            plane["validity"],
            plane["height"].clamp(0.0, 6.0) * (1 / 2.6),
            torch.exp(-door),
            door * (1 / 12),
        ],
        dim=1,
    )


def present(x: Tensor) -> Tensor:
    """(N, 1, rows, columns): 1 where the scan is, 0 in the padding, which is unmeasured air. Shielded places are present."""
    attenuation, validity = x[:, 0:1], x[:, CHANNELS.index("validity")].unsqueeze(1)
    return torch.maximum(validity, (attenuation * 10.0).clamp(0.0, 1.0))


class Convolution(nn.Module):
    """3 x 3 (or 1 x 1) convolution and batch norm, which export folds into it."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class Residual(nn.Module):
    """x + two convolutions, ReLU after each."""

    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = Convolution(width, width), Convolution(width, width)
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class Strips(nn.Module):
    """Tells every place what its column and its row of the scan hold on average: rows of pallets, layers of cartons."""

    def __init__(self, width: int):
        super().__init__()
        self.columns, self.rows = nn.Conv2d(width, width // 2, 1), nn.Conv2d(width, width // 2, 1)
        self.out = nn.Conv2d(width // 2, width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        """x (N, C, r, c) and weight (N, 1, r, c), how much of each place is scan."""
        held = x * weight
        column = held.sum(2, keepdim=True) / (weight.sum(2, keepdim=True) + 0.1)
        row = held.sum(3, keepdim=True) / (weight.sum(3, keepdim=True) + 0.1)
        return x + self.out(F.relu(self.columns(column) + self.rows(row)))


class Context(nn.Module):
    """A transformer block over all places of the deepest level. Positions come from a depthwise convolution."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.position = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        for layer in (self.out, self.down):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (N, C, r, c); bias (N, 1, 1, r * c) is added to the attention to each place."""
        x = x + self.position(x)
        n, c, rows, columns = x.shape
        tokens = x.flatten(2).transpose(1, 2)  # (N, r * c, C)
        q, k, v = self.qkv(self.norm1(tokens)).reshape(n, -1, 3 * self.heads, c // self.heads).transpose(1, 2).chunk(3, dim=1)
        attention = torch.softmax(q @ k.transpose(2, 3) * (c // self.heads) ** -0.5 + bias, dim=-1)
        tokens = tokens + self.out((attention @ v).transpose(1, 2).reshape(n, -1, c))
        tokens = tokens + self.down(F.relu(self.up(self.norm2(tokens))))
        return tokens.transpose(1, 2).reshape(n, c, rows, columns)


class Up(nn.Module):
    """A coarse level brought to the next finer one and joined with it."""

    def __init__(self, coarse: int, fine: int):
        super().__init__()
        self.join, self.conv = Convolution(coarse, fine, 1), Convolution(fine, fine)
        nn.init.zeros_(self.conv.norm.weight)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        x = F.relu(fine + F.interpolate(self.join(coarse), scale_factor=2.0, mode="nearest"))
        return F.relu(x + self.conv(x))


class Network(nn.Module):
    """See the module. `forward` returns the outputs by name; those of the contract plus `features`' source."""

    def __init__(self, settings: Settings = Settings()):
        super().__init__()
        self.settings = settings
        w = settings.widths
        self.stem = Convolution(len(CHANNELS) + 1, w[0], stride=2)
        self.stem2 = Convolution(w[0], w[0])
        self.downs = nn.ModuleList(Convolution(a, b, stride=2) for a, b in zip(w, w[1:]))
        self.levels = nn.ModuleList(
            nn.Sequential(*(Residual(width) for _ in range(count))) for width, count in zip(w[1:], settings.blocks)
        )
        self.strips = Strips(w[3])
        self.context = nn.ModuleList(Context(w[4], settings.heads) for _ in range(settings.context))
        self.ups = nn.ModuleList([Up(w[4], w[3]), Up(w[3], w[2]), Up(w[2], w[1])])
        self.last = Residual(w[1])
        self.heads = nn.Conv2d(w[1], 2 + len(CLASSES), 1)
        with torch.no_grad():
            self.heads.weight.mul_(0.1)
            self.heads.bias.zero_()
            self.heads.bias[0], self.heads.bias[1] = -4.0, -3.0  # rare, and nearly nothing
        self.attend, self.judge = nn.Linear(w[4], 1), nn.Linear(w[4], 1)
        nn.init.zeros_(self.judge.weight)
        nn.init.zeros_(self.judge.bias)
        self.score_scale, self.score_offset = nn.Parameter(torch.tensor(1.0)), nn.Parameter(torch.tensor(1.0))
        self.familiarity = Familiarity(2 * w[4])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        here = present(x)
        here4 = F.avg_pool2d(here, 4)  # at 40 mm
        here16 = F.avg_pool2d(here4, 4)
        here32 = F.avg_pool2d(here16, 2)

        x = F.relu(self.stem2(F.relu(self.stem(scaled(x)))))
        skips = []
        for number, (down, level) in enumerate(zip(self.downs, self.levels)):
            x = level(F.relu(down(x)))
            if number == 2:
                x = self.strips(x, here16.to(x.dtype))
            skips.append(x)
        bias = ((here32.flatten(2) - 1.0) * FAR).unsqueeze(2)  # (N, 1, 1, tokens)
        for block in self.context:
            x = block(x, bias.to(x.dtype))
        deep = x
        for up, skip in zip(self.ups, skips[-2::-1]):
            x = up(x, skip)
        maps = self.heads(self.last(x)).float()
        anomaly = maps[:, 0:1]

        features, look = self._pooled(deep.float(), here32)
        score = self.score_scale * smooth_maximum(anomaly, here4) + self.score_offset + NUDGE * torch.tanh(look)
        return {
            "map": anomaly,
            "classes": maps[:, 2:],
            "excess": F.softplus(maps[:, 1:2]),
            "features": features,
            "score": score,
            "familiarity": self.familiarity(features),
        }

    def _pooled(self, deep: Tensor, here: Tensor) -> tuple[Tensor, Tensor]:
        """Features (N, 2 C): mean and deviation over the scan; and the look (N, 1) at the place that matters most."""
        tokens = deep.flatten(2)  # (N, C, tokens)
        weight = here.flatten(2)
        weight = weight / (weight.sum(2, keepdim=True) + 1e-3)
        mean = (tokens * weight).sum(2)
        deviation = ((tokens - mean.unsqueeze(2)) ** 2 * weight).sum(2).add(1e-5).sqrt()
        rows = tokens.transpose(1, 2)
        attention = torch.softmax(self.attend(rows).squeeze(2) + (here.flatten(1) - 1.0) * FAR, dim=1)
        return torch.cat([mean, deviation], dim=1), self.judge((rows * attention.unsqueeze(2)).sum(1))


def smooth_maximum(anomaly: Tensor, here: Tensor) -> Tensor:
    """(N, 1): the highest of the map's means over 3 x 3 cells (12 cm); one lone cell is no load. `here` (N, 1, r, c)."""
    mean = F.avg_pool2d(anomaly, 3, 1, 1, count_include_pad=False)
    return SMOOTH * torch.logsumexp(((mean + (here - 1.0) * FAR) / SMOOTH).flatten(1), dim=1, keepdim=True)


def folded(network: Network) -> Network:
    """A copy for inference whose batch norms are part of their convolutions."""
    import copy

    network = copy.deepcopy(network).eval()
    for module in network.modules():
        if isinstance(module, Convolution):
            module.conv = torch.nn.utils.fusion.fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return network


def multiply_adds(network: Network, rows: int, columns: int) -> int:
    """Multiply-adds of convolutions, linear layers and attention for one scan of that size in input pixels."""
    total = 0

    def count(module: nn.Module, inputs: tuple, output: Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += output.numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            total += output.numel() * module.in_features
        elif isinstance(module, Context):
            total += 2 * (output.shape[2] * output.shape[3]) ** 2 * output.shape[1]

    hooks = [m.register_forward_hook(count) for m in network.modules()]
    with torch.no_grad():
        network.eval()(torch.zeros(1, len(CHANNELS), rows, columns))
    for hook in hooks:
        hook.remove()
    return total
