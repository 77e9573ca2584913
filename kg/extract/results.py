"""Results and sizes: each number of a text is classified once, then given its roles.

Which of result, size or neither a number is, and which name plays which role, are choices by learnt weights
(`kg.extract.choices`); what numbers there are is read by rules (`kg.extract.numbers`).
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.extract.choices import probabilities, weights
from kg.extract.features import Name, number_features, pair_features, unit_class
from kg.extract.numbers import Number
from kg.extract.passages import Passage, passages
from kg.files import PACKAGE
from kg.model import Mention, Quantity, Result

KINDS = ("neither", "result", "quantity")
SUBJECTS = ("Method", "Model", "Software")
NONE = Name(-1, -1, "", "none")
ROLES = {"subject": SUBJECTS, "dataset": ("Dataset",), "hardware": ("Hardware",), "baseline": SUBJECTS}


def _rows(name: str) -> list[dict[str, str]]:
    with (PACKAGE / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


_METRIC_WORDS = {row["word"].lower(): row["metric"] for row in _rows("metric_words.tsv")}
_METRIC_WORD = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _METRIC_WORDS), key=len, reverse=True))})\b", re.IGNORECASE
)
_DEFAULTS = tuple(Name(-1, -1, row["metric"], "default") for row in _rows("metric_defaults.tsv"))


@dataclass(frozen=True, slots=True)
class Scene:
    """A text's passages and what is known of its names as a whole: how often each surface occurs, and where first."""

    passages: tuple[Passage, ...]
    names: Mapping[str, tuple[Mention, ...]]
    title_end: int
    counts: Mapping[str, int]


def scene(text: str, mentions: Sequence[Mention]) -> Scene:
    names: dict[str, list[Mention]] = {}
    for mention in sorted(mentions, key=lambda mention: mention.start):
        names.setdefault(mention.text, []).append(mention)
    return Scene(
        tuple(passages(text, mentions)),
        {surface: tuple(group) for surface, group in names.items()},
        text.find("\n"),
        Counter(mention.text for mention in mentions),
    )


def metric_names(text: str, passage: Passage) -> list[Name]:
    """The metrics that a sentence names: mentions, and words that stand for one."""
    names = [Name(name.start, name.end, name.text, name.type) for name in passage.names if name.type == "Metric"]
    taken = [(name.start, name.end) for name in names]
    for match in _METRIC_WORD.finditer(text, passage.start, passage.end):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            names.append(Name(match.start(), match.end(), _METRIC_WORDS[match.group().lower()], "word"))
    return sorted(names, key=lambda name: name.start)


def metric_alternatives(
    text: str, passage: Passage, number: Number, metrics: Sequence[Name]
) -> Iterator[tuple[Name, list[str]]]:
    unit = unit_class(number)
    real = sum(1 for name in metrics if name.kind == "Metric")
    for name in metrics:
        head = name.text.lower().split()[-1]
        features = list(pair_features("metric", passage, number, name, metrics))
        features += (
            f"metric {name.kind}",
            f"metric {name.kind} {unit}",
            f"metric head={head}",
            f"metric head={head}|{unit}",
            f"metric whole={name.text.lower()}",
            f"metric real={min(real, 2)}|{name.kind}",
        )
        yield name, features
    near = set(passage.words[max(0, passage.index(number.start) - 8) : passage.index(number.end) + 5])
    for name in _DEFAULTS:
        yield name, [
            "metric default", f"metric default real={min(real, 2)}", f"metric default any={bool(metrics)}", f"metric default={name.text}", f"metric default={name.text}|{unit}", f"metric default={name.text} real={min(real, 2)}",
            *(f"metric default={name.text} near={word}" for word in near),
        ]  # fmt: skip


def role_alternatives(
    role: str, scene: Scene, passage: Passage, number: Number, previous: str | None
) -> Iterator[tuple[Name, list[str]]]:
    here = [
        Name(name.start, name.end, name.text, name.type)
        for name in passage.names
        if name.type in ROLES[role] and not name.start <= number.start < name.end
    ]
    nearest: dict[str, Name] = {}
    for name in here:
        known = nearest.get(name.text)
        if known is None or abs(name.start - number.start) < abs(known.start - number.start):
            nearest[name.text] = name
    unit = unit_class(number)
    yield (
        NONE,
        [
            f"{role} none",
            f"{role} none|{unit}",
            f"{role} none here={min(len(nearest), 3)}",
            f"{role} none previous={previous is not None}",
        ],
    )
    for name in nearest.values():
        yield (
            name,
            [
                *pair_features(role, passage, number, name, here),
                f"{role} here",
                f"{role} here={min(len(nearest), 4)}",
                *_standing(role, scene, name, previous),
            ],
        )
    for surface, group in scene.names.items() if role != "baseline" else ():
        if surface not in nearest and group[0].type in ROLES[role]:
            last = max((mention.end for mention in group if mention.end <= passage.start), default=-1)
            later = sum(
                1
                for other in scene.names.values()
                for mention in other
                if mention.type in ROLES[role] and last < mention.start < passage.start
            )
            name = Name(group[0].start, group[0].end, surface, group[0].type)
            yield (
                name,
                [
                    f"{role} away",
                    f"{role} away here={min(len(nearest), 3)}",
                    f"{role} away later={min(later, 6) if last > 0 else None}",
                    *_standing(role, scene, name, previous),
                ],
            )


def _standing(role: str, scene: Scene, name: Name, previous: str | None) -> Iterator[str]:
    """What a name is in the whole text."""
    group = scene.names[name.text]
    titled = group[0].start < scene.title_end
    away = "" if name.start != group[0].start else "first "
    yield f"{role} titled={titled}"
    if titled:
        yield f"{role} title-start={group[0].start == 0}"
    yield f"{role} count={min(len(group), 4)}"
    yield f"{role} type={name.kind}"
    yield f"{role} {away}introduced={any(mention.introduced for mention in group)}"
    yield f"{role} previous={previous == name.text}"
    yield f"{role} rank={min(5, [s for s, g in scene.names.items() if g[0].type in ROLES[role]].index(name.text)) if group[0].type in ROLES[role] else None}"


def kind_alternatives(scene: Scene, passage: Passage, number: Number, metrics: Sequence[Name]) -> list[list[str]]:
    place = "title" if passage.start == 0 else "late" if passage is scene.passages[-1] else "body"
    features = list(number_features(passage, number, metrics, place=place))
    return [[], *([f"{kind} {feature}" for feature in features] for kind in KINDS[1:])]


def find_results(
    text: str, mentions: Sequence[Mention], *, least: float = 0.4
) -> tuple[tuple[Result, ...], tuple[Quantity, ...]]:
    """The results and the sizes that a text states, in order; `least` is the score that a result needs."""
    learnt, whole = weights(), scene(text, mentions)
    results: list[Result] = []
    quantities: list[Quantity] = []
    previous: dict[str, str | None] = dict.fromkeys(ROLES)
    for passage in whole.passages:
        metrics = metric_names(text, passage) if passage.numbers else []
        for number in passage.numbers:
            _, result, quantity = probabilities(kind_alternatives(whole, passage, number, metrics), learnt)
            if result < least:
                if quantity >= 0.5:
                    quantities.append(
                        Quantity(number.start, number.end, text[number.start : number.end], number.value, number.unit)
                    )
                continue
            names, features = zip(*metric_alternatives(text, passage, number, metrics), strict=True)
            chances = probabilities(features, learnt)
            chance = max(chances)
            metric = names[chances.index(chance)]
            if result * chance < least:
                continue
            roles: dict[str, str | None] = {}
            for role in ROLES:
                names, features = zip(*role_alternatives(role, whole, passage, number, previous[role]), strict=True)
                chances = probabilities(features, learnt)
                roles[role] = names[chances.index(max(chances))].text or None
            previous.update(roles)
            start = number.qualifier_start if number.qualifier_start is not None else number.start
            results.append(
                Result(
                    start,
                    number.end,
                    text[start : number.end],
                    metric.text,
                    number.value,
                    number.unit,
                    number.qualifier,
                    number.low,
                    number.high,
                    **roles,
                    baseline_value=number.baseline_value,
                    score=result * chance,
                )
            )
    return tuple(results), tuple(quantities)
