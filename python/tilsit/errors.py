"""What is raised when the program does not do what was asked.

The class says what kind of failure it was, as the program's exit code does; `code` which one
(`tilsit explain CODE` tells more); `hints` what can be done about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class TilsitError(Exception):
    """A failure. `str()` has the message, the causes and the hints; the parts are attributes."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        causes: Sequence[str] = (),
        hints: Sequence[str] = (),
        http_status: int | None = None,
        exit_code: int = 1,
        log: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.causes: tuple[str, ...] = tuple(causes)
        self.hints: tuple[str, ...] = tuple(hints)
        self.http_status = http_status
        self.exit_code = exit_code
        self.log = log

    def __str__(self) -> str:
        first = self.message if self.code is None else f"{self.message} [{self.code}]"
        causes = (f"  caused by: {cause}" for cause in self.causes)
        hints = (f"hint: {hint}" for hint in self.hints)
        return "\n".join([first, *causes, *hints])


class AnswerIsNo(TilsitError):
    """The question was understood, and the answer is no: nothing fits, or a file is refused."""


class UsageError(TilsitError):
    """What was given is wrong: an argument, a file, a setting."""


class CredentialsError(TilsitError):
    """Credentials are missing or refused."""


class ServiceError(TilsitError):
    """The network or the storage failed."""


class Interrupted(TilsitError):
    """The user stopped the program."""


class ProgramFailed(TilsitError):
    """The program itself is wrong, or gave no answer that this package reads."""


_BY_EXIT_CODE: dict[int, type[TilsitError]] = {
    1: AnswerIsNo,
    2: UsageError,
    3: ProgramFailed,
    4: CredentialsError,
    5: ServiceError,
    130: Interrupted,
}


def error_for(entry: dict[str, Any], exit_code: int, log: str) -> TilsitError:
    """The exception for an error of the program's envelope."""
    return _BY_EXIT_CODE.get(exit_code, TilsitError)(
        entry["message"],
        code=entry["code"],
        causes=entry["causes"],
        hints=entry["hints"],
        http_status=entry.get("http_status"),
        exit_code=exit_code,
        log=log,
    )
