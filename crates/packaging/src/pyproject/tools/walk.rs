//! Holds a table of a pyproject.toml against a tool's listing.

use super::listing::{Definition, Form, Key, Listing, Others, TableForm};
use super::{Tool, ToolFault, ToolProblem};
use crate::problem::Problem;
use crate::spelling::nearest;
use crate::toml_reader::{Item, Table};

/// So many values are looked at in one table: forms that name each other must not make work without end.
const STEPS_MAX: usize = 100_000;

/// The table of one tool, and what is found in it.
pub(super) struct Walk<'l> {
    tool: &'static str,
    is_strict: bool,
    listing: &'l Listing,
    steps_left: usize,
}

impl<'l> Walk<'l> {
    pub(super) fn new(tool: &Tool, listing: &'l Listing) -> Self {
        Self {
            tool: tool.name,
            is_strict: tool.is_strict,
            listing,
            steps_left: STEPS_MAX,
        }
    }

    /// What is wrong with the tool's own table.
    pub(super) fn check(mut self, item: &Item<'_>) -> Vec<ToolProblem> {
        self.named(item, "")
    }

    fn named(&mut self, item: &Item<'_>, name: &str) -> Vec<ToolProblem> {
        match self.listing.get(name) {
            Some(Definition::Form(form)) => self.form(item, form),
            Some(Definition::Table(table)) => match item.as_table() {
                Ok(found) => self.table(&found, table),
                Err(problem) => vec![invalid(problem)],
            },
            None => Vec::new(),
        }
    }

    fn form(&mut self, item: &Item<'_>, form: &Form) -> Vec<ToolProblem> {
        if self.steps_left == 0 {
            return Vec::new();
        }
        self.steps_left -= 1;
        let is_fit = match form {
            Form::Any => true,
            Form::Text => item.is_string(),
            Form::Integer => item.is_integer(),
            Form::Number => item.is_number(),
            Form::Flag => item.is_boolean(),
            Form::Line => return line(item),
            Form::Word(word) => return self.word(item, &[*word]),
            Form::Code(codes) => return self.code(item, codes),
            Form::Named(name) => return self.named(item, name),
            Form::List(form) => return self.list(item, form),
            Form::Map(form) => return self.map(item, form),
            Form::Either(forms) => return self.either(item, forms),
        };
        if is_fit {
            return Vec::new();
        }
        vec![invalid(item.type_fault(kind_of(form)))]
    }

    fn list(&mut self, item: &Item<'_>, form: &Form) -> Vec<ToolProblem> {
        match item.as_array() {
            Ok(items) => items
                .iter()
                .flat_map(|item| self.form(item, form))
                .collect(),
            Err(problem) => vec![invalid(problem)],
        }
    }

    fn map(&mut self, item: &Item<'_>, form: &Form) -> Vec<ToolProblem> {
        match item.as_table() {
            Ok(table) => {
                let items = table.items();
                items.flat_map(|(_, item)| self.form(&item, form)).collect()
            }
            Err(problem) => vec![invalid(problem)],
        }
    }

    /// Of several forms the one that takes the value, else what is wrong by the nearest of them.
    fn either(&mut self, item: &Item<'_>, forms: &[Form]) -> Vec<ToolProblem> {
        let mut flat = Vec::new();
        self.flatten(forms, &mut flat, 0);
        let fitting = flat.iter().filter(|form| self.is_of_kind(item, form));
        let fitting: Vec<&Form> = fitting.copied().collect();
        let words = fitting.iter().map(|form| match form {
            Form::Word(word) => Some(*word),
            _ => None,
        });
        if let Some(words) = words
            .collect::<Option<Vec<&str>>>()
            .filter(|words| !words.is_empty())
        {
            return self.word(item, &words);
        }
        let mut least: Option<Vec<ToolProblem>> = None;
        for form in fitting {
            let found = self.form(item, form);
            if found.is_empty() {
                return found;
            }
            if least.as_ref().is_none_or(|least| found.len() < least.len()) {
                least = Some(found);
            }
        }
        least.unwrap_or_else(|| {
            let mut kinds: Vec<&str> = flat.iter().map(|form| self.kind(form)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            vec![invalid(item.type_fault(&kinds.join(" or ")))]
        })
    }

    /// The forms that are no names and no alternatives themselves.
    fn flatten<'f>(&self, forms: &'f [Form], flat: &mut Vec<&'f Form>, depth: usize)
    where
        'l: 'f,
    {
        for form in forms {
            match form {
                Form::Either(forms) => self.flatten(forms, flat, depth + 1),
                Form::Named(name) => match self.listing.get(name) {
                    Some(Definition::Form(form)) if depth < 10 => {
                        self.flatten(std::slice::from_ref(form), flat, depth + 1);
                    }
                    _ => flat.push(form),
                },
                _ => flat.push(form),
            }
        }
    }

    fn is_of_kind(&self, item: &Item<'_>, form: &Form) -> bool {
        match form {
            Form::Any | Form::Either(_) => true,
            Form::Text | Form::Line | Form::Word(_) | Form::Code(_) => item.is_string(),
            Form::Integer => item.is_integer(),
            Form::Number => item.is_number(),
            Form::Flag => item.is_boolean(),
            Form::List(_) => item.is_array(),
            Form::Map(_) => item.is_table(),
            Form::Named(name) => match self.listing.get(name) {
                Some(Definition::Table(_)) => item.is_table(),
                _ => true,
            },
        }
    }

    fn kind(&self, form: &Form) -> &'static str {
        match form {
            Form::Named(name) => match self.listing.get(name) {
                Some(Definition::Form(form)) => kind_of(form),
                _ => "a table",
            },
            form => kind_of(form),
        }
    }

    fn word(&self, item: &Item<'_>, words: &[&'static str]) -> Vec<ToolProblem> {
        let text = match item.as_str() {
            Ok(text) => text,
            Err(problem) => return vec![invalid(problem)],
        };
        // Those that are not strict look past capitals, too.
        let is_known =
            |word: &&str| *word == text || (!self.is_strict && word.eq_ignore_ascii_case(text));
        if words.iter().any(is_known) {
            return Vec::new();
        }
        let instead = nearest(text, words.iter().copied());
        let reason = match (instead, words) {
            (Some(word), _) => format!("`{text}` is not a value of it: `{word}` is meant"),
            (None, words) if words.len() <= 6 => {
                format!(
                    "`{text}` is not a value of it; there is `{}`",
                    words.join("`, `")
                )
            }
            _ => format!("`{text}` is not a value of it"),
        };
        vec![self.unknown(item.fault(reason), None)]
    }

    /// A code such as `E501`, or how some begin; names of rules are small letters.
    fn code(&self, item: &Item<'_>, codes: &[&str]) -> Vec<ToolProblem> {
        let text = match item.as_str() {
            Ok(text) => text,
            Err(problem) => return vec![invalid(problem)],
        };
        let start = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let is_name = text.contains(|letter: char| letter.is_ascii_lowercase());
        if is_name || (!start.is_empty() && codes.contains(&start)) {
            return Vec::new();
        }
        let reason = format!("no code of {} begins as `{text}`", self.tool);
        vec![self.unknown(item.fault(reason), None)]
    }

    fn table(&mut self, table: &Table<'_>, form: &TableForm) -> Vec<ToolProblem> {
        let mut found = Vec::new();
        let missing = form.keys.iter().filter(|key| key.is_required);
        let missing = missing.filter_map(|key| table.required(key.name).err());
        found.extend(missing.map(invalid));
        let count = table.items().count();
        if found.is_empty() && count < form.keys_min {
            let reason = format!("has {count} of at least {} keys", form.keys_min);
            found.push(invalid(table.fault(reason)));
        }
        for (name, item) in table.items() {
            if let Some(key) = form.keys.iter().find(|key| self.is_key(name, key.name)) {
                found.extend(self.form(&item, &key.form));
                continue;
            }
            match &form.others {
                Others::Form(form) => found.extend(self.form(&item, form)),
                others => found.extend(self.unknown_key(table, name, form, others)),
            }
        }
        found
    }

    /// Whether a key is one that is listed. black reads hyphens as underscores.
    fn is_key(&self, name: &str, listed: &str) -> bool {
        name == listed || (self.tool == "black" && name.replace('_', "-") == listed)
    }

    /// A key that is not listed; in a table to which others add keys only one that is misspelled.
    fn unknown_key(
        &self,
        table: &Table<'_>,
        name: &str,
        form: &TableForm,
        others: &Others,
    ) -> Option<ToolProblem> {
        let is_free = |key: &&Key| table.item(key.name).is_none();
        let free = form.keys.iter().filter(is_free).map(|key| key.name);
        let instead = nearest(name, free);
        if instead.is_none() && *others == Others::Any {
            return None;
        }
        let reason = match instead {
            Some(key) => format!("{} has no such key: `{key}` is meant", self.tool),
            None => format!("{} has no such key", self.tool),
        };
        Some(self.unknown(table.key_fault(name, reason), instead))
    }

    /// What is not known counts as the tool has it.
    fn unknown(&self, problem: Problem, instead: Option<&'static str>) -> ToolProblem {
        let fault = if self.is_strict {
            ToolFault::Refused { instead }
        } else {
            ToolFault::PassedOver { instead }
        };
        ToolProblem { fault, problem }
    }
}

fn line(item: &Item<'_>) -> Vec<ToolProblem> {
    match item.as_str() {
        Ok(text) if text.contains('\n') => vec![invalid(item.fault("has more than one line"))],
        Ok(_) => Vec::new(),
        Err(problem) => vec![invalid(problem)],
    }
}

fn kind_of(form: &Form) -> &'static str {
    match form {
        Form::Any | Form::Either(_) | Form::Named(_) => "a value of another kind",
        Form::Text | Form::Line | Form::Word(_) | Form::Code(_) => "a string",
        Form::Integer => "an integer",
        Form::Number => "a number",
        Form::Flag => "a boolean",
        Form::List(_) => "an array",
        Form::Map(_) => "a table",
    }
}

fn invalid(problem: Problem) -> ToolProblem {
    ToolProblem {
        fault: ToolFault::Invalid,
        problem,
    }
}
