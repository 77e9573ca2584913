"""`python -m kg.train.changes TEXTS...`: how often levels and changes are told apart (kg.extract.changes).

TEXTS are JSON Lines of id, title and abstract that hold the papers of annotations/changes.tsv, whose columns are the
paper's id, where the number starts, its metric, and what it is: level, absolute, relative or unclear.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from kg.extract.changes import change
from kg.extract.passages import Spot, spots, survey
from kg.train.corpus import rows

LEVEL = "level"
_ANNOTATIONS = Path(__file__).parent / "annotations" / "changes.tsv"


@click.command(help=__doc__)
@click.argument("texts", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(texts: tuple[Path, ...]) -> None:
    told = judged(dict(_texts(texts)))
    right = sum(count for (annotated, found), count in told.items() if annotated == found)
    click.echo(f"right {right} of {told.total()}")
    for (annotated, found), count in sorted(told.items()):
        click.echo(f"{annotated} told as {found}: {count}")


def judged(texts: dict[str, str]) -> Counter[tuple[str, str]]:
    """How often each (annotated, found) pair occurs among the annotated numbers of `texts`, which are by id."""
    with _ANNOTATIONS.open(encoding="utf-8", newline="") as file:
        annotated = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    pairs: Counter[tuple[str, str]] = Counter()
    for row in annotated:
        for spot in _at(texts.get(row["id"], ""), int(row["start"])):
            pairs[row["change"], change(spot, row["metric"]) or LEVEL] += 1
    return pairs


def _at(text: str, start: int) -> Iterator[Spot]:
    scene = survey(text, ())
    for passage in scene.passages:
        yield from (spot for spot in spots(scene, passage) if spot.number.start == start)


def _texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for row in rows(path):
            yield row["id"], f"{row['title']}\n{row['abstract']}"


if __name__ == "__main__":
    main()
