"""Tokens for research prose: names, numbers, LaTeX and slashes, cut where annotated names begin and end.

A token boundary stands wherever `BOUNDARY` matches. The pattern is a union of zero-width look-arounds, each of
bounded width, so no character can be lost and the time is linear in the text, whatever the text.
"""

import re

from spacy.tokenizer import Tokenizer
from spacy.vocab import Vocab

_ALONE = r"""[()\[\]{}<>"“”„«»;!?$~=≈≤≥±→&|/–—…`*%×]"""  # a token of its own wherever it stands
_CLOSING = r"""["'”’)\]}]"""

BOUNDARY = re.compile(
    "|".join(
        (
            rf"(?<={_ALONE})",
            rf"(?={_ALONE})(?<!\\)",  # an escaped sign, as in 49.3\%, stays with its backslash
            r"(?=\\)",  # a LaTeX command starts a token
            r"(?<=[^\W\d_])(?=-)|(?<=-)(?=[^\W\d_])",
            r"(?<=[^\W_])(?=\+[^\W_])|(?<=[^\W_]\+)(?=[^\W_])",
            r"(?<=\W)(?=[.,:'‘’])|(?<=['‘])(?=\w)(?<!\w['‘])",
            r"(?=[,:])(?!.\d)|(?<=[^\d][,:])|(?<=[,:])(?=\D)|(?<=\D)(?=[,:])",  # 1,024 and 16:9 stay whole
            rf"(?<!\.[^\W\d_])(?=\.(?:$|{_CLOSING}))",  # the stop of a sentence, not of `e.g.`
            r"(?<=\w)(?=['’]s?(?:$|\W))|(?<=['’])(?=\W)",
        )
    )
)


def make_tokenizer(vocab: Vocab) -> Tokenizer:
    """The tokenizer of the extractor, over `vocab`. Joining `text_with_ws` of its tokens gives the text back."""
    return Tokenizer(vocab, infix_finditer=BOUNDARY.finditer)
