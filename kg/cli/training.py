"""`kg score`: how well papers are extracted."""

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import tell_reject
from kg.errors import InputError
from kg.text import printable

if TYPE_CHECKING:
    from kg.score import Score, Scores

FILE = click.Path(path_type=Path, allow_dash=True)


@click.command()
@click.argument("gold", type=FILE)
@click.argument("predicted", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--errors", type=click.IntRange(0), default=0, metavar="N", help="Name the first N mistakes.")
def score(gold: Path, predicted: Path, *, as_json: bool, errors: int) -> None:
    """Score what `kg extract` printed (PREDICTED) against what people marked (GOLD).

    GOLD is JSON Lines, a paper a line: `title`, `abstract`, and either `concepts` ({"types", "surfaces", "required"})
    or `mentions` ([surface, type], with a third "?" where it is doubtful) and `same` (lists of surfaces of one thing);
    `results` ({"metric", "value", "unit", "subject", "dataset", "hardware"}) where there are some. Papers are joined by
    title.
    """
    from kg import score as scoring

    scores = scoring.score(scoring.read_gold(gold, tell_reject), scoring.read_found(predicted, tell_reject))
    if not scores.papers:
        raise InputError(f"{gold}: no paper")
    if scores.missing:
        click.echo(f"{len(scores.missing)} of {scores.papers} papers without prediction:", err=True)
        for title in scores.missing:
            click.echo(f"  {printable(title)}", err=True)
    mistakes = scores.mistakes[:errors]
    if as_json:
        told = scoring.account(scores)
        if errors:
            told["errors"] = [[mistake.kind, mistake.type, mistake.name, mistake.title] for mistake in mistakes]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(_table(scores), nl=False)
    for mistake in mistakes:
        click.echo(printable(f"{mistake.kind}: {mistake.name} ({mistake.type}) in {mistake.title}"))


def _table(scores: "Scores") -> str:
    rows = [
        *(("strict", name, one) for name, one in scores.strict.items()),
        *(("lenient", name, one) for name, one in scores.lenient.items()),
        ("results", "", scores.results),
        ("results full", "", scores.results_full),
    ]
    return _rendered(("match", "type"), [((match, type_), (one,)) for match, type_, one in rows])


def _rendered(headings: Sequence[str], rows: Iterable[tuple[Sequence[str], Sequence["Score"]]]) -> str:
    """A table of scores: the texts of each row, its scores, and how many gold has.

    The figures are rounded from those of `--json`.
    """
    from kg import query
    from kg.model import Literal, Table
    from kg.names import expand

    decimal, integer = expand("xsd:decimal"), expand("xsd:integer")
    cells = [
        (
            *map(Literal, texts),
            *(
                Literal(f"{round(part, 4):.3f}", decimal)
                for one in scores
                for part in (one.precision, one.recall, one.f1)
            ),
            Literal(str(scores[-1].gold), integer),
        )
        for texts, scores in rows
    ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return query.render(Table((*headings, "precision", "recall", "F1", "gold"), tuple(cells)), width=width)
