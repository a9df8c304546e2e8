//! The renderer and the lexers beside `readme_renderer` and Pygments themselves.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tilsit_readme::Note;

/// A content type or a language, and a text of it.
type Sample = (String, String);

const REQUIREMENTS: &[&str] = &[
    "readme_renderer[md]==46.0",
    "docutils==0.23",
    "Pygments==2.21.0",
];
/// Cuttings of each sample of code.
const CUTTINGS: usize = 60;

fn python() -> Option<PathBuf> {
    let folder = tilsit_testing::python_environment("readme-renderer", REQUIREMENTS)?;
    Some(folder.join("bin/python"))
}

fn ask(python: &Path, arguments: &[&str], input: &[u8]) -> serde_json::Value {
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracle.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The whole input is read before anything is written.
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Renders samples on both sides; gives how many there are of each kind.
fn compare(python: &Path, samples: &[Sample]) {
    let input = serde_json::to_vec(samples).unwrap();
    let expected: Vec<Option<String>> = serde_json::from_value(ask(python, &[], &input)).unwrap();
    assert_eq!(expected.len(), samples.len());
    let mut wrong = Vec::new();
    for ((kind, text), expected) in samples.iter().zip(expected) {
        let html = if kind == "text/x-rst" {
            Some(restructured(text))
        } else if kind.contains('/') {
            Some(tilsit_readme::render(text, Some(kind)).html)
        } else {
            tilsit_readme::highlight::highlight(kind, text)
        };
        // What is empty is nothing there.
        let (html, expected) = (html.unwrap_or_default(), expected.unwrap_or_default());
        if html != expected && without_tokens(&html) != without_tokens(&expected) {
            wrong.push((kind, text));
        }
    }
    let first = wrong.first();
    let count = wrong.len();
    assert_eq!(
        count,
        0,
        "of {} samples; the first: {first:?}",
        samples.len()
    );
}

/// reStructuredText as HTML, or why it is refused, as the other side writes it.
fn restructured(text: &str) -> String {
    let rendered = tilsit_readme::render(text, Some("text/x-rst"));
    match rendered.note {
        None => rendered.html,
        Some(Note::Rst(problem)) => {
            let line = problem.line.map_or(String::new(), |line| line.to_string());
            let message = problem.message.replace('\n', " ");
            format!("!{line}: {message} ({})", problem.level_name())
        }
        Some(Note::Empty) => "!empty".to_owned(),
        Some(note) => format!("!{note}"),
    }
}

/// HTML without the tokens of code in languages that are not known here, and with single spaces.
fn without_tokens(html: &str) -> String {
    let mut parts = html.split("<pre ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once("</pre>").unwrap_or((part, ""));
        let language = code
            .trim_start_matches("class=\"code ")
            .trim_start_matches("lang=\"");
        let language = language.split([' ', '"']).next().unwrap_or_default();
        text += "<pre>";
        if tilsit_readme::highlight::highlight(language, "").is_some() {
            text += code;
        } else {
            let code = code.replace("</span>", "");
            let mut pieces = code.split("<span");
            text += pieces.next().unwrap_or_default();
            for piece in pieces {
                text += piece.split_once('>').map_or("", |(_, piece)| piece);
            }
        }
        text += "</pre>";
        text += rest;
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts of a folder whose names end with `ending`.
fn texts(folder: &str, ending: &str) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.retain(|path| path.to_str().unwrap().ends_with(ending));
    paths.sort();
    let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    paths
        .iter()
        .map(|path| ("text/x-rst".to_owned(), text(path)))
        .collect()
}

/// Samples with lines taken out, doubled or set in: faults as people make them.
fn mangled(samples: &[Sample]) -> Vec<Sample> {
    let mut below = random();
    let mut mangled = Vec::new();
    for (kind, text) in samples {
        for _ in 0..CUTTINGS {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let place = below(lines.len());
            match below(5) {
                0 => drop(lines.remove(place)),
                1 => lines.insert(place, String::new()),
                2 => lines[place].insert_str(0, "  "),
                3 => {
                    let start = lines[place].len() - lines[place].trim_start().len();
                    lines[place].drain(..start);
                }
                _ => lines.truncate(place + 1),
            }
            mangled.push((kind.clone(), lines.join("\n")));
        }
    }
    mangled
}

/// Numbers below a limit, the same ones each time.
fn random() -> impl FnMut(usize) -> usize {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    }
}

/// The seeds of the fuzz target: a line with the language, then code.
fn seeds() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/readme_code");
    let mut seeds = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let (language, code) = text.split_once('\n').unwrap();
        seeds.push((language.to_owned(), code.to_owned()));
    }
    seeds.sort();
    seeds
}

/// Parts of samples, each read as each language: code as nobody would write it.
fn cuttings(samples: &[Sample]) -> Vec<Sample> {
    let mut below = random();
    let mut cuttings = Vec::new();
    for (language, _) in samples {
        for _ in 0..CUTTINGS {
            let characters: Vec<char> = samples[below(samples.len())].1.chars().collect();
            let start = below(characters.len());
            let end = start + below(characters.len() - start) + 1;
            let text: String = characters[start..end].iter().collect();
            cuttings.push((language.clone(), text));
        }
    }
    cuttings
}

#[test]
fn code_is_cut_as_pygments_cuts_it() {
    let Some(python) = tilsit_testing::require("readme_renderer", python()) else {
        return;
    };
    let mut samples = seeds();
    assert!(samples.len() >= 10);
    samples.extend(cuttings(&samples));
    compare(&python, &samples);
}

#[test]
fn the_standard_library_is_cut_as_pygments_cuts_it() {
    let Some(python) = tilsit_testing::require("readme_renderer", python()) else {
        return;
    };
    let samples: Vec<Sample> = serde_json::from_value(ask(&python, &["sources"], b"")).unwrap();
    assert!(samples.len() > 100);
    compare(&python, &samples);
}

#[test]
fn markdown_is_rendered_as_readme_renderer_renders_it() {
    let Some(python) = tilsit_testing::require("readme_renderer", python()) else {
        return;
    };
    let root = tilsit_testing::ring::workspace_root();
    let mut samples = Vec::new();
    let listed = Command::new("git")
        .args(["ls-files", "*.md"])
        .current_dir(&root)
        .output()
        .unwrap();
    for name in String::from_utf8(listed.stdout).unwrap().lines() {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        for kind in [
            "text/markdown",
            "text/markdown; variant=CommonMark",
            "text/plain",
        ] {
            samples.push((kind.to_owned(), text.clone()));
        }
    }
    assert!(samples.len() > 100);
    compare(&python, &samples);
}

#[test]
fn restructuredtext_is_rendered_as_readme_renderer_renders_it() {
    let Some(python) = tilsit_testing::require("readme_renderer", python()) else {
        return;
    };
    let mut samples = texts("tests/fixtures/readme_renderer", ".rst");
    samples.extend(texts("../../fuzz/seeds/readme_rst", ""));
    assert!(samples.len() > 30);
    samples.extend(mangled(&samples));
    compare(&python, &samples);
}

/// Descriptions below the folders of `TILSIT_DESCRIPTIONS` (with colons between them), as wheels and
/// sdists have them.
#[test]
#[ignore = "reads the folders of TILSIT_DESCRIPTIONS"]
fn real_descriptions_are_rendered_as_readme_renderer_renders_them() {
    #[expect(clippy::disallowed_methods, reason = "a test has no context")]
    let folders = std::env::var("TILSIT_DESCRIPTIONS").expect("TILSIT_DESCRIPTIONS is set");
    let Some(python) = tilsit_testing::require("readme_renderer", python()) else {
        return;
    };
    let arguments: Vec<&str> = std::iter::once("descriptions")
        .chain(folders.split(':'))
        .collect();
    let samples: Vec<Sample> = serde_json::from_value(ask(&python, &arguments, b"")).unwrap();
    let rst = samples
        .iter()
        .filter(|(kind, _)| kind == "text/x-rst")
        .count();
    assert!(
        rst >= 100 && samples.len() >= 300,
        "{rst} of {}",
        samples.len()
    );
    compare(&python, &samples);
}
