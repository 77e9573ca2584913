"""What reading costs: `python tests/bench/reading.py ABSTRACTS [NUMBER...]`, a row a number of records.

Each row is a process of its own, so that its peak memory is its own: megabytes, and CPU milliseconds a record.
"""

import resource
import subprocess
import sys
import time
from itertools import islice

from kg.read import read


def measure(path: str, number: int) -> str:
    start = time.process_time()
    records = sum(1 for _ in islice(read([path]), number))
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{records:>8,}  {peak:>7.0f} MB  {1000 * spent / max(1, records):>7.3f} ms"


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        print(measure(sys.argv[2], int(sys.argv[3])))
    else:
        for number in map(int, sys.argv[2:] or ["1000", "10000", "40000"]):
            subprocess.run([sys.executable, __file__, "--one", sys.argv[1], str(number)], check=True)
