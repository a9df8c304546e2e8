//! The scripts that a shell sources to work in an environment, one for each family of shells, and
//! `activate_this.py` for a running Python.
//!
//! The root and the prompt are foreign text: each is quoted as its shell demands. PowerShell, batch
//! files and Python know where the running script lies and find the root from there; POSIX shells
//! and fish do so in an environment that may be moved. csh and Nushell cannot: their scripts name
//! the folder in which the environment was made.

use std::path::Path;

use crate::system::SCRIPTS_FOLDER;

#[cfg(test)]
mod tests;

/// What the scripts are filled with.
pub(super) struct Values<'a> {
    /// The environment's folder.
    pub(super) root: &'a str,
    /// What the prompt shows.
    pub(super) prompt: &'a str,
    /// The folders of packages below the root.
    pub(super) libraries: &'a [String],
    /// The environment may be moved.
    pub(super) relocatable: bool,
}

/// A script: its name, its template, how its language quotes a text, and the expression for the
/// root by the script's own place, for languages whose template does not have it anyway.
struct Activator {
    name: &'static str,
    template: &'static str,
    quote: fn(&str) -> String,
    own_root: Option<&'static str>,
}

const ACTIVATORS: [Activator; 8] = [
    Activator {
        name: "activate",
        template: include_str!("activate.sh"),
        quote: quote_sh,
        own_root: Some(OWN_ROOT_SH),
    },
    Activator {
        name: "activate.fish",
        template: include_str!("activate.fish"),
        quote: quote_fish,
        own_root: Some("(realpath (dirname (status filename))/..)"),
    },
    Activator {
        name: "activate.csh",
        template: include_str!("activate.csh"),
        quote: quote_csh,
        own_root: None,
    },
    Activator {
        name: "activate.nu",
        template: include_str!("activate.nu"),
        quote: quote_double,
        own_root: None,
    },
    Activator {
        name: "activate.ps1",
        template: include_str!("activate.ps1"),
        quote: quote_powershell,
        own_root: None,
    },
    Activator {
        name: "activate.bat",
        template: include_str!("activate.bat"),
        quote: quote_batch,
        own_root: None,
    },
    Activator {
        name: "deactivate.bat",
        template: include_str!("deactivate.bat"),
        quote: quote_batch,
        own_root: None,
    },
    Activator {
        name: "activate_this.py",
        template: include_str!("activate_this.py"),
        quote: quote_double,
        own_root: None,
    },
];

/// Each shell has a name of its own for the file that is being read, which the others may not even
/// parse; a shell without one gets the folder in which the environment was made.
const OWN_ROOT_SH: &str = r#""$(
    file=@ROOT@/bin/activate
    if [ -n "${BASH_VERSION-}" ]; then eval 'file="${BASH_SOURCE[0]}"'
    elif [ -n "${ZSH_VERSION-}" ]; then eval 'file="${(%):-%x}"'
    elif [ -n "${KSH_VERSION-}" ]; then eval 'file="${.sh.file}"'
    fi
    CDPATH='' cd -- "$(dirname -- "$file")/.." && pwd
)""#;

/// The scripts of an environment: file names and texts.
pub(super) fn all(values: &Values<'_>) -> impl Iterator<Item = (&'static str, String)> {
    let prompt = one_line(values.prompt);
    ACTIVATORS.into_iter().map(move |activator| {
        let quote = activator.quote;
        let libraries: Vec<String> = values.libraries.iter().map(|path| quote(path)).collect();
        let mut root = quote(values.root);
        if let Some(own_root) = activator.own_root.filter(|_| values.relocatable) {
            root = own_root.replace("@ROOT@", &root);
        }
        let texts = [
            root,
            quote(&prompt),
            quote(SCRIPTS_FOLDER),
            libraries.join(", "),
        ];
        let moved = if values.relocatable {
            "\"$VIRTUAL_ENV\""
        } else {
            OWN_ROOT_SH
        };
        let template = activator.template.replace("@MOVED@", moved);
        let mut text = fill(&template, &texts);
        if is_batch(activator.name) {
            text = text.replace('\n', "\r\n");
        }
        (activator.name, text)
    })
}

/// The prompt on one line: what ends a line for Python becomes a space, other control characters go.
fn one_line(prompt: &str) -> String {
    let ends_line = |c: char| matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let prompt = prompt.replace("\r\n", "\n");
    let spaced = prompt.chars().map(|c| if ends_line(c) { ' ' } else { c });
    spaced.filter(|c| !c.is_control()).collect()
}

/// Whether the file is cmd's, which loses its place in files whose lines end otherwise.
fn is_batch(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|suffix| suffix == "bat")
}

/// Puts the values into a template, in one pass: a value may hold what looks like a placeholder.
fn fill(template: &str, texts: &[String; 4]) -> String {
    let mut filled = String::with_capacity(template.len() + 256);
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = ["@ROOT@", "@PROMPT@", "@SCRIPTS@", "@LIBRARIES@"]
            .into_iter()
            .zip(texts)
            .find_map(|(name, text)| Some((rest.strip_prefix(name)?, text)));
        if let Some((after, text)) = found {
            filled.push_str(text);
            rest = after;
        } else {
            filled.push('@');
            rest = &rest[1..];
        }
    }
    filled + rest
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
    let mut quoted = String::from("'");
    for c in text.chars() {
        quoted.push(c);
        // PowerShell takes the typographic quotation marks for plain ones.
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(c);
        }
    }
    quoted + "'"
}

/// The text between the quotation marks of `set "NAME=…"`, which no quotation mark may leave.
fn quote_batch(text: &str) -> String {
    text.replace('%', "%%").replace('"', "")
}

/// Nushell and Python agree about what a backslash does between double quotes.
fn quote_double(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}
