"""The units that results and quantities are given in: their spellings and their IRIs.

The table is data/units.tsv: the spelling the graph shows, a prefixed name (QUDT's where it has the unit, else one of
the ontology), the other spellings, joined by `|`, and what it is of its base unit (`0.001 s`), where both have an IRI.
"""

import csv
from functools import cache

from kg.files import PACKAGE
from kg.names import expand


def canonical(unit: str) -> str | None:
    """The one spelling of a known unit, None for any other: `percent` is `%`, `fps` is `FPS`.

    Case decides only where it has to: mJ is not MJ, but Ms is taken for ms.
    """
    exact, folded, _, _ = _table()
    unit = " ".join(unit.split())
    return exact.get(unit) or folded.get(unit.casefold())


def unit_iri(unit: str) -> str | None:
    """The full IRI of a unit in any of its spellings, None for a unit that has none."""
    name = canonical(unit)
    return None if name is None else _table()[2].get(name)


def scale(unit: str) -> tuple[str, str] | None:
    """How many of which base unit a known unit is, `("0.001", "s")` for ms; None for one that is no multiple."""
    factor, _, base = _table()[3].get(canonical(unit) or "", "").partition(" ")
    return (factor, base) if base else None


def spellings() -> tuple[str, ...]:
    """Every spelling of every unit."""
    return tuple(_table()[0])


@cache
def _table() -> tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]:
    """Spelling to unit, case-folded spelling to unit (where all its cases mean one), unit to IRI, unit to its scale."""
    exact: dict[str, str] = {}
    cases: dict[str, set[str]] = {}
    iris: dict[str, str] = {}
    scales: dict[str, str] = {}
    with (PACKAGE / "data" / "units.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["iri"]:
                iris[row["unit"]] = expand(row["iri"])
                scales[row["unit"]] = row["scale"]
            for spelling in (row["unit"], *filter(None, row["spellings"].split("|"))):
                exact[spelling] = row["unit"]
                cases.setdefault(spelling.casefold(), set()).add(row["unit"])
    folded = {spelling: min(units) for spelling, units in cases.items() if len(units) == 1}
    return exact, folded, iris, scales
