"""What `kg train` did, and how it tells that in the folder it writes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from kg.score import Score

SHIPPED = "shipped weights"


@dataclass(frozen=True, slots=True)
class Settings:
    """Few and small steps, so that what the shipped weights know stays."""

    start: str = SHIPPED
    epochs: int = 3
    rate: float = 5e-4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """What was trained on what, and how well it does.

    `files` counts papers and `names` the names of each type. `skipped` counts answers other than "accept"; `misfits`
    are names that begin or end within a token, `covered` ones that lie in a longer name. `before` and `after` map "all"
    and each type annotated to the score of the shipped tagger and of the new one on the papers held out; where these
    have enough names, the new one is `tuned` to them.
    """

    files: Mapping[str, int]
    names: Mapping[str, int]
    learnt: int
    held_out: int
    skipped: Mapping[str, int]
    misfits: int
    covered: int
    before: Mapping[str, Score]
    after: Mapping[str, Score]
    tuned: bool
    settings: Settings


def card(trained: Trained) -> str:
    """The README of a trained pipeline: what went in, and what came out."""
    rows = [
        f"| {type_} | {before.precision:.3f} | {before.recall:.3f} | {before.f1:.3f} "
        f"| {after.precision:.3f} | {after.recall:.3f} | {after.f1:.3f} | {after.gold} |"
        for (type_, before), after in zip(trained.before.items(), trained.after.values(), strict=True)
    ]
    tuning = (
        "set on these papers, so expect slightly less elsewhere" if trained.tuned else "those of the shipped tagger"
    )
    told = {
        "files, with how many papers": trained.files,
        "names": trained.names,
        "papers to learn from, and held out": [trained.learnt, trained.held_out],
        "answers skipped": trained.skipped,
        "names that begin or end within a token, not learnt": trained.misfits,
        "names that lie in a longer one, not learnt": trained.covered,
        "settings": asdict(trained.settings),
    }
    return "\n".join(
        [
            "# A names tagger for paperkg",
            "",
            "Made by `kg train`; use it with `kg build --pipeline THIS_FOLDER`.",
            "",
            *(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in told.items()),
            "",
            "How well the tagger does on the papers held out, before and after (strict, names alone). Threshold and",
            f"calibration are {tuning}.",
            "",
            "| | precision | recall | F1 | precision after | recall after | F1 after | gold |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
