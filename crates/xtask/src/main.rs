//! The project's own tasks, as `cargo xtask <task>`; this file is the complete list of them.

mod backends;
mod benches;
mod classifiers;
mod conformance;
mod documents;
mod extensions;
mod fuzzing;
mod mending;
mod metadata;
mod parity;
mod policies;
mod process;
mod projects;
mod pyprojects;
mod repairs;
mod sdists;
mod setup;
mod setups;
mod tables;
mod tests;
mod trees;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <task>

  test [FILTER ...]      set the machine up and run the tests of the default and ci rings
  ci                     format, lints, documents, then `test`
  real [FILTER ...]      the tests that need the default index
  bench [NAME]           the benchmarks (all of them, or one)
  bench build [ROUNDS]   `build --wheel` beside uv and `python -m build`; `--program=PATH`
  bench check FOLDER     `check` beside twine's, on 100 wheels
  bench client [WORD ..] beside uv; words: sets, steps, rounds, `--record` (once, first)
  bench repair [ROUNDS]  `repair` beside auditwheel, on a wheel of scipy
  parity [WORD ..]       resolves 43 sets beside uv; words: sets, `--universal`, `--record` (once),
                         `--further` (25 sets from the default index)
  trees [WORD ..]        installs 100 projects with tilsit, uv and pip and compares what is there;
                         words: projects, `--record` (once)
  projects [WORD ..]     20 projects from their sdists: imported, locked, installed, tests collected;
                         words: projects, `--program=PATH`
  sdists [WORD ..]       200 sdists built beside uv; words: projects, `--program=PATH`, `--limit=COUNT`,
                         `--again` (all), `--again=failed`, `--table` (written anew alone),
                         `--integration` (the ten of setuptools' own tests, installed)
  conformance pip --suite FOLDER [ARGUMENT ..]
                         pip's functional tests with tilsit in pip's place
  conformance virtualenv --suite FOLDER [ARGUMENT ..]
                         virtualenv's tests of activation and creation on `tilsit venv`
  conformance pyproject  `check` on the examples of validate-pyproject, valid and not
  conformance pyproject FOLDER
                         what it finds about tables of tools in the files below a folder
  conformance mending FOLDER
                         the source distributions in a folder, unpacked, checked and mended
  conformance backends [WORD ..]
                         real pure projects built by their backend and by ours, and compared;
                         words: parts of releases, `--program=PATH`
  conformance extensions [WORD ..]
                         real projects with C and C++, built by our backend, tried, and compared with
                         the wheel of their own; words: parts of names, `--program=PATH`
  conformance metadata   what the tests of pyproject-metadata read, read by our backend too
  conformance setuptools [FOLDER]
                         what is read of setup.py and setup.cfg, against setuptools: the sdists of a
                         folder (those of `sdists`), and its own examples
  conformance repair [WORD ..]
                         `repair show --json` beside auditwheel's, on 100 wheels;
                         words: parts of wheels' names, `--record` (once, first), `--program=PATH`,
                         `--renamed` (wheels whose libraries get new names are used),
                         `--macos` (beside delocate), `--windows` (beside delvewheel),
                         `--abi3` (`check` beside abi3audit, on the same wheels),
                         `--machines=FOLDER` (programs for others, with compilers and emulators there),
                         `--roots=PYTHON` (built with this Python 3.9 and another for musl, imported in
                         roots of old glibc and of musl; as root, on Debian)
  fuzz [NAME] [SECONDS]  fuzz every parser, or one, for that many CPU seconds each (60)
  docs [--check]         write the generated documents, or fail when they are stale
  classifiers FOLDER     the list of classifiers, from a site-packages with trove-classifiers
  tables FOLDER          the keys of tools' tables, from a site-packages with
                         validate-pyproject-schema-store
  policies FOLDER        the table of platform policies, from auditwheel's or delvewheel's folder in site-packages";

#[expect(clippy::print_stderr, reason = "a task talks to the developer")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test", filters @ ..] => tests::run(filters),
        ["ci"] => tests::ci(),
        ["real", filters @ ..] => tests::real(filters),
        ["conformance", "pyproject"] => pyprojects::compare(),
        ["conformance", "pyproject", folder] => pyprojects::tools(std::path::Path::new(folder)),
        ["conformance", "mending", folder] => mending::try_all(std::path::Path::new(folder)),
        ["conformance", "backends", words @ ..] => backends::compare(words),
        ["conformance", "extensions", words @ ..] => extensions::compare(words),
        ["conformance", "metadata"] => metadata::compare(),
        ["conformance", "setuptools", words @ ..] => setups::compare(words),
        ["conformance", "repair", words @ ..] => repairs::compare(words),
        ["conformance", words @ ..] => conformance::suite(words),
        ["parity", words @ ..] => parity::compare(words),
        ["trees", words @ ..] => trees::compare(words),
        ["projects", words @ ..] => projects::try_all(words),
        ["sdists", words @ ..] => sdists::compare(words),
        ["bench", names @ ..] => benches::run_named(names),
        ["fuzz", rest @ ..] => fuzzing::run(rest),
        ["docs", rest @ ..] => documents::run(rest),
        ["classifiers", folder] => classifiers::write(std::path::Path::new(folder)),
        ["tables", folder] => tables::write(std::path::Path::new(folder)),
        ["policies", folder] => policies::write(std::path::Path::new(folder)),
        _ => Err(anyhow::anyhow!("unknown task\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
