"""`python -m tilsit`: the program, for the environment of this Python."""

from __future__ import annotations

import os
import sys

from tilsit._program import find_tilsit_bin


def main() -> int:
    """Becomes the program, with the arguments of this process."""
    try:
        program = find_tilsit_bin()
    except FileNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    arguments = [program, *sys.argv[1:]]
    environment = dict(os.environ)
    if sys.prefix != sys.base_prefix:
        # Who calls it through an environment's Python means that environment, active or not.
        environment["VIRTUAL_ENV"] = sys.prefix
    if os.name == "nt":
        # Windows cannot replace a process: the shell would go on before the program has ended.
        import subprocess

        try:
            return subprocess.run(arguments, env=environment).returncode
        except KeyboardInterrupt:
            return 130
    os.execve(program, arguments, environment)


if __name__ == "__main__":
    sys.exit(main())
