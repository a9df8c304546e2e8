//! What `repair show` says of wheels for macOS, iOS, Windows and Android.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tilsit_repair::{Contents, Image, Need, Place};

use crate::terminal::{DIM, STRONG};

/// The audit of a wheel, for people.
pub(super) fn describe(wheel: &str, contents: &Contents) -> String {
    let mut text = format!("{STRONG}{wheel}{STRONG:#}\n");
    let mut lines = |label: &str, all: Vec<String>| {
        for (number, words) in all.iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            let _ = writeln!(text, "  {DIM}{label:<12}{DIM:#}{words}");
        }
    };
    lines("tag", vec![contents.tags.join(", ")]);
    if !contents.allowed.is_empty() {
        lines("allowed", vec![contents.allowed.join(", ")]);
    }
    lines("untrue", contents.untrue.clone());
    lines("remark", contents.remarks.clone());
    lines("outside", missing(&contents.outside));
    lines("runtime", missing(&contents.runtime));
    lines("libraries", libraries(contents));
    let files = contents.files.iter();
    lines(
        "files",
        files.map(|(path, images)| file(path, images)).collect(),
    );
    text
}

/// `own/a.so: arm64 from 11.0, x86_64 from 10.13`
fn file(path: &str, images: &[Image]) -> String {
    let images = images.iter().map(|image| {
        let managed = if image.managed { " (.NET)" } else { "" };
        let minimum = image
            .minimum
            .as_ref()
            .map(|minimum| format!(" from {minimum}"));
        format!("{}{managed}{}", image.machine, minimum.unwrap_or_default())
    });
    format!("{path}: {}", images.collect::<Vec<_>>().join(", "))
}

/// Those that are there: each in the wheel on its own line, those of Python and the system on one.
fn libraries(contents: &Contents) -> Vec<String> {
    let images = contents.files.values().flatten();
    let needs: Vec<&Need> = images.flat_map(|image| &image.libraries).collect();
    let inside: BTreeSet<(&str, &str)> = needs
        .iter()
        .filter_map(|need| Some((need.library.as_str(), need.path.as_deref()?)))
        .collect();
    let mut lines: Vec<String> = inside
        .into_iter()
        .map(|(library, path)| format!("{library} ({path})"))
        .collect();
    for (place, words) in [
        (Place::Python, "of Python"),
        (Place::System, "of the system"),
    ] {
        let there = needs.iter().filter(|need| need.place == place);
        let names: BTreeSet<&str> = there.map(|need| need.library.as_str()).collect();
        // Windows parts its own into hundreds of names, which say nothing to people.
        let (sets, names): (Vec<&str>, Vec<_>) = names
            .into_iter()
            .partition(|name| name.starts_with("api-ms-"));
        let sets = (!sets.is_empty()).then_some("api-ms-*");
        let names: Vec<&str> = names.into_iter().chain(sets).collect();
        if !names.is_empty() {
            lines.push(format!("{words}: {}", names.join(" ")));
        }
    }
    lines
}

/// `libfoo.dylib, which own/a.so and 3 others need`
fn missing(libraries: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let lines = libraries.iter().map(|(library, users)| {
        let first = users.first().map_or("", String::as_str);
        match users.len() {
            0 | 1 => format!("{library}, which {first} needs"),
            2 => format!("{library}, which {first} and 1 other need"),
            count => format!("{library}, which {first} and {} others need", count - 1),
        }
    });
    lines.collect()
}
