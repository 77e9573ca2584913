"""`kg score` and `kg train`: how well papers are extracted, and how to do it better."""

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.options import label_option, progress, tell_reject
from kg.errors import InputError
from kg.text import printable

if TYPE_CHECKING:
    from kg.score import Score, Scores

FILE = click.Path(path_type=Path, allow_dash=True)
FOLDER = click.Path(file_okay=False, path_type=Path)


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


@click.command()
@click.argument("corpus", nargs=-1, required=True, type=FILE)
@click.option("-o", "--output", required=True, metavar="MODEL", type=FOLDER, help="The folder to write.")
@click.option("--dev", type=FILE, help="Annotations to measure by, instead of a tenth of CORPUS.")
@label_option
@click.option("--from-scratch", is_flag=True, help="Forget the shipped weights; needs a thousand papers to do well.")
@click.option("--epochs", type=click.IntRange(1), help="How often to go through CORPUS; 3 by default, 8 from scratch.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**32 - 1), help="What chance follows.")
def train(corpus: tuple[Path, ...], output: Path, **options: Any) -> None:
    """Train the shipped tagger further on the annotations of CORPUS, for `kg build --pipeline MODEL`.

    CORPUS is JSON Lines with `mentions` ([surface, type], or as `kg extract` prints them) or with Prodigy's and spaCy's
    `spans`, or CoNLL columns. A tenth of its papers is held out, to tell how well the tagger does before and after.
    """
    from kg.train import finetune

    trained = finetune.train(corpus, output, progress=progress, on_reject=tell_reject, **options)
    for number, what in (
        (sum(trained.skipped.values()), f"answers skipped ({', '.join(trained.skipped)})"),
        (trained.misfits, "names that begin or end within a token not learnt"),
        (trained.covered, "names within longer names not learnt"),
    ):
        if number:
            click.echo(printable(f"{number} {what}"), err=True)
    click.echo(f"learnt from {trained.learnt} papers, {trained.held_out} held out", err=True)
    rows = [
        ((when, type_), one[type_])
        for type_ in trained.after
        for when, one in (("before", trained.before), ("after", trained.after))
    ]
    click.echo(_rendered(("", "type"), rows), nl=False)
    click.echo(f"model: {output}", err=True)


def _table(scores: "Scores") -> str:
    rows = [
        *(("strict", name, one) for name, one in scores.strict.items()),
        *(("lenient", name, one) for name, one in scores.lenient.items()),
        ("results", "", scores.results),
        ("results full", "", scores.results_full),
    ]
    return _rendered(("match", "type"), [((match, type_), one) for match, type_, one in rows])


def _rendered(headings: Sequence[str], rows: Iterable[tuple[Sequence[str], "Score"]]) -> str:
    """A table of scores, each with the texts before it.

    The figures are rounded from those of `--json`.
    """
    from kg import query
    from kg.model import Literal, Table
    from kg.names import expand

    decimal, integer = expand("xsd:decimal"), expand("xsd:integer")
    cells = [
        (
            *map(Literal, texts),
            *(Literal(f"{round(part, 4):.3f}", decimal) for part in (one.precision, one.recall, one.f1)),
            Literal(str(one.gold), integer),
        )
        for texts, one in rows
    ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return query.render(Table((*headings, "precision", "recall", "F1", "gold"), tuple(cells)), width=width)
