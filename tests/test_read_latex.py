"""LaTeX of bibliographies as text; what it does with whole records is in the cases of test_read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.read import latex
from kg.text import normalise


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("The {S&P} 500 and R&D, or R\\&D", "The S&P 500 and R&D, or R&D"),
        ("95% of \\%, a $5 note", "95% of %, a $5 note"),
        ("Erd\\H{o}s--R\\'enyi, Fran\\c cois", "Erdős–Rényi, François"),
        ("{GPT}-4o {\\em is} \\textbf{bold of it}", "GPT-4o is bold of it"),
        ("in $O(n^2)$ of {A}", "in $O(n^2)$ of A"),
        ("``quoted'' --- so~called", "“quoted” — so called"),
        ("see \\cite[p.\n 1]{x} there", "see <cit.> there"),
        ("\\href{https://a.example}{text here}", "text here"),
        ("\\textsc\\sqrt[3]{x} stays", "\\textsc\\sqrt[3]x stays"),
    ],
)
def test_latex_becomes_text(written, text, caplog):
    assert normalise(latex.plain(written)) == text


PIECES = r"""word it's a-b -- --- `` '' ` ~ & \& \% % $ \$ { } {B}ayes \emph{ \emph_{x} \textbf{a_b} \'e \'{e} \"o \c_c
\c{c} \v{s} \LaTeX \alpha \ss_ \o \_ \\ \href{http://a.b}{text_here} \cite[p._1]{x} ^2 _i # 10\,000 \frac{a}{b} !` [ ]
\{ \}""".split()


@given(st.lists(st.sampled_from([" ", *(piece.replace("_", " ") for piece in PIECES)]), max_size=9).map("".join))
def test_word_by_word_gives_what_the_library_gives_for_the_whole(written):
    assert normalise(latex._decoded(written)) == normalise(latex._whole(written))
