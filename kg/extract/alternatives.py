"""What may be chosen for a number, each alternative with its features: its kind, its metric, its roles."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.extract.choices import Alternative
from kg.extract.features import bucket, pair_features, unit_class
from kg.extract.numbers import Number
from kg.extract.passages import Name, Passage, Scene, Spot, Thing
from kg.extract.phrases import nameless, phrases
from kg.files import PACKAGE
from kg.model import Result

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

with (PACKAGE / "data" / "implied_metrics.tsv").open(encoding="utf-8", newline="") as _file:
    _IMPLIED = [(row["word"], row["metric"]) for row in csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE)]
# Words that stand for a metric, and metrics that need no word at all.
_METRIC_WORDS = {form: metric for word, metric in _IMPLIED if word for form in (word, word[0].upper() + word[1:])}
_DEFAULTS = tuple(metric for word, metric in _IMPLIED if not word)
_METRIC_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _METRIC_WORDS), key=lambda word: (-len(word), word)))})\b"
)
_OWN = frozenset({"our", "ours", "we", "proposed"})
# Metrics that are shares, and so have no unit of time or memory.
_SHARES = frozenset({"accuracy", "precision", "recall", "f1", "auc", "auroc", "iou", "map", "rate", "speedup"})
_DIMENSIONS = frozenset({"time", "memory", "tokens"})
_NEAR = 6
_FAR = 4
_SALIENT = 6  # of the things that a sentence does not name, the rest is hardly ever meant
_STOP = re.compile(
    r"(?:[^\w<]|<N>|(?:of|on|in|for|with|from|to|by|at|across|and|or|that|which|are|is|was|were|using|per|than|as)$)"
)


def metric_names(scene: Scene, passage: Passage) -> list[Name]:
    """The metrics that a sentence names, in order: mentions, and words that imply one."""
    names = [
        replace(name, text=_METRIC_WORDS.get(name.text, name.text)) for name in passage.names if name.kind == "Metric"
    ]
    taken = [(name.start, name.end) for name in names]
    for match in _METRIC_WORD.finditer(scene.text, passage.start, passage.end):
        start, end = match.span()
        if not any(left < end and start < right for left, right in taken):
            name = Name(_METRIC_WORDS[match.group()], "word", start, end, passage.index(start), passage.index(end))
            names.append(name)
    return sorted(names, key=lambda name: name.start)


def metrics_for(spot: Spot, metrics: Sequence[Name], last: Result | None) -> Iterator[Alternative[Name]]:
    """The metrics that a number may be of; what is a share has no unit of time or memory."""
    dimension = unit_class(spot.number) in _DIMENSIONS
    for alternative in _metrics(spot, metrics, last):
        if not dimension or alternative.it.text.rpartition(" ")[2].lower() not in _SHARES:
            yield alternative


def _metrics(spot: Spot, metrics: Sequence[Name], last: Result | None) -> Iterator[Alternative[Name]]:
    """The metrics of the sentence, those named before it, and those that go without saying.

    `last` is the last result before this number; its metric counts when it is of the same sentence.
    """
    previous = last.metric if last and last.start >= spot.passage.start else None
    unit, named = unit_class(spot.number), min(2, sum([name.kind == "Metric" for name in metrics]))
    for name in [*metrics, *phrases(spot, metrics)]:
        yield Alternative(name, [
            *pair_features(spot, name, [*metrics, name]),
            name.kind, f"{name.kind} {unit}", f"{name.kind} named={named}",
            f"previous={previous is not None} {previous == name.text}", f"previous={previous == name.text} {unit}",
            *_sort_of(name.text, unit),
        ])  # fmt: skip
    for since, thing in enumerate(_named_before(spot)):
        yield Alternative(Name(thing.text, "away"), [
            "away", f"away {unit}", f"away named={named}", f"away any={bool(metrics)}", f"away since={since}",
            f"away count={min(3, len(thing.mentions))}", *_sort_of(thing.text, unit),
            f"away previous={previous is not None} {previous == thing.text}",
        ])  # fmt: skip
    words = dict.fromkeys(spot.passage.words[max(0, spot.first - _NEAR) : spot.last + _NEAR])
    situation = [
        "any",
        f"named={named}",
        f"names={bool(metrics)}",
        f"unit={unit}",
        *[it for it in words if len(it) > 2],
    ]
    for text in _DEFAULTS:
        yield Alternative(Name(text, "default"), [*situation, f"previous={previous and previous == text}"], text)


def _sort_of(metric: str, unit: str) -> tuple[str, ...]:
    folded = metric.lower()
    head = folded.rpartition(" ")[2]
    return f"head={head}", f"head={head}|{unit}", f"whole={folded}"


def _named_before(spot: Spot) -> list[Thing]:
    """The metrics that earlier sentences name and this one does not, the last named first."""
    here = {name.thing for name in spot.passage.names}
    last = {
        thing: at
        for thing in spot.scene.things
        if thing.type == "Metric" and thing not in here and (at := thing.last_before(spot.passage.start)) >= 0
    }
    return sorted(last, key=lambda thing: -last[thing])[:_FAR]


def things_for(role: str, spot: Spot, previous: str | None) -> Iterator[Alternative[str]]:
    """None (an empty text), the things of a role that the sentence names, and those named elsewhere."""
    passage, number, types = spot.passage, spot.number, ROLES[role]
    things = [thing for thing in spot.scene.things if thing.type in types]
    rivals = [name for name in passage.names if name.kind in types]
    here = _nearest(rivals, number)
    last = [thing.last_before(passage.start) for thing in things]
    count, own = min(3, len(here)), not _OWN.isdisjoint(passage.words[: spot.first])
    situation = f"here={count} own={own}"
    yield Alternative("", [
        "none", f"none {unit_class(number)}", f"none {situation}", f"none things={min(3, len(things))}",
        f"none previous={previous is not None} here={count}",
    ])  # fmt: skip
    for phrase in nameless(role, spot):
        head, first = spot.passage.words[phrase.last - 1], spot.passage.words[phrase.first]
        yield Alternative(phrase.text, [
            *pair_features(spot, phrase, [*rivals, phrase]), "phrase", f"phrase {situation}", f"phrase head={head}",
            f"phrase first={first}", f"phrase again={previous == phrase.text}",
        ])  # fmt: skip
    for rank, thing in enumerate(things):
        again = previous is not None and previous in thing.surfaces
        if name := here.get(thing):
            standing = _standing(thing, rank, again=again)
            ordinal = min(3, sum([rival.start < name.start for rival in rivals]))
            yield Alternative(name.text, [
                *pair_features(spot, name, rivals), *standing, *[f"here {fact}" for fact in standing],
                f"here ordinal={ordinal}", f"here ordinal={ordinal} {name.start < number.start}", f"here {situation}",
            ])  # fmt: skip
        elif role != "baseline" and (rank < _SALIENT or again):
            standing = _standing(thing, rank, again=again)
            since = bucket(sum([other > last[rank] for other in last])) if last[rank] >= 0 else "later"
            yield Alternative(thing.text, [
                *standing, *[f"away {fact}" for fact in standing], *[f"{situation} {fact}" for fact in standing[1:3]],
                f"away {situation}", f"away since={since}", f"away things={min(4, len(things))}",
            ])  # fmt: skip


def _nearest(names: Sequence[Name], number: Number) -> dict[Thing | None, Name]:
    """For each thing that some names name the one nearest to the number; one that holds the number does not count."""
    nearest: dict[Thing | None, Name] = {}
    for name in names:
        known = nearest.get(name.thing)
        if not name.start <= number.start < name.end and (
            known is None or abs(name.start - number.start) < abs(known.start - number.start)
        ):
            nearest[name.thing] = name
    return nearest


def _standing(thing: Thing, rank: int, *, again: bool) -> tuple[str, ...]:
    """What a thing is in the whole text; `again` when it played the same role before."""
    return (
        f"type={thing.type} {thing.form}",
        f"origin={thing.origin}",
        f"words={min(thing.text.count(' '), 4)} {thing.form}",
        f"own={thing.introduced} {thing.titled} {min(rank, 2)}",
        f"introduced={thing.introduced} titled={thing.titled}",
        f"rank={min(rank, 4)}",
        f"title-start={thing.mentions[0].start == 0}",
        f"count={min(len(thing.mentions), 4)}",
        f"again={again}",
    )


def size_features(spot: Spot) -> list[str]:
    """What tells one kind of quantity from another."""
    noun, number, words = counted(spot), spot.number, spot.passage.words
    return [
        "any", f"unit={unit_class(number)}", f"scale={number.scale.lower()}", f"noun={noun}",
        f"scaled={bool(number.scale)} noun={noun}",
        *[f"near={word}" for word in dict.fromkeys(words[max(0, spot.first - 5) : spot.last + 5])],
        *[f"inside={name.kind}" for name in spot.passage.names if name.start <= number.start < name.end],
    ]  # fmt: skip


def counted(spot: Spot) -> str:
    """What is counted: the first plural within four words behind a number, else the last of them.

    Of a device's name it is the last word: `256 A100 GPUs` are 256 GPUs. Before any other name counting ends.
    """
    following: list[str] = []
    for index, word in enumerate(spot.passage.words[spot.last : spot.last + 4], start=spot.last):
        if word == "-" and following:  # the first half of `second-generation` is nothing to count
            following.clear()
            continue
        if _STOP.match(word):
            break
        if word.startswith("<"):
            devices = (name for name in spot.passage.names if name.first == index and name.kind == "Hardware")
            following += [name.text.split()[-1] for name in devices]
            break
        following.append(word)
    plural = next((word for word in following if word.endswith("s") and len(word) > 3), None)
    return plural or (following[-1] if following else "")
