"""Finding the program, and `python -m tilsit`."""

import os
import subprocess
import sys
import unittest
from unittest import mock

import tilsit
from tests.sandbox import TestCase
from tilsit import _program


class Program(TestCase):
    def run_module(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tilsit", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_it_is_beside_the_interpreter(self) -> None:
        program = tilsit.find_tilsit_bin()
        self.assertEqual(os.path.dirname(program), os.path.dirname(sys.executable))
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        self.assertRegex(answer.stdout, r"^tilsit \d")

    def test_a_target_folder_has_it_in_its_bin(self) -> None:
        program = self.write("target/bin/tilsit", "")
        package = self.write("target/tilsit/_program.py", "")
        elsewhere = str(self.folder / "nothing")
        with mock.patch.object(_program, "__file__", str(package)):
            with mock.patch.object(_program.sysconfig, "get_path", return_value=elsewhere):
                self.assertEqual(tilsit.find_tilsit_bin(), str(program))

    def test_a_prefix_has_it_in_its_bin(self) -> None:
        program = self.write("prefix/bin/tilsit", "")
        package = self.write("prefix/lib/python3/site-packages/tilsit/_program.py", "")
        elsewhere = str(self.folder / "nothing")
        with mock.patch.object(_program, "__file__", str(package)):
            with mock.patch.object(_program.sysconfig, "get_path", return_value=elsewhere):
                self.assertEqual(tilsit.find_tilsit_bin(), str(program))

    def test_what_is_missing_is_said_with_the_places(self) -> None:
        elsewhere = str(self.folder / "nothing")
        # The search path is not one of them.
        self.set_variable("PATH", os.path.dirname(sys.executable))
        with mock.patch.object(_program.sysconfig, "get_path", return_value=elsewhere):
            with mock.patch.object(_program, "__file__", str(self.folder / "a/b/c.py")):
                with self.assertRaisesRegex(FileNotFoundError, "nothing.*install the wheel"):
                    tilsit.find_tilsit_bin()

    def test_the_module_is_the_program(self) -> None:
        answer = self.run_module("--version")
        self.assertRegex(answer.stdout, r"^tilsit \d")
        answer = self.run_module("no-such-command")
        self.assertEqual(answer.returncode, 2)
        self.assertIn("no-such-command", answer.stderr)

    def test_the_module_works_on_the_environment_of_its_python(self) -> None:
        self.set_variable("VIRTUAL_ENV", str(self.folder / "another"))
        answer = self.run_module("--json", "pip", "list", "-v")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn(sys.prefix, answer.stderr)


if __name__ == "__main__":
    unittest.main()
