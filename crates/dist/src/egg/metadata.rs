//! PKG-INFO of an egg becomes METADATA of a wheel.

use std::borrow::Cow;

use tilsit_packaging::headers::{Message, push_header};
use tilsit_packaging::problem::Problem;

use crate::dist_info::requires_txt::RequiresTxt;

/// The oldest version of the metadata that has all that is written: extras, and a body for description.
const VERSION_MIN: (u32, u32) = (2, 1);

/// What is now a line of `Project-URL`.
const URLS: [(&str, &str); 2] = [("Home-page", "Homepage"), ("Download-URL", "Download")];

/// METADATA, of the bytes of PKG-INFO and the text of `requires.txt`; with what of the latter is left out.
pub fn metadata(pkg_info: &[u8], requires: &str) -> (Vec<u8>, Vec<Problem>) {
    let message = Message::parse(pkg_info);
    let declared = message
        .value("Metadata-Version")
        .and_then(|text| version_of(&text));
    let (major, minor) = declared.unwrap_or_default().max(VERSION_MIN);
    let mut out = String::new();
    push_header(&mut out, "Metadata-Version", &format!("{major}.{minor}"));
    let mut description = None;
    for header in &message.headers {
        // What is no UTF-8 is of a time in which anything went.
        let value = header
            .text()
            .unwrap_or_else(|| Cow::Owned(String::from_utf8_lossy(header.raw).trim().to_owned()));
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("Metadata-Version") || value == "UNKNOWN" || value.is_empty() {
            continue;
        }
        let url = URLS.iter().find(|(name, _)| is(name));
        match url {
            Some((_, label)) => push_header(&mut out, "Project-URL", &format!("{label}, {value}")),
            None if is("Description") => description = Some(value),
            None => push_header(&mut out, header.name, &value),
        }
    }
    let read = RequiresTxt::parse(requires);
    for extra in &read.extras {
        push_header(&mut out, "Provides-Extra", extra.as_str());
    }
    for requirement in &read.requires {
        push_header(&mut out, "Requires-Dist", &requirement.to_string());
    }
    let mut out = out.into_bytes();
    if !message.body.trim_ascii().is_empty() {
        out.push(b'\n');
        out.extend_from_slice(message.body);
    } else if let Some(description) = description {
        out.push(b'\n');
        out.extend_from_slice(description.trim_end().as_bytes());
        out.push(b'\n');
    }
    (out, read.problems)
}

fn version_of(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
