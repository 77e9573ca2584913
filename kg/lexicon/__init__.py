"""The names the field knows: one TSV a type, curated by hand, with their aliases and what they are a kind of.

`python -m kg.lexicon [FOLDER]` checks the tables.
"""

from kg.lexicon.checks import Problem, check
from kg.lexicon.entries import COLUMNS, FACTS, MATCHES, Entry, Lexicon
from kg.lexicon.tables import load, read

__all__ = ["COLUMNS", "FACTS", "MATCHES", "Entry", "Lexicon", "Problem", "check", "load", "read"]
