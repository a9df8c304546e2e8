"""Times pypa/packaging over a file of versions or requirements, one a line.

``python compare.py versions FILE``; beside it stands ``examples/parse_lines.rs``.
"""

import sys
import time

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

kind, file = sys.argv[1:]
parse = Version if kind == "versions" else Requirement
lines = open(file, encoding="utf-8").read().splitlines()
rounds = []
for _ in range(5):
    good = 0
    start = time.perf_counter()
    for line in lines:
        try:
            parse(line)
            good += 1
        except (InvalidVersion, InvalidRequirement):
            pass
    rounds.append(time.perf_counter() - start)
print(f"{good} of {len(lines)} {kind}: first round {rounds[0]:.4f} s, best {min(rounds):.4f} s")
