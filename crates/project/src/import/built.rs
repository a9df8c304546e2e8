//! What a project says of itself once it is built, for a setup.py that tells it to nobody who does not run
//! it: the metadata and the entry points of its wheel. Version and description stay what the build says.

use tilsit_packaging::entry_points::EntryPoints;
use tilsit_packaging::metadata::CoreMetadata;
use toml::Value;

use super::metadata::{license, list, people, person};
use super::setuptools::SETUP_PY;
use super::{Collector, Item, Listed, What};
use crate::edit::{List, ordered};
use crate::metadata::extra_of;

/// The fields of a wheel of a project with a setup.py.
pub fn built(metadata: &CoreMetadata, entry_points: &EntryPoints) -> Vec<Item> {
    let mut out = Collector::new(SETUP_PY);
    out.project("Name", None, "name", metadata.name());
    out.add("Version", None, What::Dynamic("version"));
    if metadata.description.is_some() {
        out.add("Description", None, What::Dynamic("readme"));
    }
    let texts = [
        ("Summary", "description", metadata.summary.clone()),
        (
            "Requires-Python",
            "requires-python",
            metadata.requires_python.as_ref().map(ordered),
        ),
    ];
    for (field, key, text) in texts {
        if let Some(text) = text {
            out.project(field, None, key, text);
        }
    }
    let expression = metadata.license_expression.as_ref();
    let expression = expression.map(|expression| expression.as_str().to_owned());
    // A text of many lines is the licence itself, which is a file as well.
    let short = metadata.license.clone().filter(|text| !text.contains('\n'));
    if let Some(text) = expression.or(short) {
        out.project("License", None, "license", license(&text));
    }
    for (field, key, name, email) in [
        (
            "Author",
            "authors",
            &metadata.author,
            &metadata.author_email,
        ),
        (
            "Maintainer",
            "maintainers",
            &metadata.maintainer,
            &metadata.maintainer_email,
        ),
    ] {
        let found = addressed(name.as_deref(), email.as_deref());
        if !found.is_empty() {
            out.project(field, None, key, Value::Array(found));
        }
    }
    for (field, key, texts) in [
        ("Keywords", "keywords", &metadata.keywords),
        ("Classifier", "classifiers", &metadata.classifiers),
    ] {
        if !texts.is_empty() {
            out.project(field, None, key, list(texts.iter().map(String::as_str)));
        }
    }
    let home = metadata.home_page.iter();
    let home = home.map(|url| ("Homepage".to_owned(), url.clone()));
    for (label, url) in home.chain(metadata.project_urls.iter().cloned()) {
        let what = What::key(&["project", "urls"], &label, url);
        out.add("Project-URL", None, what);
    }
    requirements(metadata, &mut out);
    commands(entry_points, &mut out);
    out.add("", None, What::BuildRequirement("setuptools".to_owned()));
    out.items
}

/// People of two fields, of which the second may have names too: `Ann <ann@x.example>`.
fn addressed(name: Option<&str>, email: Option<&str>) -> Vec<Value> {
    let Some(mixed) = email.filter(|email| email.contains('<')) else {
        return people(name, email);
    };
    let named = mixed.split(',').filter_map(|part| {
        let (name, email) = part.split_once('<')?;
        person(Some(name), Some(email.trim_end().trim_end_matches('>')))
    });
    named.collect()
}

fn requirements(metadata: &CoreMetadata, out: &mut Collector<'_>) {
    let extras: Vec<String> = metadata
        .provides_extra
        .iter()
        .map(ToString::to_string)
        .collect();
    for requirement in &metadata.requires_dist {
        let extra = extra_of(requirement, &extras);
        let mut requirement = requirement.clone();
        let list = match extra {
            None => List::Project,
            Some(extra) => {
                requirement.marker = requirement.marker.with_extras(std::slice::from_ref(&extra));
                List::Extra(extra)
            }
        };
        let listed = Listed {
            list,
            requirement,
            text: None,
            source: None,
        };
        out.add("Requires-Dist", None, What::Requirement(Box::new(listed)));
    }
}

fn commands(entry_points: &EntryPoints, out: &mut Collector<'_>) {
    for (group, entries) in entry_points.groups() {
        let table = match group {
            "console_scripts" => vec!["project", "scripts"],
            "gui_scripts" => vec!["project", "gui-scripts"],
            group => vec!["project", "entry-points", group],
        };
        for (name, object) in entries {
            let what = What::key(&table, name, object.to_string());
            out.add(format!("entry points: {group}"), None, what);
        }
    }
}
