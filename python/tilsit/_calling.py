"""One call of the program: the command line to the envelope of `--json`, failures to exceptions."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO, Any, Union

from tilsit._program import find_tilsit_bin
from tilsit.errors import ProgramFailed, error_for

StrPath = Union[str, "os.PathLike[str]"]

# The form of the envelope that this package reads.
_SCHEMA = 1


def call(
    arguments: Sequence[StrPath],
    *,
    directory: StrPath | None = None,
    environment: Mapping[str, str] | None = None,
    text: str | None = None,
    talk: int | IO[Any] | None = subprocess.PIPE,
) -> Any:
    """Runs the program and gives the `result` of its envelope, also when its answer is a no.

    `text` is its standard input. `talk` is where its standard error goes, `None` to this process's;
    what is captured becomes the `log` of the exception.
    """
    program = find_tilsit_bin()
    ended = subprocess.run(
        [program, "--json", *(os.fspath(argument) for argument in arguments)],
        cwd=directory,
        env=None if environment is None else dict(environment),
        input=None if text is None else text.encode(),
        # The program asks for passwords at the terminal, and reads nothing that is not given.
        stdin=subprocess.DEVNULL if text is None else None,
        stdout=subprocess.PIPE,
        stderr=talk,
        check=False,
    )
    log = (ended.stderr or b"").decode(errors="replace")
    envelope = _envelope(ended.stdout, ended.returncode, log)
    if envelope["errors"]:
        raise error_for(envelope["errors"][0], ended.returncode, log)
    return envelope["result"]


def _envelope(output: bytes, exit_code: int, log: str) -> Any:
    try:
        envelope = json.loads(output)
        schema = envelope["schema"]
    except (ValueError, KeyError, TypeError) as error:
        message = f"the program ended with exit code {exit_code} and without an answer"
        raise ProgramFailed(message, exit_code=exit_code, log=log) from error
    if schema != _SCHEMA:
        message = f"the program answers in form {schema}, and this package reads form {_SCHEMA}"
        raise ProgramFailed(message, exit_code=exit_code, log=log)
    return envelope
