"""Where in a text a slow pattern is worth trying: near the words without which it cannot match."""

from collections.abc import Iterator

from ahocorasick_rs import AhoCorasick


def stretches(text: str, signs: AhoCorasick, reach: int) -> Iterator[tuple[int, int]]:
    """The (start, end) of the parts of `text` within `reach` of one of the `signs`, joined where they touch."""
    begin = stop = 0
    for _, start, end in signs.find_matches_as_indexes(text):
        if start - reach > stop:
            if stop:
                yield begin, stop
            begin = start - reach
        stop = min(len(text), end + reach)
    if stop:
        yield begin, stop
