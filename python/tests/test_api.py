"""`tilsit.api` against the program and a running index."""

import os
import subprocess
import unittest
import zipfile
from unittest import mock

from tests.sandbox import TestCase
from tilsit import _calling, api


class Building(TestCase):
    def test_sdist_and_wheel(self) -> None:
        project = self.project("demo-build")
        report = api.build(project)
        self.assertEqual(
            [file.path for file in report.files],
            [
                project / "dist/demo_build-1.0.tar.gz",
                project / "dist/demo_build-1.0-py3-none-any.whl",
            ],
        )
        for file in report.files:
            self.assertEqual(file.size_bytes, file.path.stat().st_size)
            self.assertEqual(len(file.sha256), 64)

    def test_one_of_them_elsewhere(self) -> None:
        self.project("demo-build")
        (file,) = api.build("demo-build", wheel=True, out_dir="here").files
        self.assertEqual(file.path, self.folder / "here/demo_build-1.0-py3-none-any.whl")
        self.assertIn("demo_build/__init__.py", zipfile.ZipFile(file.path).namelist())
        (file,) = api.build(".", sdist=True, directory="demo-build").files
        self.assertEqual(file.path.name, "demo_build-1.0.tar.gz")

    def test_what_is_wrong_is_an_exception(self) -> None:
        self.write("broken/pyproject.toml", "[project\n")
        with self.assertRaises(api.UsageError) as caught:
            api.build("broken")
        error = caught.exception
        self.assertRegex(error.code or "", r"^TL\d{4}$")
        self.assertIn("broken", error.message)
        self.assertEqual(error.exit_code, 2)
        self.assertIn(error.message, str(error))


class Checking(TestCase):
    def test_findings_are_the_answer(self) -> None:
        api.build(self.project("demo-check"), out_dir="dist")
        report = api.check()
        self.assertEqual(len(report.files), 2)
        self.assertEqual(report.errors, ())
        (first, _) = report.warnings
        self.assertEqual((first.code, first.subject), ("TL1014", "Description"))
        self.assertIn("warning TL1014: ", str(first))
        self.assertEqual(api.check(["dist"], ignore=["TL1014"]).warnings, ())

    def test_errors_are_told_from_warnings(self) -> None:
        (wheel,) = api.build(self.project("demo-check"), wheel=True, out_dir="dist").files
        with zipfile.ZipFile(wheel.path, "a") as archive:
            archive.writestr("not_in_record.py", "")
        report = api.check([wheel.path])
        self.assertTrue(report.errors)
        self.assertEqual({finding.severity for finding in report.errors}, {"error"})

    def test_missing_files_are_an_exception(self) -> None:
        with self.assertRaisesRegex(api.UsageError, "nothing.whl"):
            api.check(["nothing.whl"])


class Rendering(TestCase):
    def test_markdown(self) -> None:
        rendered = api.render("# Hi\n\n<script>alert(1)</script> ümlaut\n")
        self.assertIn("<h1", rendered.html)
        self.assertNotIn("<script>", rendered.html)
        self.assertIn("ümlaut", rendered.html)

    def test_what_is_not_rendered_is_noted(self) -> None:
        self.assertIn("*hi*", api.render("*hi*", "text/plain").html)
        with self.assertRaisesRegex(api.AnswerIsNo, "text/html"):
            api.render("hi", "text/html")


class PublishingAndResolving(TestCase):
    def test_a_release_is_published_once_and_resolved(self) -> None:
        files = []
        for name, fields in [
            ("demo-needed", {}),
            ("demo-needs", {"dependencies": ["demo-needed>=1"]}),
        ]:
            files = [file.path for file in api.build(self.project(name, **fields)).files]
            foretold = api.publish(
                files, repository_url=self.legacy, token=self.token, dry_run=True
            )
            self.assertEqual({file.outcome for file in foretold.files}, {"would-upload"})
            report = api.publish(files, repository_url=self.legacy, token=self.token)
            self.assertEqual(report.repository, self.legacy)
            self.assertEqual({file.outcome for file in report.files}, {"uploaded"})
        again = api.publish(files, repository_url=self.legacy, token=self.token)
        self.assertEqual({file.outcome for file in again.files}, {"skipped"})

        resolution = api.resolve(["demo-needs"], index_url=self.simple, generate_hashes=True)
        self.assertEqual(resolution.versions(), {"demo-needed": "1.0", "demo-needs": "1.0"})
        needed, needs = resolution.pins
        self.assertEqual(needed.via, ("demo-needs",))
        self.assertEqual(str(needs), "demo-needs==1.0")
        published = {f"sha256:{file.sha256}" for file in again.files}
        self.assertEqual(set(needs.hashes), published)

        pins = api.resolve(
            ["demo-needs; sys_platform == 'win32'", "demo-needed"],
            index_url=self.simple,
            universal=True,
        ).pins
        self.assertEqual(
            [str(pin) for pin in pins],
            ["demo-needed==1.0", 'demo-needs==1.0 ; sys_platform == "win32"'],
        )

    def test_what_cannot_be_met_is_explained(self) -> None:
        with self.assertRaises(api.AnswerIsNo) as caught:
            api.resolve(["no-such-project"], index_url=self.simple)
        self.assertIn("no-such-project", str(caught.exception))
        self.assertTrue(caught.exception.code)

    def test_a_refusal_has_status_and_hints(self) -> None:
        (file,) = api.build(self.project("demo-refused"), wheel=True).files
        with self.assertRaises(api.CredentialsError) as caught:
            api.publish([file.path], repository_url=self.legacy, token="tlst-wrong")
        self.assertIn(caught.exception.http_status, (401, 403))
        self.assertTrue(caught.exception.hints)
        self.assertIn("hint: ", str(caught.exception))

    def test_credentials_are_given_by_the_environment_too(self) -> None:
        (file,) = api.build(self.project("demo-variables"), wheel=True).files
        environment = {
            **os.environ,
            "TWINE_USERNAME": "__token__",
            "TWINE_PASSWORD": self.token,
            "TWINE_REPOSITORY_URL": self.legacy,
        }
        report = api.publish([file.path], environment=environment)
        self.assertEqual([file.outcome for file in report.files], ["uploaded"])

    def test_two_kinds_of_credentials_are_one_too_many(self) -> None:
        with self.assertRaises(ValueError):
            api.publish(["x"], token="a", username="b")

    def test_secrets_are_not_on_the_command_line(self) -> None:
        # Whoever is on the machine may list the command lines of all.
        run = subprocess.run
        with mock.patch.object(subprocess, "run", side_effect=run) as spy:
            with self.assertRaises(api.TilsitError):
                api.publish(["nothing"], repository_url=self.legacy, token="tlst-secret")
        ((command,), given) = spy.call_args
        self.assertIn("publish", command)
        self.assertNotIn("tlst-secret", command)
        self.assertEqual(given["env"]["TWINE_PASSWORD"], "tlst-secret")


class Calling(TestCase):
    def test_no_answer_is_an_exception(self) -> None:
        with self.assertRaisesRegex(api.ProgramFailed, "exit code 0 and without an answer"):
            _calling.call(["--version"])

    def test_options_are_passed_on(self) -> None:
        with self.assertRaises(api.UsageError) as caught:
            api.check([], options=["--no-such-option"])
        self.assertIn("--no-such-option", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
