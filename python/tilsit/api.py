"""Typed functions over the program: build, check, render, publish, resolve.

Each runs the program once and gives its answer as a dataclass. A failure is a
`tilsit.errors.TilsitError` with a code, a message and hints. Settings, caches and credentials are
those of the program: its files and environment variables.

Every function takes

- `directory`: the folder to work in, in place of the current one;
- `environment`: all environment variables of the program, in place of this process's;
- `options`: more options as `tilsit help COMMAND` lists them, such as `["--no-cache"]`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilsit._calling import StrPath, call
from tilsit.errors import (
    AnswerIsNo,
    CredentialsError,
    Interrupted,
    ProgramFailed,
    ServiceError,
    TilsitError,
    UsageError,
)

__all__ = [
    "AnswerIsNo",
    "BuildReport",
    "BuiltFile",
    "CheckReport",
    "CheckedFile",
    "CredentialsError",
    "Finding",
    "Interrupted",
    "Pin",
    "ProgramFailed",
    "PublishReport",
    "PublishedFile",
    "Rendered",
    "Resolution",
    "ServiceError",
    "TilsitError",
    "UsageError",
    "build",
    "check",
    "publish",
    "render",
    "resolve",
]


@dataclass(frozen=True)
class BuiltFile:
    """A distribution that was built."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class BuildReport:
    """What `build` made: the source distribution first."""

    files: tuple[BuiltFile, ...]


def build(
    source: StrPath = ".",
    *,
    out_dir: StrPath | None = None,
    sdist: bool = False,
    wheel: bool = False,
    config_settings: Mapping[str, str] | None = None,
    python: StrPath | None = None,
    directory: StrPath | None = None,
    environment: Mapping[str, str] | None = None,
    options: Sequence[StrPath] = (),
) -> BuildReport:
    """Builds the source distribution of a project, and the wheel of that; or only one of them.

    The files go to `out_dir`, else to `dist` in the project's folder.
    """
    arguments: list[StrPath] = ["build"]
    arguments += _option("--out-dir", out_dir)
    arguments += _flag("--sdist", sdist)
    arguments += _flag("--wheel", wheel)
    for key, value in (config_settings or {}).items():
        arguments += ["--config-settings", f"{key}={value}"]
    arguments += _option("--python", python)
    arguments += [*options, "--", source]
    result = call(arguments, directory=directory, environment=environment)
    files = (
        BuiltFile(Path(file["path"]), file["sha256"], file["size_bytes"])
        for file in result["files"]
    )
    return BuildReport(tuple(files))


@dataclass(frozen=True)
class Finding:
    """Something that `check` does not like. `tilsit explain CODE` tells more of it."""

    code: str
    severity: str
    """`error` or `warning`."""
    reason: str
    place: str | None
    """The file inside the distribution; `None` when it is about all of it."""
    line: int | None
    subject: str | None
    """The field or the path that is meant."""

    def __str__(self) -> str:
        place = self.place or ""
        if self.line is not None:
            place += f" (line {self.line})"
        head = f"{place.strip()}: " if place else ""
        subject = f"`{self.subject}` " if self.subject else ""
        return f"{self.severity} {self.code}: {head}{subject}{self.reason}"


@dataclass(frozen=True)
class CheckedFile:
    """A distribution and what was found in it."""

    path: Path
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class CheckReport:
    """What `check` found."""

    files: tuple[CheckedFile, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which an index may refuse a file, or which break it for its users."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The other findings."""
        return self._of("warning")

    def _of(self, severity: str) -> tuple[Finding, ...]:
        findings = (finding for file in self.files for finding in file.findings)
        return tuple(finding for finding in findings if finding.severity == severity)


def check(
    files: Iterable[StrPath] = (),
    *,
    ignore: Iterable[str] = (),
    directory: StrPath | None = None,
    environment: Mapping[str, str] | None = None,
    options: Sequence[StrPath] = (),
) -> CheckReport:
    """Checks distributions: files, folders of files, or everything in `dist`.

    What is found is the answer, never an exception. `ignore` has codes to pass over.
    """
    arguments: list[StrPath] = ["check"]
    for code in ignore:
        arguments += ["--ignore", code]
    arguments += [*options, "--", *files]
    result = call(arguments, directory=directory, environment=environment)
    checked = (
        CheckedFile(Path(file["file"]), tuple(map(_finding, file["findings"])))
        for file in result["files"]
    )
    return CheckReport(tuple(checked))


def _finding(entry: Any) -> Finding:
    return Finding(
        code=entry["code"],
        severity=entry["severity"],
        reason=entry["reason"],
        place=entry["place"],
        line=entry["line"],
        subject=entry["subject"],
    )


@dataclass(frozen=True)
class Rendered:
    """A description as an index shows it."""

    html: str


def render(
    text: str,
    content_type: str = "text/markdown",
    *,
    directory: StrPath | None = None,
    environment: Mapping[str, str] | None = None,
    options: Sequence[StrPath] = (),
) -> Rendered:
    """Renders a project's description to clean HTML, as indexes do.

    `content_type` is as in the metadata: `text/markdown`, also with `; variant=CommonMark`,
    `text/x-rst` or `text/plain`. Raises `AnswerIsNo` when it cannot be rendered.
    """
    arguments = ["check", "--render", "-", "--content-type", content_type, *options]
    result = call(arguments, directory=directory, environment=environment, text=text)
    return Rendered(result["html"])


@dataclass(frozen=True)
class PublishedFile:
    """A file of a release, and what became of it."""

    name: str
    outcome: str
    """`uploaded` or `skipped`; `would-upload` or `would-skip` when nothing was to be sent."""
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class PublishReport:
    """What `publish` did."""

    repository: str
    """The URL of the upload API."""
    files: tuple[PublishedFile, ...]


def publish(
    files: Iterable[StrPath] = (),
    *,
    repository_url: str | None = None,
    repository: str | None = None,
    token: str | None = None,
    username: str | None = None,
    password: str | None = None,
    skip_existing: bool = False,
    dry_run: bool = False,
    directory: StrPath | None = None,
    environment: Mapping[str, str] | None = None,
    options: Sequence[StrPath] = (),
) -> PublishReport:
    """Publishes the files of one release: those named, those in folders, or everything in `dist`.

    What is not given is looked for where twine's users keep it: `TWINE_*`, `~/.pypirc`
    (`repository` names its section), keyrings. Nobody is asked for a password. What the index has
    already with the same contents is skipped.
    """
    if token is not None and (username is not None or password is not None):
        raise ValueError("give either a token, or a username and a password")
    if token is not None:
        username, password = "__token__", token
    environment = dict(os.environ if environment is None else environment)
    # By the environment: every user of the machine may read the command lines of others.
    if username is not None:
        environment["TWINE_USERNAME"] = username
    if password is not None:
        environment["TWINE_PASSWORD"] = password
    arguments: list[StrPath] = ["publish", "--non-interactive"]
    arguments += _option("--repository-url", repository_url)
    arguments += _option("--repository", repository)
    arguments += _flag("--skip-existing", skip_existing)
    arguments += _flag("--dry-run", dry_run)
    arguments += [*options, "--", *files]
    return publish_report(call(arguments, directory=directory, environment=environment))


def publish_report(result: Any) -> PublishReport:
    """The program's answer to `publish` as a value."""
    files = (
        PublishedFile(file["file"], file["outcome"], file["sha256"], file["size_bytes"])
        for file in result["files"]
    )
    return PublishReport(result["repository"], tuple(files))


@dataclass(frozen=True)
class Pin:
    """A release that was chosen."""

    name: str
    version: str
    url: str | None
    """Where it comes from, when it is not from an index."""
    marker: str | None
    """Where it is needed, in a universal resolution; `None` means everywhere."""
    hashes: tuple[str, ...]
    """Of all its files, as `sha256:…`, when they were asked for or the index states them."""
    via: tuple[str, ...]
    """Who needs it."""

    def __str__(self) -> str:
        requirement = (
            f"{self.name}=={self.version}" if self.url is None else f"{self.name} @ {self.url}"
        )
        return requirement if self.marker is None else f"{requirement} ; {self.marker}"


@dataclass(frozen=True)
class Resolution:
    """The releases that fit together, by name."""

    pins: tuple[Pin, ...]

    def versions(self) -> Mapping[str, str]:
        """The version of each project; of one with several, for different systems, the last."""
        return {pin.name: pin.version for pin in self.pins}


def resolve(
    requirements: Iterable[str],
    *,
    constraints: Iterable[StrPath] = (),
    index_url: str | None = None,
    extra_index_urls: Iterable[str] = (),
    python: StrPath | None = None,
    python_version: str | None = None,
    universal: bool = False,
    generate_hashes: bool = False,
    directory: StrPath | None = None,
    environment: Mapping[str, str] | None = None,
    options: Sequence[StrPath] = (),
) -> Resolution:
    """Pins requirements, and everything that they need, to exact versions.

    Each requirement is a line as in a requirements file. Raises `AnswerIsNo`, whose message
    explains why, when nothing fits.
    """
    arguments: list[StrPath] = ["pip", "compile", "-"]
    for constraint in constraints:
        arguments += ["--constraint", constraint]
    arguments += _option("--index-url", index_url)
    for url in extra_index_urls:
        arguments += ["--extra-index-url", url]
    arguments += _option("--python", python)
    arguments += _option("--python-version", python_version)
    arguments += _flag("--universal", universal)
    arguments += _flag("--generate-hashes", generate_hashes)
    text = "".join(f"{requirement}\n" for requirement in requirements)
    result = call([*arguments, *options], directory=directory, environment=environment, text=text)
    pins = (
        Pin(
            name=pin["name"],
            version=pin["version"],
            url=pin["url"],
            marker=pin["marker"],
            hashes=tuple(pin["hashes"]),
            via=tuple(pin["via"]),
        )
        for pin in result["pins"]
    )
    return Resolution(tuple(pins))


def _option(name: str, value: StrPath | None) -> list[StrPath]:
    return [] if value is None else [name, value]


def _flag(name: str, is_set: bool) -> list[StrPath]:
    return [name] if is_set else []
