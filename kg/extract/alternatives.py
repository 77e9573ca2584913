"""What may be chosen for a number, each alternative with its features: its kind, its metric, its roles."""

import csv
import re
from collections.abc import Iterator, Sequence

from kg.extract.features import Name, bucket, number_features, pair_features, unit_class
from kg.extract.numbers import Number
from kg.extract.passages import Passage, Scene, Thing
from kg.files import PACKAGE

KINDS = ("neither", "result", "quantity")
_SYSTEMS = frozenset({"Method", "Model", "Software"})
ROLES = {
    "subject": _SYSTEMS,
    "dataset": frozenset({"Dataset"}),
    "hardware": frozenset({"Hardware"}),
    "baseline": _SYSTEMS,
    "of": _SYSTEMS | {"Dataset", "Hardware"},
}
SIZES = ("parameters", "tokens", "context_length", "dataset_size", "scale", "duration", "cost", "memory", "other")
Alternative = tuple[str, list[str]]


def _rows(name: str) -> list[dict[str, str]]:
    with (PACKAGE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


_METRIC_WORDS = {
    spelling: row["metric"] for row in _rows("metric_words.tsv") for spelling in (row["word"], row["word"].capitalize())
}
_METRIC_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _METRIC_WORDS), key=lambda word: (-len(word), word)))})\b"
)
_DEFAULTS = tuple(row["metric"] for row in _rows("metric_defaults.tsv"))
_OWN = frozenset({"our", "ours", "we", "proposed"})
_NEAR = 8


def metric_names(scene: Scene, passage: Passage) -> list[Name]:
    """The metrics that a sentence names, in order: mentions, and words that stand for one."""
    names = [Name(name.start, name.end, name.text, name.type) for name in passage.names if name.type == "Metric"]
    taken = [(name.start, name.end) for name in names]
    for match in _METRIC_WORD.finditer(scene.text, passage.start, passage.end):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            names.append(Name(*match.span(), _METRIC_WORDS[match.group()], "word"))
    return sorted(names, key=lambda name: name.start)


def kinds(scene: Scene, passage: Passage, number: Number, metrics: Sequence[Name]) -> Iterator[Alternative]:
    """Neither, result or quantity."""
    place = "title" if passage.start == 0 else "last" if passage is scene.passages[-1] else "body"
    features = number_features(passage, number, metrics, place=place)
    yield KINDS[0], []
    for kind in KINDS[1:]:
        yield kind, [f"{kind} {feature}" for feature in features]


def metrics_of(passage: Passage, number: Number, metrics: Sequence[Name]) -> Iterator[tuple[Name, list[str]]]:
    """The metrics of the sentence, then those that go without saying."""
    unit, named = unit_class(number), min(2, sum(1 for name in metrics if name.kind == "Metric"))
    for name in metrics:
        folded = name.text.lower()
        head = folded.split()[-1]
        yield name, [
            *pair_features(passage, number, name, metrics),
            name.kind, f"{name.kind} {unit}", f"{name.kind} named={named}", f"head={head}", f"head={head}|{unit}", f"whole={folded}",
        ]  # fmt: skip
    words = passage.words
    near = set(words[max(0, passage.index(number.start) - _NEAR) : passage.index(number.end) + _NEAR])
    for name in _DEFAULTS:
        yield Name(-1, -1, name, "default"), [
            "default", f"default named={named}", f"default any={bool(metrics)}", f"default={name}", f"default={name}|{unit}",
            f"default={name} named={named}", *[f"default={name} near={word}" for word in near],
        ]  # fmt: skip


def things_for(
    role: str, scene: Scene, passage: Passage, number: Number, previous: str | None
) -> Iterator[tuple[str, list[str]]]:
    """None (an empty text), the things of a role that the sentence names, and those named elsewhere."""
    types = ROLES[role]
    things = [thing for thing in scene.things if thing.type in types]
    rivals = [Name(name.start, name.end, name.text, name.type) for name in passage.names if name.type in types]
    here = [_nearest(thing, passage, number) for thing in things]
    count, unit = min(3, sum(1 for name in here if name)), unit_class(number)
    at = passage.index(number.start)
    own = bool(_OWN.intersection(passage.words[:at]))
    situation = f"here={count} own={own}"
    yield (
        "",
        [
            "none",
            f"none {unit}",
            f"none {situation}",
            f"none previous={previous is not None} here={count}",
            f"none things={min(3, len(things))}",
        ],
    )
    for rank, (thing, name) in enumerate(zip(things, here, strict=True)):
        standing = _standing(thing, rank, previous)
        if name:
            ordinal = min(3, sum(1 for rival in rivals if rival.start < name.start))
            yield name.text, [
                *pair_features(passage, number, name, rivals), *standing, *[f"here {fact}" for fact in standing],
                f"here ordinal={ordinal}", f"here ordinal={ordinal} side={name.start < number.start}", f"here {situation}",
            ]  # fmt: skip
        elif role != "baseline":
            later = _named_since(thing, things, passage)
            yield thing.text, [
                *standing, *[f"away {fact}" for fact in standing], *[f"away {situation} {fact}" for fact in standing],
                f"away {situation}", f"away since={later}", f"away things={min(4, len(things))}",
            ]  # fmt: skip


def _nearest(thing: Thing, passage: Passage, number: Number) -> Name | None:
    """The mention of a thing in this sentence that is nearest to the number and does not hold it."""
    here = [
        name
        for name in thing.mentions
        if passage.start <= name.start < passage.end and not name.start <= number.start < name.end
    ]
    if not here:
        return None
    name = min(here, key=lambda name: abs(name.start - number.start))
    return Name(name.start, name.end, name.text, name.type)


def _standing(thing: Thing, rank: int, previous: str | None) -> tuple[str, ...]:
    """What a thing is in the whole text."""
    return (
        f"type={thing.type}",
        f"introduced={thing.introduced} titled={thing.titled}",
        f"rank={min(rank, 4)}",
        f"title-start={thing.mentions[0].start == 0}",
        f"count={min(len(thing.mentions), 4)}",
        f"previous={any(previous == name.text for name in thing.mentions)}",
    )


def _named_since(thing: Thing, things: Sequence[Thing], passage: Passage) -> str:
    """How many names of the same role stand between a thing's last mention and the sentence."""
    last = max((name.end for name in thing.mentions if name.end <= passage.start), default=-1)
    if last < 0:
        return "later"
    return bucket(sum(1 for other in things for name in other.mentions if last < name.start < passage.start))


def sizes(passage: Passage, number: Number, noun: str) -> Iterator[Alternative]:
    """The kinds of quantity."""
    at, words = passage.index(number.start), passage.words
    near = words[max(0, at - 5) : passage.index(number.end) + 5]
    facts = [
        "any", f"unit={unit_class(number)}", f"scale={number.scale.lower()}", f"noun={noun}", f"scaled noun={noun} {bool(number.scale)}",
        *[f"near={word}" for word in set(near)], *[f"inside={name.type}" for name in passage.names if name.start <= number.start < name.end],
    ]  # fmt: skip
    for size in SIZES:
        yield size, [f"{size} {fact}" for fact in facts]
