//! uv's table. It is used where it is, so that nothing of it has to move: only what means nothing here is
//! told. The versions of uv.lock are kept.

use toml::Value;

use super::{Collector, ImportError, Item, What, tool_table};
use crate::settings::KEYS;

/// The keys that are settings here too.
const SETTINGS: [&str; 11] = [
    "index",
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "index-strategy",
    "exclude-newer",
    "resolution",
    "prerelease",
    "constraint-dependencies",
    "override-dependencies",
];

/// Reads `[tool.uv]` and uv.lock.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Item>, ImportError> {
    let table = tool_table(file, text, "uv")?.unwrap_or_default();
    let mut out = Collector::new(file);
    for (key, value) in &table {
        let shown = format!("tool.uv.{key}");
        let is_read = KEYS.contains(&key.as_str()) || SETTINGS.contains(&key.as_str());
        let what = match (&**key, value) {
            _ if is_read => What::Stays("it is read here".to_owned()),
            ("cache-keys" | "build-backend", _) => {
                What::Stays("it is read where the project is built".to_owned())
            }
            (_, Value::Table(_)) => What::LeftOut("it is about a part of uv".to_owned()),
            _ => What::LeftOut("it tells uv how to work".to_owned()),
        };
        out.add(shown, None, what);
    }
    Ok(out.items)
}
