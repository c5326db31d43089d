"""Squares that balance an order: each thing comes equally often at each place, and as often after each other one.

E. J. Williams, Experimental designs balanced for the estimation of residual effects of treatments (1949): n orders of
n things where n is even, 2 n (the second half are the first, backwards) where it is odd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from .streams import Stream, stream

__all__ = ["Packs", "deal", "latin", "shuffled_packs", "williams"]

Order = tuple[int, ...]
# The order of the things 0 to n - 1 at a turn 0, 1, 2…
Packs = Callable[[int], Order]


def williams(size: int) -> list[Order]:
    """The orders: 0, 1, n - 1, 2, n - 2…, and the same with 1, 2, 3… added; of odd sizes all of them backwards, too."""
    first = [(k + 1) // 2 if k % 2 else (size - k // 2) % size for k in range(size)]
    forward = [tuple((thing + row) % size for thing in first) for row in range(size)]
    return forward if size % 2 == 0 else forward + [order[::-1] for order in forward]


def shuffled_packs(size: int, seed: int, purpose: Stream, *key: int) -> Packs:
    """Williams' orders without end; which thing is which, and which order comes first, is drawn for each square."""

    @cache
    def square(cycle: int) -> list[Order]:
        rng = stream(seed, purpose, *key, cycle)
        things = [int(thing) for thing in rng.permutation(size)]
        orders = williams(size)
        # Each half is a Latin square by itself: so all places are balanced after the first half, too.
        halves = [orders[k : k + size] for k in range(0, len(orders), size)]
        return [tuple(things[k] for k in half[row]) for half in halves for row in rng.permutation(size)]

    many = size * (1 + size % 2)

    def pack(turn: int) -> Order:
        return square(turn // many)[turn % many]

    return pack


def latin(size: int, seed: int, purpose: Stream, *key: int) -> Packs:
    """The orders of one Latin square again and again: of any consecutive ones, each thing comes at each place equally
    often, to within one."""
    rng = stream(seed, purpose, *key)
    rows, places, things = (rng.permutation(size) for _ in range(3))
    return lambda turn: tuple(int(things[(rows[turn % size] + place) % size]) for place in places)


def deal(pack: Packs, size: int, first: int = 0) -> Iterator[Order]:
    """Hands of `size` different things, without end, from pack `first` on; nothing comes again before all others."""
    turn, left = first, list[int]()
    while True:
        hand: list[int] = []
        while len(hand) < size:
            if not left:
                # What this hand holds already goes to the end of the new pack.
                left, turn = sorted(pack(turn), key=hand.__contains__), turn + 1
            hand.append(left.pop(0))
        yield tuple(hand)
