"""`python -m kg` is `kg`."""

import sys

try:
    from kg.cli import main

    main()
except KeyboardInterrupt:  # while that is imported; later, click tells
    sys.exit(130)
