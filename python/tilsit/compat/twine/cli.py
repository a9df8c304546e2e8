"""twine's command line, carried out by the program."""

from __future__ import annotations

import argparse
import getpass
import glob
import os
import sys
from collections.abc import Sequence
from http import HTTPStatus

from tilsit import api
from tilsit._calling import StrPath, call
from tilsit.compat.twine.exceptions import InvalidDistribution, TwineException, refused

# Files that lie beside distributions, which indexes do not take any more.
_PASSED_OVER = (".asc", ".attestation")
# The code of what an index refuses.
_REFUSED = "TL0702"


def dispatch(argv: Sequence[str]) -> bool | None:
    """Carries out a command line without the program's name, as `twine.cli.dispatch` does.

    `check` gives whether something was found, `upload` gives nothing. Raises `TwineException` when
    it fails; see there for what an index refuses.
    """
    arguments = _parser().parse_args([os.fspath(argument) for argument in argv])
    if arguments.command == "check":
        return _check(arguments)
    _upload(arguments)
    return None


def main() -> int:
    """The program `twine`: errors on standard error, and 1 when there are any."""
    try:
        return 1 if dispatch(sys.argv[1:]) else 0
    except TwineException as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="twine", description=__doc__)
    parser.add_argument("--no-color", action="store_true", help="no colours")
    commands = parser.add_subparsers(dest="command", required=True)

    check = commands.add_parser("check", help="check distributions")
    check.add_argument("dists", nargs="+", metavar="dist", help="the files, usually dist/*")
    check.add_argument("--strict", action="store_true", help="take warnings for errors")

    upload = commands.add_parser("upload", help="upload distributions")
    upload.add_argument("dists", nargs="+", metavar="dist", help="the files, usually dist/*")
    upload.add_argument("-r", "--repository", help="a section of .pypirc")
    upload.add_argument("--repository-url", help="the URL of the upload API")
    upload.add_argument("-u", "--username", help="upload as this user")
    upload.add_argument("-p", "--password", help="the password, or the token of `__token__`")
    upload.add_argument("--non-interactive", action="store_true", help="ask for nothing")
    upload.add_argument("--config-file", help="the .pypirc to read")
    upload.add_argument("--skip-existing", action="store_true", help="pass over what is there")
    upload.add_argument("--cert", metavar="path", help="certificates of authorities")
    upload.add_argument("--client-cert", metavar="path", help="the client's certificate")
    upload.add_argument("--verbose", action="store_true", help="say more")
    upload.add_argument("--disable-progress-bar", action="store_true", help="show no progress")
    for names in (["-s", "--sign"], ["--attestations"]):
        upload.add_argument(*names, action="store_true", help="refused: not done here")
    for names in (["--sign-with"], ["-i", "--identity"], ["-c", "--comment"]):
        upload.add_argument(*names, help="taken, and passed over")
    return parser


def _check(arguments: argparse.Namespace) -> bool:
    try:
        report = api.check(_find(arguments.dists))
    except api.TilsitError as error:
        raise TwineException(str(error)) from error
    is_failure = False
    for file in report.files:
        errors = [finding for finding in file.findings if finding.severity == "error"]
        if errors:
            verdict = "FAILED"
        elif file.findings and arguments.strict:
            verdict = "FAILED due to warnings"
        else:
            verdict = "PASSED with warnings" if file.findings else "PASSED"
        is_failure = is_failure or verdict.startswith("FAILED")
        print(f"Checking {_shown(str(file.path))}: {verdict}")
        for finding in file.findings:
            print(finding, file=sys.stderr)
    return is_failure


def _upload(arguments: argparse.Namespace) -> None:
    if arguments.sign or arguments.attestations:
        option = "--sign" if arguments.sign else "--attestations"
        raise TwineException(f"`{option}` is not supported: distributions are uploaded without")
    command = _command(arguments)
    environment = dict(os.environ)
    if arguments.username is not None:
        environment["TWINE_USERNAME"] = arguments.username
    if arguments.password is not None:
        environment["TWINE_PASSWORD"] = arguments.password
    try:
        try:
            _send(command, environment)
        except api.CredentialsError:
            if not _may_ask(arguments, environment):
                raise
            user = environment.setdefault("TWINE_USERNAME", "__token__")
            environment["TWINE_PASSWORD"] = getpass.getpass(f"Password or token of {user}: ")
            _send(command, environment)
    except api.TilsitError as error:
        status = error.http_status
        if status is None and error.code == _REFUSED:
            # The program saw it before the index did: another file has the name.
            status = HTTPStatus.CONFLICT
        if status is not None:
            raise refused(error, status) from error
        raise TwineException(str(error)) from error


def _command(arguments: argparse.Namespace) -> list[StrPath]:
    command: list[StrPath] = ["publish", "--non-interactive"]
    valued = {
        "--repository": arguments.repository,
        "--repository-url": arguments.repository_url,
        "--pypirc": arguments.config_file,
        "--cert": arguments.cert,
        "--client-cert": arguments.client_cert,
    }
    for name, value in valued.items():
        if value is not None:
            command += [name, value]
    flags = {
        "--skip-existing": arguments.skip_existing,
        "--verbose": arguments.verbose,
        "--no-progress": arguments.disable_progress_bar,
        "--color=never": arguments.no_color,
    }
    command += [name for name, is_set in flags.items() if is_set]
    return [*command, "--", *_find(arguments.dists)]


def _send(command: Sequence[StrPath], environment: dict[str, str]) -> None:
    # What the program says of its progress goes straight to the terminal.
    report = api.publish_report(call(command, environment=environment, talk=None))
    print(f"Uploaded distributions to {report.repository}")


def _may_ask(arguments: argparse.Namespace, environment: dict[str, str]) -> bool:
    is_silent = arguments.non_interactive or "TWINE_NON_INTERACTIVE" in environment
    return not is_silent and "TWINE_PASSWORD" not in environment and sys.stdin.isatty()


def _find(patterns: Sequence[str]) -> list[str]:
    """The distributions that are named, by patterns too, where no shell has put in the names."""
    found: list[str] = []
    for pattern in patterns:
        files = [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern))
        if not files:
            raise InvalidDistribution(f"`{pattern}` names no file")
        found += files
    passed_over = [name for name in found if name.endswith(_PASSED_OVER)]
    for name in passed_over:
        print(f"warning: `{name}` is not uploaded: indexes do not take it", file=sys.stderr)
    distributions = [name for name in found if name not in passed_over]
    if not distributions:
        raise InvalidDistribution("there is no distribution among the files that are named")
    return distributions


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative
