"""Tokens for research prose: names, numbers, LaTeX and slashes, cut where annotated names begin and end.

A token boundary stands wherever `BOUNDARY` matches inside a run without white space. The pattern is a union of
zero-width look-arounds, each of bounded width: no character can be lost, and the time is linear in any text.
"""

import re
from collections.abc import Callable

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.util import registry
from spacy.vocab import Vocab

_ALONE = r"""[()\[\]{}<>"“”„«»;!?$~=≈≤≥±→&|/–—…`*%×]"""
_LETTER = r"[^\W\d_]"
_HYPHEN = r"[-‐‑]"

BOUNDARY = re.compile(
    "|".join(
        (
            rf"(?<={_ALONE})|(?<!\\)(?={_ALONE})",  # an escaped sign, as in 49.3\%, keeps its backslash
            r"(?=\\)",
            rf"(?<={_LETTER})(?={_HYPHEN}(?:\D|$))|(?<={_LETTER}{_HYPHEN})(?={_LETTER})",  # but GPT-4 is one name
            rf"(?<={_HYPHEN}{_HYPHEN})(?=\w)|(?<=\d)(?={_HYPHEN}{_HYPHEN})",  # a dash typed as hyphens
            rf"(?<=[\d+#])(?={_HYPHEN}[a-z]{{3}})|(?<=[\d+#]{_HYPHEN})(?=[a-z]{{3}})",  # H100-based
            r"(?<=[^\W_])(?=\+[^\W_])|(?<=[^\W_]\+)(?=[^\W_])",  # BERT+CRF, but C++
            r"(?<=\dx)(?=[A-Z])",  # 8xH100
            r"(?<=\D)(?=[,:])|(?=[,:](?:\D|$))|(?<=[,:])(?=\D)|(?<=\D[,:])",  # 1,024 and 16:9 stay whole
            r"(?<!\.[^\W\d_])(?=\.{1,3}(?:$|[\"'”’)\]}]))",  # the stop of a sentence, not that of `e.g.`
            r"(?<=\w)(?=['’]s?(?:$|\W))|(?<=['’])(?=\W)|(?<!\w['‘])(?<=['‘])(?=\w)",
        )
    )
)


def make_tokenizer(vocab: Vocab) -> Tokenizer:
    """The tokenizer of the extractor, over `vocab`. Joining `text_with_ws` of its tokens gives the text back."""
    return Tokenizer(vocab, infix_finditer=BOUNDARY.finditer)


@registry.tokenizers("kg.tokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], Tokenizer]:
    return lambda nlp: make_tokenizer(nlp.vocab)


def blank() -> Language:
    """An English pipeline of nothing but this tokenizer."""
    return spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.tokenizer.v1"}}})
