"""Learn which names a paper introduces, and measure it.

    python -m kg.train.introduced learn ABSTRACTS.jsonl ANNOTATIONS.jsonl
    python -m kg.train.introduced measure ABSTRACTS.jsonl ANNOTATIONS.jsonl

ABSTRACTS has `id`, `title`, `abstract` and `concepts`, each with its `surfaces` and `types`; ANNOTATIONS are those of
annotations/introduced.*.jsonl: the surfaces that are `introduced`, and those that `perhaps` are and do not count either
way. `learn` writes kg/data/introduced.tsv: the same bytes for the same input.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from kg.extract.abbreviations import abbreviations
from kg.extract.introduced import OWN_TYPES, described, introduced
from kg.extract.mentions import settle
from kg.files import PACKAGE, atomic
from kg.model import Mention
from kg.text import fold

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Pairs = tuple[tuple[str, str], ...]
Example = tuple[set[str], bool]
# What a thing need not reach to count as introduced: best by cross-validation on the part `develop`.
MARGIN = 0.2
L2 = 1.0
LEAST = 3  # occurrences of a feature worth a weight


@dataclass(frozen=True, slots=True)
class Annotated:
    """A paper with the names it is known to have. `concepts` are the surfaces of one thing each."""

    text: str
    mentions: tuple[Mention, ...]
    concepts: tuple[frozenset[str], ...]
    own: frozenset[str]
    perhaps: frozenset[str]
    part: str

    @property
    def same(self) -> Pairs:
        return abbreviations(self.text)


def read(abstracts: Path, annotations: Path) -> list[Annotated]:
    """The annotated papers, in the order of the annotations. Raises KeyError for one without abstract."""
    rows = {row["id"]: row for row in map(json.loads, abstracts.open(encoding="utf-8"))}
    papers = []
    for note in map(json.loads, annotations.open(encoding="utf-8")):
        row = rows[note["id"]]
        text = f"{row['title']}\n{row['abstract']}"
        mentions = settle(text, _named(text, row["concepts"]), ())
        present = {mention.text for mention in mentions if mention.type in OWN_TYPES}
        concepts = tuple(filter(None, (frozenset(thing["surfaces"]) & present for thing in row["concepts"])))
        own, perhaps = frozenset(note["introduced"]), frozenset(note.get("perhaps", ()))
        papers.append(Annotated(text, mentions, concepts, own, perhaps, note.get("part", "")))
    return papers


def _named(text: str, concepts: Iterable[dict[str, Any]]) -> Iterator[Mention]:
    for concept in concepts:
        for name in filter(text.__contains__, concept["surfaces"]):
            start = text.index(name)
            yield Mention(start, start + len(name), name, concept["types"][0])


def examples(papers: Iterable[Annotated]) -> Iterator[Example]:
    for paper in papers:
        for group, features in described(paper.text, paper.mentions, paper.same):
            names = {mention.text for mention in group}
            if names & paper.own or not names & paper.perhaps:
                yield features, bool(names & paper.own)


def learn(data: Sequence[Example]) -> dict[str, float]:
    """The weights of a logistic regression with an L2 penalty, by Newton's method; the bias is free of the penalty."""
    counts = Counter(feature for features, _ in data for feature in features)
    index = {feature: i for i, feature in enumerate(sorted(f for f, n in counts.items() if n >= LEAST))}
    inputs = np.zeros((len(data), len(index)))
    for row, (features, _) in enumerate(data):
        inputs[row, [index[feature] for feature in features if feature in index]] = 1.0
    targets = np.array([own for _, own in data], dtype=float)
    penalty = np.full(len(index), L2)
    penalty[index["bias"]] = 1e-3
    weights = np.zeros(len(index))
    for _ in range(20):
        shares = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (shares - targets) + penalty * weights
        curve = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + np.diag(penalty)
        weights -= np.linalg.solve(curve, slope)
    learnt = {feature: round(float(weights[i]), 3) for feature, i in index.items()}
    return {**learnt, "bias": round(learnt["bias"] + MARGIN, 3)}


def chosen(learnt: Mapping[str, float]) -> Callable[[str, Sequence[Mention], Pairs], frozenset[str]]:
    """`kg.extract.introduced.introduced` with other weights."""

    def decide(text: str, mentions: Sequence[Mention], same: Pairs) -> frozenset[str]:
        return frozenset(
            fold(mention.text)
            for group, features in described(text, mentions, same)
            if sum(learnt.get(feature, 0.0) for feature in features) > 0
            for mention in group
        )

    return decide


def measure(
    papers: Iterable[Annotated], decide: Callable[[str, Sequence[Mention], Pairs], frozenset[str]] = introduced
) -> str:
    """Precision, recall and F1 by concepts: one is found if any of its surfaces is."""
    outcomes: Counter[tuple[bool, bool]] = Counter()
    for paper in papers:
        own = decide(paper.text, paper.mentions, paper.same)
        for concept in paper.concepts:
            if concept & paper.own or not concept & paper.perhaps:
                outcomes[not own.isdisjoint(map(fold, concept)), bool(concept & paper.own)] += 1
    hits, false, missed = outcomes[True, True], outcomes[True, False], outcomes[False, True]
    precision, recall = hits / max(1, hits + false), hits / max(1, hits + missed)
    f1 = 2 * hits / max(1, 2 * hits + false + missed)
    return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  ({hits} right, {false} wrong, {missed} missed)"


@click.group()
def main() -> None:
    """Learn which names a paper introduces, and measure it."""


@main.command("learn")
@click.argument("abstracts", type=FILE)
@click.argument("annotations", type=FILE)
def learn_all(abstracts: Path, annotations: Path) -> None:
    """Tell what the part `develop` teaches about the part `check`, then learn from both."""
    papers = read(abstracts, annotations)
    developed = chosen(learn(list(examples(paper for paper in papers if paper.part == "develop"))))
    click.echo(f"check: {measure((paper for paper in papers if paper.part == 'check'), developed)}")
    with atomic(PACKAGE / "data" / "introduced.tsv") as file:
        for feature, weight in sorted(learn(list(examples(papers))).items()):
            file.write(f"{feature}\t{weight}\n".encode())


@main.command("measure")
@click.argument("abstracts", type=FILE)
@click.argument("annotations", type=FILE)
def measure_all(abstracts: Path, annotations: Path) -> None:
    """Precision, recall and F1 with the weights that are in use, given the right names."""
    click.echo(measure(read(abstracts, annotations)))


if __name__ == "__main__":
    main()
