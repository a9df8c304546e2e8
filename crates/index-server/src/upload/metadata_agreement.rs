//! Whether an upload form says about its file what the file says about itself.
//!
//! Nothing of the form is stored. But tools show it, and a form that differs tells of a broken tool
//! or of somebody who wants to show one thing and deliver another: it is refused, with the fields.

use tilsit_packaging::metadata::CoreMetadata;
use tilsit_simple_api::upload::{REPEATED_FIELDS, UploadForm};

#[cfg(test)]
mod tests;

/// Not compared: some tools always send the version of the metadata that they know, names are
/// compared in their normalised form, with the file's name too, and flit sends the module's name as
/// `provides` (PEP 314), a field that it does not write into the file and nobody shows.
const NOT_COMPARED: [&str; 3] = ["metadata_version", "name", "provides"];

/// The fields of the form that differ from the file's metadata, in the form's order.
///
/// Only fields that the form has count. Both sides are read by the same reader, so that spaces,
/// case of names and the order of repeated fields make no difference.
pub(super) fn differing_fields(form: &UploadForm, metadata: &CoreMetadata) -> Vec<String> {
    let Some(said) = reread(form) else {
        return vec!["name".to_owned(), "version".to_owned()];
    };
    let said = UploadForm::from_metadata(&said, form.file_type, "");
    let true_form = UploadForm::from_metadata(metadata, form.file_type, "");
    let mut differing: Vec<String> = Vec::new();
    for (name, _) in &form.metadata {
        let skipped = differing.contains(name) || NOT_COMPARED.contains(&name.as_str());
        if !skipped && comparable(&said, name) != comparable(&true_form, name) {
            differing.push(name.clone());
        }
    }
    differing
}

/// The form's fields as core metadata; `None` when they lack a valid name or version.
fn reread(form: &UploadForm) -> Option<CoreMetadata> {
    let mut head = String::new();
    let mut body = String::new();
    for (name, value) in &form.metadata {
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        match name.as_str() {
            "description" => body = value,
            name => {
                let header = match name {
                    "classifiers" => "Classifier".to_owned(),
                    "project_urls" => "Project-URL".to_owned(),
                    name => name.replace('_', "-"),
                };
                // A line break in a value continues it; it cannot begin a field of its own.
                let value = value.replace('\n', "\n        ");
                head.extend([&header, ": ", &value, "\n"]);
            }
        }
    }
    let text = format!("{head}\n{body}");
    CoreMetadata::parse(text.as_bytes())
        .ok()
        .map(|(metadata, _)| metadata)
}

/// The values of a field in a form that can be compared.
fn comparable(form: &UploadForm, name: &str) -> Vec<String> {
    let mut values: Vec<String> = form
        .values(name)
        .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|value| !value.is_empty())
        .collect();
    if REPEATED_FIELDS.contains(&name) {
        values.sort();
        values.dedup();
    }
    values
}
