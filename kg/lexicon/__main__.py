"""`python -m kg.lexicon [FOLDER]`: one line a problem of the tables; exit 1 when there is one."""

import sys
from pathlib import Path

from kg.lexicon.checks import check
from kg.lexicon.tables import SHIPPED, read

tables = read(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
problems = [*tables.problems, *check(tables.entries, tables.places)]
for problem in problems:
    sys.stdout.write(f"{problem}\n")
sys.exit(1 if problems else 0)
