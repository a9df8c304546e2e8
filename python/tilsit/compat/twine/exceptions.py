"""What `dispatch` raises: twine's own classes of exceptions, by their names."""

from __future__ import annotations

from typing import Callable

from tilsit.errors import TilsitError


class TwineException(Exception):
    """Anything that went wrong; the program's failure is its cause."""


class InvalidDistribution(TwineException):
    """What is to be uploaded cannot be."""


class UploadRefused(TwineException):
    """The index answered with something else than success.

    Where `requests` is installed, what is raised is a `requests.HTTPError` too, since that is what
    callers of twine catch; its `response` has the status, and the index's words as the reason.
    """


def refused(failure: TilsitError, status: int) -> UploadRefused:
    """The exception for an upload that the index refused."""
    try:
        import requests
    except ImportError:
        return UploadRefused(str(failure))
    response = requests.Response()
    response.status_code = status
    # Callers show it as the one line that says why.
    response.reason = failure.message
    kind: Callable[..., UploadRefused] = type(
        "HTTPError", (UploadRefused, requests.HTTPError), {"__doc__": UploadRefused.__doc__}
    )
    return kind(str(failure), response=response)
