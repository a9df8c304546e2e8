"""`tilsit.compat.twine`: what callers of twine, in Python and at the command line, rely on."""

import contextlib
import io
import subprocess
import sys
import types
import unittest
from typing import Any
from unittest import mock

from tests.sandbox import TestCase
from tilsit import api
from tilsit.compat.twine.cli import dispatch
from tilsit.compat.twine.exceptions import InvalidDistribution, TwineException, UploadRefused


class Twine(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.set_variable("TWINE_REPOSITORY_URL", self.legacy)
        self.set_variable("TWINE_USERNAME", "__token__")
        self.set_variable("TWINE_PASSWORD", self.token)

    def build(self, name: str) -> None:
        api.build(self.project(name), out_dir="dist")

    def run_module(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tilsit.compat.twine", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def listed(self, name: str) -> "list[str]":
        pins = api.resolve([name], index_url=self.simple).pins
        return [f"{pin.name}=={pin.version}" for pin in pins]

    def requests(self) -> Any:
        """What stands for the module `requests`, which is not installed here."""

        class HTTPError(IOError):
            def __init__(self, *args: Any, response: Any) -> None:
                super().__init__(*args)
                self.response = response

        requests = types.ModuleType("requests")
        requests.HTTPError = HTTPError  # type: ignore[attr-defined]
        requests.Response = types.SimpleNamespace  # type: ignore[attr-defined]
        return requests

    def test_upload_by_variables(self) -> None:
        self.build("twine-variables")
        # As zest.releaser calls it: a tuple, and the files by name.
        files = ("dist/twine_variables-1.0-py3-none-any.whl", "dist/twine_variables-1.0.tar.gz")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertIsNone(dispatch(("upload", *files)))
        self.assertIn(self.legacy, said.getvalue())
        self.assertEqual(self.listed("twine-variables"), ["twine-variables==1.0"])
        # Once more is no error.
        dispatch(["upload", *files])

    def test_upload_by_a_section_of_pypirc(self) -> None:
        self.build("twine-pypirc")
        for name in ["TWINE_REPOSITORY_URL", "TWINE_USERNAME", "TWINE_PASSWORD"]:
            self.set_variable(name, None)
        pypirc = self.write(
            "pypirc",
            f"""\
            [distutils]
            index-servers = work

            [work]
            repository = {self.legacy}
            username = __token__
            password = {self.token}
            """,
        )
        dispatch(["upload", "-r", "work", "--config-file", str(pypirc), "dist/*"])
        self.assertEqual(self.listed("twine-pypirc"), ["twine-pypirc==1.0"])

    def test_options_of_scripts(self) -> None:
        self.build("twine-options")
        answer = self.run_module(
            *["upload", "--repository-url", self.legacy, "-u", "__token__", "-p", self.token],
            *["--non-interactive", "--disable-progress-bar", "--skip-existing", "--verbose"],
            *["-c", "a comment", "dist/*"],
        )
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("uploaded twine_options-1.0.tar.gz", answer.stderr)

    def test_signatures(self) -> None:
        self.build("twine-signatures")
        self.write("dist/twine_signatures-1.0.tar.gz.asc", "")
        answer = self.run_module("upload", "dist/*")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn(".asc` is not uploaded", answer.stderr)
        for option in ["--sign", "--attestations"]:
            with self.assertRaisesRegex(TwineException, option):
                dispatch(["upload", option, "dist/*"])

    def test_another_file_of_the_name_is_a_conflict(self) -> None:
        self.build("twine-conflict")
        dispatch(["upload", "dist/*"])
        self.write("twine-conflict/src/twine_conflict/__init__.py", "ANSWER = 43\n")
        api.build("twine-conflict", out_dir="dist")
        requests = self.requests()
        with mock.patch.dict(sys.modules, {"requests": requests}):
            with self.assertRaises(requests.HTTPError) as caught:
                dispatch(["upload", "dist/*"])
        self.assertEqual(caught.exception.response.status_code, 409)
        self.assertIn("other content", caught.exception.response.reason)

    def test_nothing_to_upload(self) -> None:
        with self.assertRaisesRegex(InvalidDistribution, "dist/\\*"):
            dispatch(["upload", "dist/*"])
        self.assertEqual(self.run_module("upload", "dist/*").returncode, 1)

    def test_refusals_without_requests(self) -> None:
        self.build("twine-refused")
        with mock.patch.dict(sys.modules, {"requests": None}):
            with self.assertRaises(UploadRefused) as caught:
                dispatch(["upload", "-p", "tlst-wrong", "dist/*"])
        self.assertNotIn("tlst-wrong", str(caught.exception))
        self.assertIsInstance(caught.exception.__cause__, api.CredentialsError)

    def test_refusals_are_those_of_requests_where_it_is(self) -> None:
        requests = self.requests()
        self.build("twine-refused")
        with mock.patch.dict(sys.modules, {"requests": requests}):
            with self.assertRaises(requests.HTTPError) as caught:
                dispatch(["upload", "-p", "tlst-wrong", "dist/*"])
        self.assertIsInstance(caught.exception, UploadRefused)
        self.assertIn(caught.exception.response.status_code, (401, 403))
        self.assertIn("refused", caught.exception.response.reason)

    def test_a_password_is_asked_for_once(self) -> None:
        self.build("twine-asked")
        self.set_variable("TWINE_PASSWORD", None)
        terminal = mock.Mock(isatty=lambda: True)
        with mock.patch("sys.stdin", terminal):
            with mock.patch("getpass.getpass") as asked:
                with self.assertRaises(TwineException):
                    dispatch(["upload", "--non-interactive", "dist/*"])
            asked.assert_not_called()
            with mock.patch("getpass.getpass", return_value="tlst-wrong") as asked:
                with self.assertRaises(UploadRefused):
                    dispatch(["upload", "dist/*"])
            self.assertEqual(asked.call_count, 1)
            with mock.patch("getpass.getpass", return_value=self.token):
                dispatch(["upload", "dist/*"])
        self.assertEqual(self.listed("twine-asked"), ["twine-asked==1.0"])

    def test_check(self) -> None:
        self.build("twine-check")
        answer = self.run_module("check", "dist/*")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        wheel = "dist/twine_check-1.0-py3-none-any.whl"
        self.assertIn(f"Checking {wheel}: PASSED with warnings\n", answer.stdout)
        answer = self.run_module("check", "--strict", "dist/*")
        self.assertEqual(answer.returncode, 1)
        self.assertIn(f"Checking {wheel}: FAILED due to warnings\n", answer.stdout)
        self.write("dist/twine_check-1.0-py3-none-any.whl", "not a wheel")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            with contextlib.redirect_stderr(io.StringIO()):
                self.assertTrue(dispatch(["check", "dist/*"]))
        self.assertIn(f"Checking {wheel}: FAILED\n", said.getvalue())


if __name__ == "__main__":
    unittest.main()
