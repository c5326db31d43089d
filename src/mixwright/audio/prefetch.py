"""Read ahead: the next blocks are decoded in the background while the current one is worked on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


def prefetch(blocks: Iterable[T], depth: int = 3) -> Iterator[T]:
    """Yield the items of `blocks`, taken by a background thread that is at most `depth` items ahead.

    The thread starts with the first item asked for. An exception of `blocks` is raised here, after the items
    that came before it. When the caller stops early (closes or drops the iterator), `blocks` is closed and
    the thread has ended before the close returns.
    """
    ahead = _Ahead[T](depth)
    thread = threading.Thread(target=ahead.run, args=(blocks,), name="mixwright-prefetch", daemon=True)
    thread.start()
    try:
        while ahead.wait():
            yield ahead.take()
    finally:
        ahead.stop()
        thread.join()
    if ahead.error is not None:
        raise ahead.error


class _Ahead(Generic[T]):
    """The few items between the two threads, and how the producer ended."""

    def __init__(self, depth: int) -> None:
        self.error: BaseException | None = None
        self._depth = depth
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._ended = False

    def run(self, blocks: Iterable[T]) -> None:
        items = iter(blocks)
        try:
            for item in items:
                with self._changed:
                    self._items.append(item)
                    self._changed.notify_all()
                    self._changed.wait_for(lambda: len(self._items) < self._depth or self._stopped)
                    if self._stopped:
                        break
            close = getattr(items, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            self.error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait(self) -> bool:
        """Wait for an item; False when no more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended)
            return bool(self._items)

    def take(self) -> T:
        with self._changed:
            self._changed.notify_all()
            return self._items.popleft()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
