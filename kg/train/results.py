"""Learn from annotated abstracts what a number is and what it is of (kg.extract.results)."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.extract.abbreviations import abbreviations
from kg.extract.alternatives import KINDS, SIZES, metric_names, metrics_for, size_features, things_for
from kg.extract.choices import Alternative, It
from kg.extract.features import number_features
from kg.extract.mentions import settle
from kg.extract.numbers import Number, scaled
from kg.extract.passages import Name, Scene, Spot, spots, survey
from kg.model import Mention, Result
from kg.train.choices import Decision, fit
from kg.train.corpus import rows
from kg.train.folds import Annotated
from kg.units import canonical

# How strongly weights are drawn to nothing, by choice; found on one half of the training abstracts from the other.
PENALTY = {"metric": 3.0}
OTHER_PENALTY = 4.5
RARE = 5
# Names are overlooked when a model finds them; so learning overlooks this share of the annotated ones.
OVERLOOKED = 0.2

Row = Mapping[str, Any]


def learn(papers: Annotated) -> dict[str, dict[str, dict[str, float]]]:
    """The weights of each choice by label and feature.

    Each paper is learnt from twice: with the names that a pipeline found in it, and with those annotated.
    """
    drawn = random.Random(0)  # noqa: S311 - reproducible, not secret
    decisions: dict[str, list[Decision]] = defaultdict(list)

    def study(text: str, mentions: Sequence[Mention], row: Row) -> None:
        for choice, decision in examples(text, mentions, row):
            decisions[choice].append(decision)

    for doc, row in papers:
        study(doc._.source, doc._.mentions, row)
        surfaces = [surface for surface in row["mentions"] if drawn.random() >= OVERLOOKED]
        study(doc._.source, annotated_mentions(doc._.source, surfaces), row)
    for text, told in patterns():
        study(text, annotated_mentions(text, told["mentions"]), told)
    return {
        choice: fit(made, penalty=PENALTY.get(choice, OTHER_PENALTY), rare=RARE) for choice, made in decisions.items()
    }


def annotated_mentions(text: str, surfaces: Iterable[Sequence[str]]) -> tuple[Mention, ...]:
    """The mentions that the pipeline would settle on, had it found each annotated surface."""
    found = [
        Mention(start, start + len(surface), surface, kind, 0.99)
        for surface, kind, *_ in surfaces
        if (start := text.find(surface)) >= 0
    ]
    return settle(text, found, abbreviations(text))


def examples(text: str, mentions: Sequence[Mention], row: Row) -> Iterator[tuple[str, Decision]]:
    """Every choice that the annotation decides."""
    scene = survey(text, mentions, abbreviations(text))
    claims = claimed(scene, row["results"])
    last: Result | None = None
    for passage in scene.passages:
        metrics = metric_names(scene, passage)
        for spot in spots(scene, passage):
            number = spot.number
            results = claims.get(number.start, [])
            stated = [size for size in row.get("quantities", ()) if _states(number, size)]
            kind = "result" if results else "quantity" if stated else "neither"
            yield "kind", _classified(KINDS, kind, number_features(spot, metrics))
            if results:
                yield from _of_result(spot, metrics, results, row, last)
                last = _as_last(spot, metrics, results[0], row)
            elif stated:
                yield "size", _classified(SIZES, stated[0]["kind"], size_features(spot))
                yield from _decided("of", things_for("of", spot, None), _same_thing(stated[0]["of"], row))


def _classified(labels: Sequence[str], right: str, features: Sequence[str]) -> Decision:
    return [(label, features) for label in labels], [label == right for label in labels]


def _of_result(
    spot: Spot, metrics: Sequence[Name], results: Sequence[Row], row: Row, last: Result | None
) -> Iterator[tuple[str, Decision]]:
    wanted = [result["metric"] for result in results]
    yield from _decided(
        "metric", metrics_for(spot, metrics, last), lambda name: any(alike(name.text, metric) for metric in wanted)
    )
    for role in ("subject", "dataset", "hardware", "baseline"):
        previous = getattr(last, role) if last else None
        if role in results[0]:  # else the annotators did not look for it
            yield from _decided(role, things_for(role, spot, previous), _same_thing(results[0][role], row))


def _decided(
    choice: str, alternatives: Iterable[Alternative[It]], is_right: Callable[[It], bool]
) -> Iterator[tuple[str, Decision]]:
    given = list(alternatives)
    right = [is_right(alternative.it) for alternative in given]
    if any(right) and len(right) > 1:
        yield choice, ([(label, features) for _, features, label in given], right)


def _same_thing(wanted: str | None, row: Row) -> Callable[[str], bool]:
    group = {surface for same in row.get("same", ()) if wanted in same for surface in same}
    if wanted is None:
        return lambda name: not name
    return lambda name: bool(name) and (name in group or alike(name, wanted))


def _as_last(spot: Spot, metrics: Sequence[Name], result: Row, row: Row) -> Result:
    """The result as `find_results` would have told it, had every choice been right."""
    roles: dict[str, Any] = {}
    for role in ("subject", "dataset", "hardware", "baseline"):
        is_right = _same_thing(result.get(role), row)
        roles[role] = next((it for it, *_ in things_for(role, spot, None) if it and is_right(it)), None)
    metric = next((name.text for name in metrics if alike(name.text, result["metric"])), result["metric"])
    number = spot.number
    return Result(number.start, number.end, "", metric, number.value, **roles)


def claimed(scene: Scene, results: Iterable[Row]) -> dict[int, list[Row]]:
    """Which annotated results each number (by its start) carries: of equal value, and of equal unit where
    there is one, nearest to the metric.
    """
    everything = [number for passage in scene.passages for number in passage.numbers]
    title_end = scene.text.find("\n")
    claims: dict[int, list[Row]] = {}
    for result in results:
        equal = [it for it in everything if _equal(it.value, result["value"])]
        fits = [it for it in equal if _unit(it) == _unit(result)] or [it for it in equal if len(it.value) > 2]
        if fits:
            places = [match.start() for match in re.finditer(re.escape(result["metric"]), scene.text)] or [0]
            free = [number for number in fits if number.start not in claims] or fits
            best = min(free, key=lambda it: (it.start < title_end, min(abs(it.start - place) for place in places)))
            claims.setdefault(best.start, []).append(result)
    return claims


def _states(number: Number, size: Row) -> bool:
    """Whether an annotated size is this number; some are annotated as 8 `B parameters`."""
    value, scale = str(size["value"]).replace(",", ""), str(size["unit"] or "").partition(" ")[0]
    return _equal(number.value, value) or (
        bool(scale)
        and scale == number.scale
        and value.replace(".", "").isdecimal()
        and _equal(number.value, scaled(value, scale))
    )


def _equal(value: str, other: object) -> bool:
    try:
        return abs(float(value) - float(str(other).replace(",", ""))) < 1e-9
    except ValueError:
        return value == other


def _unit(holder: Number | Row) -> str:
    unit = (holder.unit if isinstance(holder, Number) else holder["unit"]) or ""
    known = canonical(unit) or unit
    return "points" if known == "percentage points" else known


def alike(left: str, right: str) -> bool:
    """Whether two names share at least half of their words."""
    one, other = _words(left), _words(right)
    return len(one & other) * 2 >= max(1, len(one | other))


def _words(name: str) -> set[str]:
    words = re.findall(r"[^\W_]+(?:\.\d+)*|[+#]+", name.casefold())
    return {word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in words}


def patterns() -> Iterator[tuple[str, Row]]:
    """Invented abstracts, written to teach what real ones say too seldom to learn from: `3% for A and 4% for B`."""
    for row in rows(Path(__file__).parent / "annotations" / "results.jsonl"):
        yield f"{row['title']}\n{row['abstract']}", row
