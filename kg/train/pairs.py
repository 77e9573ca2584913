"""`python -m kg.train.pairs EXTRACTIONS`: how well names are linked, on pairs of names that were annotated.

EXTRACTIONS is the extractions.jsonl of a build of the abstracts that hold the pairs of annotations/pairs.tsv. A row
there is two mentions, each by paper and start, whether two readings (`first`, `second`) take them for one thing (same,
different or undecidable), and whether linking was made with the pair in view (part: tune) or not (held out).
Only pairs count that both readings decide alike and whose mentions were found.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

_ANNOTATIONS = Path(__file__).parent / "annotations" / "pairs.tsv"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names that annotators agree on; `same` is what they say, `linked` whether they have one concept."""

    part: str
    one: str
    other: str
    same: bool
    linked: bool


@click.command(help=__doc__)
@click.argument("extractions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(extractions: Path) -> None:
    found = list(judged(concepts(extractions)))
    for part in sorted({pair.part for pair in found}):
        here = [pair for pair in found if pair.part == part]
        counts = Counter((pair.same, pair.linked) for pair in here)
        right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
        click.echo(
            f"{part}: {len(here)} pairs, precision {right / max(1, right + wrong):.3f}, "
            f"recall {right / max(1, right + missed):.3f} ({right} linked rightly, {wrong} wrongly, {missed} missed)"
        )
    for pair in found:
        if pair.part == "tune" and pair.same != pair.linked:
            click.echo(f"{'linked wrongly' if pair.linked else 'missed'}: {pair.one} ~ {pair.other}")


def concepts(extractions: Path) -> dict[tuple[str, int], str]:
    """The concept of each mention, by paper and start."""
    with extractions.open(encoding="utf-8") as file:
        return {
            (paper["id"], mention["start"]): mention["concept"]
            for paper in map(json.loads, file)
            for mention in paper["mentions"]
        }


def judged(found: Mapping[tuple[str, int], str]) -> Iterator[Pair]:
    """The pairs that count, in the order of the table."""
    for row in _annotated():
        ends = [found.get((row[f"{end}_paper"], int(row[f"{end}_start"]))) for end in ("one", "other")]
        if None not in ends and row["first"] == row["second"] != "undecidable":
            yield Pair(row["part"], row["one"], row["other"], row["first"] == "same", ends[0] == ends[1])


def _annotated() -> Iterable[dict[str, str]]:
    with _ANNOTATIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


if __name__ == "__main__":
    main()
