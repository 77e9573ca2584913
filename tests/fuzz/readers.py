"""Fuzz one reader: `python tests/fuzz/readers.py FORMAT [libFuzzer options]`, e.g. `RIS -max_total_time=600`.

Atheris (`pip install atheris`) mutates the sample files of the tests, guided by coverage, and feeds them to the reader
itself, whether or not it would recognise them. Whatever comes, each item must be a paper that the graph can hold or a
reject with a reason. What breaks that is left in the working directory as `crash-...`; it belongs in tests/cases/read.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kg"]):
    from kg.model import Paper, Reject
    from kg.names import is_key
    from kg.read import FORMATS
    from kg.read.source import opened
    from kg.text import normalise

CASES = Path(__file__).parents[1] / "cases" / "read"
WORK = Path("/dev/shm" if Path("/dev/shm").is_dir() else ".") / f"fuzz-{sys.argv[1].replace(' ', '-')}"
PARSE = {format_.name: format_.parse for format_ in FORMATS}[sys.argv[1]]


def one(data: bytes) -> None:
    path = WORK / "input"
    path.write_bytes(data)
    with opened(path) as source:
        if isinstance(source, Reject):
            return
        for record in PARSE(source):
            if isinstance(record, Paper):
                assert is_key(record.key), record.key
                assert record.title, record
                assert record.abstract, record
                assert normalise(record.title) == record.title
                assert normalise(record.abstract) == record.abstract
                for text in (record.text, *record.authors, *record.categories, record.url or "", record.doi or ""):
                    text.encode()
            else:
                assert record.reason, record
                assert record.line is None or record.line >= 0, record


WORK.mkdir(exist_ok=True)
seeds = WORK / "seeds"
seeds.mkdir(exist_ok=True)
for case in CASES.iterdir():
    if case.is_file() and case.suffix not in {".gz", ".bz2", ".xz", ".zst", ".zip"}:
        (seeds / case.name).write_bytes(case.read_bytes()[:20_000])
atheris.Setup([sys.argv[0], str(seeds), "-max_len=4096", "-timeout=20", *sys.argv[2:]], one)
atheris.Fuzz()
