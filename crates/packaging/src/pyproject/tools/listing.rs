//! The listings of tools' keys beside this file, one a tool.
//!
//! A line that begins with a name defines it: `name = FORM`, or a table, whose keys are the lines below
//! it, indented. `name closed` has no other keys; to `name open` plugins and newer versions add some;
//! `name others FORM` has keys of one's own besides. A number behind that is how many keys it has at
//! least. A key is followed by its form; `!` behind it says that it must be there. The name of the
//! tool's own table is empty.
//!
//! A form is one of `text`, `line` (a text without line breaks), `integer`, `number`, `flag`, `any`,
//! `"word"`, `code(A,B)` (a text that begins as one of these in capitals), `[FORM]` (a list), `{FORM}` (a
//! table with keys of one's own), `@name`, or several of these with `|` between.

use std::collections::BTreeMap;

/// What may stand somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Any,
    Text,
    Line,
    Integer,
    Number,
    Flag,
    Word(&'static str),
    Code(Vec<&'static str>),
    List(Box<Form>),
    Map(Box<Form>),
    Named(&'static str),
    Either(Vec<Form>),
}

/// Which keys a table has beside those that are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Others {
    None,
    Any,
    Form(Form),
}

/// A table with known keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableForm {
    pub(super) keys: Vec<Key>,
    pub(super) others: Others,
    pub(super) keys_min: usize,
}

/// A key of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) is_required: bool,
    pub(super) form: Form,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Definition {
    Form(Form),
    Table(TableForm),
}

/// A listing that was read.
pub(super) type Listing = BTreeMap<&'static str, Definition>;

/// Reads a listing; none where a line of it is not of its form, which a test looks after.
pub(super) fn read(text: &'static str) -> Option<Listing> {
    let mut listing = Listing::new();
    let mut table: Option<(&'static str, TableForm)> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(key) = line.strip_prefix("  ") {
            let (name, form) = key.split_once(' ')?;
            let (_, table) = table.as_mut()?;
            table.keys.push(Key {
                name: name.trim_end_matches('!'),
                is_required: name.ends_with('!'),
                form: whole_form(form)?,
            });
            continue;
        }
        if let Some((name, done)) = table.take() {
            listing.insert(name, Definition::Table(done));
        }
        let (name, behind) = line.split_once(' ')?;
        if let Some(form) = behind.strip_prefix("= ") {
            listing.insert(name, Definition::Form(whole_form(form)?));
        } else {
            table = Some((name, head(behind)?));
        }
    }
    if let Some((name, done)) = table {
        listing.insert(name, Definition::Table(done));
    }
    Some(listing)
}

/// `closed`, `open` or `others FORM`, and a number.
fn head(text: &'static str) -> Option<TableForm> {
    let (words, keys_min) = match text.rsplit_once(' ') {
        Some((words, number)) if number.parse::<usize>().is_ok() => (words, number.parse().ok()?),
        _ => (text, 0),
    };
    let others = match words.split_once(' ') {
        None if words == "closed" => Others::None,
        None if words == "open" => Others::Any,
        Some(("others", form)) => Others::Form(whole_form(form)?),
        _ => return None,
    };
    Some(TableForm {
        keys: Vec::new(),
        others,
        keys_min,
    })
}

fn whole_form(text: &'static str) -> Option<Form> {
    let (form, rest) = either(text)?;
    rest.is_empty().then_some(form)
}

/// A form at the start of the text, and what is behind it.
fn either(text: &'static str) -> Option<(Form, &'static str)> {
    let (first, mut rest) = one(text)?;
    let mut forms = vec![first];
    while let Some(behind) = rest.strip_prefix('|') {
        let (form, behind) = one(behind)?;
        forms.push(form);
        rest = behind;
    }
    let form = if forms.len() == 1 {
        forms.remove(0)
    } else {
        Form::Either(forms)
    };
    Some((form, rest))
}

fn one(text: &'static str) -> Option<(Form, &'static str)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (form, rest) = either(rest)?;
        return Some((Form::List(Box::new(form)), rest.strip_prefix(']')?));
    }
    if let Some(rest) = text.strip_prefix('{') {
        let (form, rest) = either(rest)?;
        return Some((Form::Map(Box::new(form)), rest.strip_prefix('}')?));
    }
    if let Some(rest) = text.strip_prefix('"') {
        let (word, rest) = rest.split_once('"')?;
        return Some((Form::Word(word), rest));
    }
    if let Some(rest) = text.strip_prefix("code(") {
        let (codes, rest) = rest.split_once(')')?;
        return Some((Form::Code(codes.split(',').collect()), rest));
    }
    let end = text.find(['|', ']', '}']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let form = match word {
        "any" => Form::Any,
        "text" => Form::Text,
        "line" => Form::Line,
        "integer" => Form::Integer,
        "number" => Form::Number,
        "flag" => Form::Flag,
        _ => Form::Named(word.strip_prefix('@')?),
    };
    Some((form, rest))
}

/// Every name that a form speaks of is defined, and no name stands for itself alone.
#[cfg(test)]
pub(super) fn is_whole(listing: &Listing) -> bool {
    fn names(form: &Form) -> Vec<&'static str> {
        match form {
            Form::Named(name) => vec![name],
            Form::List(form) | Form::Map(form) => names(form),
            Form::Either(forms) => forms.iter().flat_map(names).collect(),
            _ => Vec::new(),
        }
    }
    let all = listing.values().flat_map(|definition| match definition {
        Definition::Form(form) => names(form),
        Definition::Table(table) => {
            let mut all: Vec<_> = table.keys.iter().flat_map(|key| names(&key.form)).collect();
            if let Others::Form(form) = &table.others {
                all.extend(names(form));
            }
            all
        }
    });
    listing.contains_key("") && all.into_iter().all(|name| listing.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read() {
        let word = |word| Form::Word(word);
        assert_eq!(whole_form("text"), Some(Form::Text));
        assert_eq!(
            whole_form("\"a|b\"|[{@c}]"),
            Some(Form::Either(vec![
                word("a|b"),
                Form::List(Box::new(Form::Map(Box::new(Form::Named("c")))))
            ]))
        );
        assert_eq!(whole_form("code(A,B)"), Some(Form::Code(vec!["A", "B"])));
        for bad in ["", "texts", "[text", "text]", "\"a", "|text", "text|"] {
            assert_eq!(whole_form(bad), None, "{bad}");
        }
    }

    #[test]
    fn tables_are_read() {
        let listing =
            read("# c\n = @a\na closed 2\n  b! text\n  c-d flag\ne others text\n").unwrap();
        assert!(is_whole(&listing));
        let Some(Definition::Table(table)) = listing.get("a") else {
            panic!("a table");
        };
        assert_eq!((table.keys.len(), table.keys_min), (2, 2));
        assert!(table.keys[0].is_required && !table.keys[1].is_required);
        assert_eq!(table.others, Others::None);
        assert_eq!(read("  a text\n"), None);
        assert_eq!(read("a ajar\n"), None);
    }
}
