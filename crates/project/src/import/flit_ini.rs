//! flit.ini: what flit read before it read pyproject.toml. Its sections have the names of the later tables,
//! and their keys the same names; lists have a line for each item.

use tilsit_dist::setuptools::ini::sections;
use toml::{Table, Value};

use super::{Collector, ImportError, Item, What, flit, invalid};
use crate::edit::List;

/// The file's name.
pub(super) const FLIT_INI: &str = "flit.ini";

/// Keys whose values are lists.
const LISTS: [&str; 3] = ["classifiers", "requires", "dev-requires"];

/// Reads the text of a flit.ini.
pub(super) fn read(file: &str, text: &str, main: &List) -> Result<Vec<Item>, ImportError> {
    let mut tables = Table::new();
    let mut out = Collector::new(file);
    for section in sections(text).map_err(|error| invalid(file, error))? {
        let mut table = Table::new();
        for entry in section.entries {
            let line = Some(entry.line);
            if entry.key == "entry-points-file" {
                let why = format!("left for you: `{}` has entry points", entry.value);
                out.add("metadata.entry-points-file", line, What::LeftOut(why));
                continue;
            }
            let lines = entry.value.lines().map(str::trim);
            let value = if LISTS.contains(&entry.key.as_str()) {
                let items = lines.filter(|line| !line.is_empty());
                Value::Array(items.map(Value::from).collect())
            } else {
                Value::from(entry.value)
            };
            table.insert(entry.key, value);
        }
        if ["metadata", "scripts"].contains(&section.name.as_str()) {
            tables.insert(section.name, Value::Table(table));
        } else {
            let why = "flit never read it".to_owned();
            out.add(section.name, Some(section.line), What::LeftOut(why));
        }
    }
    let mut items = flit::items(file, &tables, main)?;
    for item in &mut items {
        // The tables of pyproject.toml have the sections' names.
        item.origin.key = item.origin.key.replacen("tool.flit.", "", 1);
    }
    items.append(&mut out.items);
    Ok(items)
}
