"""The eight moving delay lines of the reverb, as one linear operator with its exact transpose.

The network changes with time, so no spectrum describes it; but it is linear in what is fed, and none of its figures is
learned. The gradient of what is fed is the transposed network run backwards, and nothing has to be remembered for it.
The shortest line is longer than a block of some 1,200 frames, so the work goes block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .reverb_design import INJECTION, LINES, TAP, TICK, Lengths

__all__ = ["network"]

# Signs of lines 0-3 (left) and 4-7 (right): where the sound goes in, and where it comes out.
IN_SIGN = (1, 1, -1, -1) * 2
OUT_SIGN = (1, -1, 1, -1) * 2
TINY = 1e-18


class _Network(torch.autograd.Function):
    """Fed sound (batch, 2, frames), poles and feeds (batch, 8, 1) to the channels' tails (batch, 2, frames)."""

    @staticmethod
    def forward(ctx: Any, fed: Tensor, pole: Tensor, feed: Tensor, size: Lengths) -> Tensor:
        ctx.size = size
        ctx.save_for_backward(pole, feed)
        lines = _Lines(fed, size)
        history = fed.new_zeros(len(fed), LINES, lines.reach)
        state = fed.new_zeros(len(fed), LINES, 1)
        tail = torch.empty_like(fed)
        for span, index, weights in lines.blocks():
            frames = index.shape[-1]
            read = fed.new_zeros(len(fed), LINES, frames)
            for k in range(4):
                read += history.gather(2, (index + k).expand(len(fed), -1, -1)) * weights[..., k]
            damped = _scan(read * feed, pole, state)
            state = damped[..., -1:]
            tail[..., span] = _channels(damped, lines.out_sign) * TAP
            entering = fed[..., span].repeat_interleave(LINES // 2, dim=1) * lines.in_sign
            history = torch.cat([history[..., frames:], lines.mix @ damped + entering * INJECTION], dim=2)
        return tail

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (gradient,) = gradients
        pole, feed = ctx.saved_tensors
        lines = _Lines(gradient, ctx.size)
        batch = len(gradient)
        # What later blocks ask of each frame still to come: the blocks' own frames last, older ones before.
        asked = gradient.new_zeros(batch, LINES, lines.reach + lines.block)
        state = gradient.new_zeros(batch, LINES, 1)
        result = torch.empty_like(gradient)
        for span, index, weights in reversed(list(lines.blocks())):
            frames = index.shape[-1]
            written = asked[..., lines.reach : lines.reach + frames]
            result[..., span] = _channels(written, lines.in_sign) * INJECTION
            left = gradient[..., span].repeat_interleave(LINES // 2, dim=1) * lines.out_sign
            wanted = lines.mix.T @ written + left * TAP
            damped = _scan(wanted.flip(2), pole, state).flip(2)
            state = damped[..., :1]
            read = damped * feed
            older = asked[..., : lines.reach].clone()
            for k in range(4):
                older.scatter_add_(2, (index + k).expand(batch, -1, -1), read * weights[..., k])
            # One block back: the newest of the older frames are the block before.
            asked = torch.cat([gradient.new_zeros(batch, LINES, lines.block), older], dim=2)
        return result, None, None, None


_network: Callable[..., Tensor] = _Network.apply


def network(fed: Tensor, pole: Tensor, feed: Tensor, size: Lengths) -> Tensor:
    """The tail of what is fed, (batch, 2, frames); poles and feeds (batch, 8). Frame 0 is where the movement starts."""
    return _network(fed, pole[..., None].to(fed.dtype), feed[..., None].to(fed.dtype), size)


class _Lines:
    """Where the lines are read, block by block: the movement is the same for every song."""

    def __init__(self, like: Tensor, size: Lengths) -> None:
        self._frames = like.shape[-1]
        self._delay, first, last = size.movement(-(-self._frames // TICK))
        self._first, self._step = (torch.from_numpy(w).to(like.dtype) for w in (first, last - first))
        self._place = (torch.arange(TICK, dtype=like.dtype) / TICK)[:, None]
        self.block = (int(size.line.min()) - 1) // TICK * TICK
        self.reach = int((size.line + size.depth).max()) + 4
        self.in_sign, self.out_sign = (like.new_tensor(sign)[:, None] for sign in (IN_SIGN, OUT_SIGN))
        hadamard = np.ones((1, 1))
        while len(hadamard) < LINES:
            hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
        self.mix = torch.from_numpy(hadamard / np.sqrt(LINES)).to(like.dtype)

    def blocks(self) -> Iterator[tuple[slice, Tensor, Tensor]]:
        """Frames of each block; place of the oldest of four read frames in the history (8, n); weights (8, n, 4)."""
        for start in range(0, self._frames, self.block):
            stop = min(start + self.block, self._frames)
            ticks = slice(start // TICK, -(-stop // TICK))
            frame = np.arange(stop - start)
            delay = np.repeat(self._delay[:, ticks], TICK, axis=1)[:, : stop - start]
            index = torch.from_numpy(self.reach + frame - delay - 2)
            weights = self._first[:, ticks, None] + self._step[:, ticks, None] * self._place
            yield slice(start, stop), index, weights.flatten(1, 2)[:, : stop - start]


def _channels(lines: Tensor, sign: Tensor) -> Tensor:
    """Signed sums of lines 0-3 and 4-7: (batch, 8, n) to (batch, 2, n)."""
    return (lines * sign).reshape(len(lines), 2, LINES // 2, -1).sum(dim=2)


def _scan(x: Tensor, pole: Tensor, state: Tensor) -> Tensor:
    """y[n] = x[n] + pole y[n-1] from y[-1] = state, by doubling the span of a sum as often as it still matters."""
    y = torch.cat([x[..., :1] + pole * state, x[..., 1:]], dim=2)
    step, factor = 1, pole
    while step < y.shape[-1] and float(factor.max()) > TINY:
        y = torch.cat([y[..., :step], y[..., step:] + factor * y[..., :-step]], dim=2)
        step, factor = 2 * step, factor * factor
    return y
