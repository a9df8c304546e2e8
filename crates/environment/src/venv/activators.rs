//! The scripts that a shell sources to work in an environment, one for each family of shells.
//!
//! The root and the prompt are foreign text: each is quoted as its shell demands.

use crate::system::SCRIPTS_FOLDER;

#[cfg(test)]
mod tests;

/// An activator: its file name, its template, and how the shell quotes a text.
type Activator = (&'static str, &'static str, fn(&str) -> String);

const ACTIVATORS: [Activator; 4] = [
    ("activate", include_str!("activate.sh"), quote_sh),
    ("activate.fish", include_str!("activate.fish"), quote_fish),
    ("activate.csh", include_str!("activate.csh"), quote_csh),
    (
        "activate.ps1",
        include_str!("activate.ps1"),
        quote_powershell,
    ),
];

/// The activators of an environment: file names and texts.
pub(super) fn all(root: &str, prompt: &str) -> impl Iterator<Item = (&'static str, String)> {
    let prompt: String = prompt.chars().filter(|c| !c.is_control()).collect();
    ACTIVATORS.into_iter().map(move |(name, template, quote)| {
        (name, fill(template, quote, [root, &prompt, SCRIPTS_FOLDER]))
    })
}

/// Puts the values into a template, in one pass: a value may hold what looks like a placeholder.
fn fill(template: &str, quote: fn(&str) -> String, values: [&str; 3]) -> String {
    let mut text = String::with_capacity(template.len() + 256);
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = ["@ROOT@", "@PROMPT@", "@SCRIPTS@"]
            .into_iter()
            .zip(values)
            .find_map(|(name, value)| Some((rest.strip_prefix(name)?, value)));
        if let Some((after, value)) = found {
            text.push_str(&quote(value));
            rest = after;
        } else {
            text.push('@');
            rest = &rest[1..];
        }
    }
    text + rest
}

fn quote_sh(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn quote_csh(text: &str) -> String {
    // History is expanded within quotes too.
    quote_sh(text).replace('!', r"'\!'")
}

fn quote_fish(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn quote_powershell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
