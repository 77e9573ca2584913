"""Labels for abstracts that nobody annotated: what the teacher and students of the gold annotations think together."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import spacy

from kg.extract.bio import Floats
from kg.extract.tokenizer import blank
from kg.train import teacher
from kg.train.student import probabilities

_BATCH = 32


def label(texts: Iterable[str], weights: Path, students: Sequence[Path]) -> Iterator[tuple[str, Floats]]:
    """Each text with the tag probabilities of its tokens: the mean of the teacher's and of the students' mean.

    `weights` is a teacher's file, `students` are folders of trained pipelines, or none. They err in different ways, so
    that together they are better than the best of them.
    """
    model = teacher.load(weights)
    pipelines = [spacy.load(folder) for folder in students]
    nlp = blank()
    waiting = iter(texts)
    while batch := list(islice(waiting, _BATCH)):
        docs = [nlp.make_doc(text) for text in batch]
        taught = list(teacher.label(model, docs))
        learnt = [probabilities(pipeline, batch) for pipeline in pipelines] or [taught]
        for text, opinion, *opinions in zip(batch, taught, *learnt, strict=True):
            yield text, (opinion + np.mean(opinions, axis=0)) / 2
