"""Extraction, results and linking against spaCy's small English pipeline, in CPU time, in one run.

    python tests/bench/extraction.py ABSTRACTS.jsonl [PIPELINE] [COUNT]

ABSTRACTS holds `title` and `abstract` a line, COUNT of which (300) are read; PIPELINE is a name that spaCy loads
(en_core_web_sm). Run it with OPENBLAS_NUM_THREADS=1 on a machine with nothing else to do.
"""

import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
from thinc.api import get_current_ops

from kg.extract import load
from kg.lexicon import load as load_lexicon
from kg.link import link
from kg.model import Paper
from kg.read import read


def measure(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    done = work()
    return done, time.process_time() - start


def main(abstracts: Path, pipeline: str = "en_core_web_sm", count: int = 300) -> None:
    papers = list(islice((paper for paper in read([abstracts]) if isinstance(paper, Paper)), count))
    extractor, lexicon = load(), load_lexicon()
    ops: Any = get_current_ops()
    ops.use_blis = True  # as spaCy ships
    other = spacy.load(pipeline)
    list(other.pipe(paper.text for paper in papers[:20]))
    _, theirs = measure(lambda: list(other.pipe(paper.text for paper in papers)))
    ops.use_blis = False
    list(extractor.extract(papers[:20]))
    extractions, ours = measure(lambda: list(extractor.extract(papers)))
    _, linking = measure(lambda: link(extractions, lexicon))
    for name, seconds in ((pipeline, theirs), ("extraction", ours), ("linking", linking)):
        print(f"{name:20} {1000 * seconds / len(papers):7.2f} CPU ms an abstract")
    print(f"{'ratio':20} {theirs / (ours + linking):7.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3], *map(int, sys.argv[3:4]))
