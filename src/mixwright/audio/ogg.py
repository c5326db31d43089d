"""Ogg: streams may follow each other in one file, as in radio recordings; libsndfile plays only the first."""

from __future__ import annotations

import mmap

_PAGE_HEADER_BYTES = 27
_FIRST_PAGE = 2  # flag of a stream's first page (RFC 3533, section 6)


def links(descriptor: int, size: int) -> list[tuple[int, int]]:
    """The (start, end) file positions of the streams that follow each other, in order; at least one."""
    starts = []
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        position, beginning = 0, False
        while (position := data.find(b"OggS", position)) >= 0 and position + _PAGE_HEADER_BYTES <= size:
            if data[position + 4] != 0:  # not a page: the version is 0 in all of them
                position += 4
                continue
            first = bool(data[position + 5] & _FIRST_PAGE)
            # Streams that play together all begin before the first of them goes on.
            if first and not beginning:
                starts.append(position)
            beginning = first
            segments = data[position + 26]
            lacing = data[position + _PAGE_HEADER_BYTES : position + _PAGE_HEADER_BYTES + segments]
            position += _PAGE_HEADER_BYTES + segments + sum(lacing)
    starts = [0, *starts[1:]]
    return list(zip(starts, [*starts[1:], size], strict=True))
