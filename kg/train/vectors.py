"""Word vectors learnt from abstracts alone, for words that annotated ones are too few to teach.

Learning them needs gensim (`paperkg[teacher]`); reading them needs numpy.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.vectors import Vectors


def learn(
    nlp: Language, texts: Iterable[str], output: Path, *, size: int = 96, words: int = 20_000, seed: int = 0
) -> None:
    """Write the vectors of the `words` most frequent words, each of length `size`, to the .npz file `output`."""
    from gensim.models import Word2Vec  # noqa: PLC0415

    model = Word2Vec(
        [[token.lower_ for token in nlp.make_doc(text) if not token.is_space] for text in texts],
        vector_size=size,
        window=4,
        min_count=4,
        max_final_vocab=words,
        sg=1,
        negative=8,
        sample=1e-4,
        epochs=4,
        workers=1,
        seed=seed,
    )
    table = model.wv.vectors / np.linalg.norm(model.wv.vectors, axis=1, keepdims=True) * np.sqrt(size)
    np.savez_compressed(output, words=np.array(model.wv.index_to_key), vectors=table.astype(np.float16))


def read_vectors(path: Path) -> Vectors:
    """The vectors that `learn` wrote, keyed by the words' hashes."""
    with np.load(path) as arrays:
        keys = [get_string_id(word) for word in arrays["words"].tolist()]
        return Vectors(data=arrays["vectors"], keys=keys, name="abstracts")
