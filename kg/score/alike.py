"""When two names, numbers or units count as the same."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# A model and a piece of software are methods: annotators themselves do not agree which is which.
FOLDED_TYPES = {"Model": "Method", "Software": "Method"}
TYPES = ("Method", "Dataset", "Task", "Metric", "Hardware")

_WORD = re.compile(r"[^\W_]+(?:\.[0-9]+)*|[+#]+")
# `an NVIDIA H100 GPU` is an `H100`.
_SAYS_NOTHING = {
    "Hardware": frozenset(
        "nvidia amd intel google apple single gpu gpus cpu cpus chip chips accelerator accelerators".split()
    )
}
_KNOWN = 100_000  # names whose words are remembered: each is compared many times
_RATES = {
    f"{letter}flops": " ".join(
        f"{prefix}flop{ending}"
        for prefix in (letter, spelled_out)
        for ending in ("", "s", "/s", "s/s", "/second", "s/second", "spersecond", "sps")
    )
    for letter, spelled_out in (("g", "giga"), ("t", "tera"), ("p", "peta"))
}
_FRAMES = [f"frame{ending}" for ending in ("/s", "s/s", "/sec", "s/sec", "/second", "s/second", "persecond", "sec")]
_UNITS = {
    "%": "percent percentage pct",
    "points": "point percentagepoint pp ppt",
    "x": "times fold ×",
    "ms": "millisecond msec",
    "s": "sec second",
    "min": "minute mins",
    "h": "hour hr",
    "fps": " ".join([*_FRAMES, "framespersecond"]),
    "tokens/s": "token/s token/sec token/second tokenpersecond tok/s",
    "mb": "megabyte",
    "gb": "gigabyte",
    "db": "decibel",
    "w": "watt",
    "j": "joule",
    **_RATES,
}
_UNIT_OF = {spelling: unit for unit, others in _UNITS.items() for spelling in (unit, *others.split())}


@lru_cache(_KNOWN)
def words(name: str, type_: str = "") -> tuple[str, ...]:
    """The words of a name without case, punctuation and plural s, and without what says nothing about that type."""
    found = _WORD.findall(unicodedata.normalize("NFKC", name).casefold())
    singular = [
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found
    ]
    telling = [word for word in singular if word not in _SAYS_NOTHING.get(type_, ())]
    return tuple(telling or singular)


def key(name: str, type_: str = "") -> str:
    """Equal for names that differ only in what `words` leaves out, and in how words are joined."""
    return "".join(words(name, type_))


def alike(type_: str, some: Iterable[str], others: Iterable[str], *, lenient: bool) -> bool:
    """Whether a name of `some` equals one of `others`, or `lenient`, shares half of all their words with it."""
    pairs = [(words(one, type_), words(other, type_)) for one in some for other in others]
    if any("".join(one) == "".join(other) for one, other in pairs):
        return True
    return lenient and any(2 * len({*one} & {*other}) >= len({*one, *other}) > 0 for one, other in pairs)


def number(value: object) -> float | str:
    """The number that is written, to six places; what is none is compared as a name."""
    try:
        return round(float(str(value).replace(",", "")), 6)
    except ValueError:
        return key(str(value))


def unit(name: str | None) -> str:
    """One spelling for the spellings of a unit.

    Looser than `kg.units`: people who annotate write `points` for percentage points, and FLOPS in any case.
    """
    folded = re.sub(r"[\s\-\\$]+", "", (name or "").casefold().rstrip("."))
    singular = folded[:-1] if len(folded) > 2 and folded.endswith("s") else folded
    spellings = (folded, singular, folded.replace("tokens", "token"))
    return next((_UNIT_OF[spelling] for spelling in spellings if spelling in _UNIT_OF), singular)
