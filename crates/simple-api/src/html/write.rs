//! Writing the HTML form, for clients that do not read JSON.

use crate::api_version::ApiVersion;
use crate::list::ProjectList;
use crate::page::{CoreMetadataFile, File, ProjectPage, ProjectState, Yanked};
use tilsit_packaging::name::normalize;

/// Writes a project's page as HTML, in the order of its files.
pub fn to_html(page: &ProjectPage) -> Vec<u8> {
    let mut out = String::with_capacity(512 + page.files.len() * 400);
    let title = format!("Links for {}", page.name);
    let mut metas = String::new();
    if page.status.state != ProjectState::Active || page.status.reason.is_some() {
        meta(
            &mut metas,
            "pypi:project-status",
            page.status.state.as_str(),
        );
        if let Some(reason) = &page.status.reason {
            meta(&mut metas, "pypi:project-status-reason", reason);
        }
    }
    start(&mut out, &title, &metas);
    out.push_str("    <h1>");
    escape(&mut out, &title);
    out.push_str("</h1>\n");
    for file in &page.files {
        anchor(&mut out, file);
    }
    out.push_str("  </body>\n</html>\n");
    out.into_bytes()
}

/// Writes the list of all projects as HTML: one relative link each.
pub fn list_to_html(list: &ProjectList) -> Vec<u8> {
    let mut out = String::with_capacity(512 + list.projects.len() * 64);
    start(&mut out, "Simple index", "");
    for project in &list.projects {
        let folder = normalize(&project.name);
        out.push_str("    <a href=\"");
        escape(&mut out, &folder);
        out.push_str("/\">");
        escape(&mut out, &project.name);
        out.push_str("</a><br>\n");
    }
    out.push_str("  </body>\n</html>\n");
    out.into_bytes()
}

fn start(out: &mut String, title: &str, metas: &str) {
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n  <head>\n    <meta charset=\"utf-8\">\n");
    meta(
        out,
        "pypi:repository-version",
        &ApiVersion::HTML.to_string(),
    );
    out.push_str(metas);
    out.push_str("    <title>");
    escape(out, title);
    out.push_str("</title>\n  </head>\n  <body>\n");
}

fn meta(out: &mut String, name: &str, content: &str) {
    out.push_str("    <meta");
    attribute(out, "name", name);
    attribute(out, "content", content);
    out.push_str(">\n");
}

fn anchor(out: &mut String, file: &File) {
    let hashes = || file.hashes.sha256.map(|digest| format!("sha256={digest}"));
    let hash = hashes().or_else(|| {
        file.hashes
            .others()
            .next()
            .map(|(name, digest)| format!("{name}={digest}"))
    });
    let href = hash.map_or_else(
        || file.url.to_string(),
        |hash| format!("{}#{hash}", file.url),
    );
    out.push_str("    <a");
    attribute(out, "href", &href);
    if let Some(requires) = &file.requires_python {
        attribute(out, "data-requires-python", requires);
    }
    let metadata = match &file.core_metadata {
        CoreMetadataFile::No => None,
        CoreMetadataFile::Yes => Some("true".to_owned()),
        CoreMetadataFile::Hashed(hashes) => hashes
            .sha256
            .map(|digest| format!("sha256={digest}"))
            .or_else(|| Some("true".to_owned())),
    };
    if let Some(metadata) = metadata {
        // Both names: clients from before PEP 714 know only the older one.
        attribute(out, "data-dist-info-metadata", &metadata);
        attribute(out, "data-core-metadata", &metadata);
    }
    if let Yanked::Yes(reason) = &file.yanked {
        attribute(out, "data-yanked", reason.as_deref().unwrap_or_default());
    }
    if let Some(provenance) = &file.provenance {
        attribute(out, "data-provenance", provenance);
    }
    out.push('>');
    escape(out, &file.name);
    out.push_str("</a><br>\n");
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
}
