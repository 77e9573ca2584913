import csv
from decimal import Decimal

import pytest

from kg.files import PACKAGE
from kg.names import PREFIXES
from kg.units import canonical, scale, spellings, unit_iri

KG, QUDT = PREFIXES["kg"], PREFIXES["unit"]


@pytest.mark.parametrize(
    ("spelling", "name", "iri"),
    [
        ("%", "%", f"{QUDT}PERCENT"),
        ("\\%", "%", f"{QUDT}PERCENT"),
        ("percent", "%", f"{QUDT}PERCENT"),
        ("percentage points", "percentage points", f"{KG}PercentagePoint"),
        ("pp", "percentage points", f"{KG}PercentagePoint"),
        ("×", "x", f"{KG}Times"),
        ("milliseconds", "ms", f"{QUDT}MilliSEC"),
        ("Minutes", "min", f"{QUDT}MIN"),
        ("frames per second", "FPS", f"{QUDT}FRAME-PER-SEC"),
        ("fps", "FPS", f"{QUDT}FRAME-PER-SEC"),
        ("TFLOP/s", "TFLOPS", f"{QUDT}TeraFLOPS"),
        ("tokens per second", "tokens/s", f"{KG}TokenPerSecond"),
        ("GPU-hours", "GPU hours", f"{KG}GPUHour"),
        ("GPUs", "devices", f"{KG}Device"),
    ],
)
def test_a_spelling_gives_its_unit(spelling, name, iri):
    assert canonical(spelling) == name
    assert unit_iri(spelling) == iri


def test_case_counts_where_two_units_differ_by_it():
    assert (canonical("mJ"), canonical("MJ")) == ("mJ", "MJ")
    assert (canonical("Mb/s"), canonical("MB/s")) == ("Mbit/s", "MB/s")
    assert canonical("GHZ") == "GHz"
    assert (unit_iri("FLOPS"), unit_iri("FLOPs")) == (f"{QUDT}FLOPS", f"{KG}FLOP")


@pytest.mark.parametrize("unit", ["", "bananas", "%%"])
def test_what_is_no_known_unit_has_no_iri(unit):
    assert canonical(unit) is None
    assert unit_iri(unit) is None


def test_every_row_stands_for_itself_and_no_spelling_is_given_twice():
    with (PACKAGE / "data" / "units.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    spellings = [spelling for row in rows for spelling in (row["unit"], *filter(None, row["spellings"].split("|")))]
    assert len(spellings) == len(set(spellings))
    for row in rows:
        assert canonical(row["unit"]) == row["unit"]


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("milliseconds", ("0.001", "s")),
        ("kWh", ("3600000", "J")),
        ("GiB", ("1073741824", "B")),
        ("s", None),
        ("x", None),
    ],
)
def test_a_multiple_tells_of_what_and_how_many(unit, told):
    assert scale(unit) == told


def test_a_scale_leads_to_a_unit_that_is_none():
    rows = [unit for unit in map(canonical, spellings()) if scale(unit)]
    assert rows
    for unit in rows:
        factor, base = scale(unit)
        assert Decimal(factor) > 0
        assert unit_iri(unit)
        assert unit_iri(base)
        assert scale(base) is None


def test_points_of_a_score_are_a_unit_without_iri():
    assert canonical("pts") == "points"
    assert unit_iri("points") is None
