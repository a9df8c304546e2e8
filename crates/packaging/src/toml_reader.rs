//! Reading TOML with the place of each key at hand.
//!
//! Every step down into a document keeps the path of keys (`project.dependencies[2]`) and the
//! span, so that each [`Problem`] says where it is. What the keys mean is left to the callers.

#[cfg(test)]
mod tests;

use std::fmt::{Display, Write as _};
use std::rc::Rc;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::problem::Problem;

/// A parsed document.
pub(crate) struct Document<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

/// A table and the path of keys to it.
#[derive(Clone)]
pub(crate) struct Table<'d> {
    table: &'d DeTable<'d>,
    place: Rc<Place<'d>>,
}

/// A value and the path of keys to it.
#[derive(Clone)]
pub(crate) struct Item<'d> {
    value: &'d DeValue<'d>,
    place: Place<'d>,
}

/// A path of keys and an offset in the text. The path is written out for a fault only.
#[derive(Clone)]
struct Place<'d> {
    above: Option<Rc<Place<'d>>>,
    step: Step<'d>,
    offset: usize,
    text: &'d str,
}

/// The last step of a path.
#[derive(Clone, Copy)]
enum Step<'d> {
    Key(&'d str),
    Index(usize),
}

impl<'a> Document<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Document<'a>, Problem> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Document { text, root }),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                let reason = error.message().trim().replace('\n', ", ");
                Err(Place::top("TOML", offset, text).fault(reason))
            }
        }
    }

    pub(crate) fn root(&self) -> Table<'_> {
        Table {
            table: self.root.get_ref(),
            place: Rc::new(Place::top("", self.root.span().start, self.text)),
        }
    }
}

impl<'d> Place<'d> {
    /// A path of one key; of none, where that is empty.
    fn top(key: &'d str, offset: usize, text: &'d str) -> Self {
        Self {
            above: None,
            step: Step::Key(key),
            offset,
            text,
        }
    }

    fn below(self: &Rc<Self>, step: Step<'d>, offset: usize) -> Self {
        Self {
            above: Some(Rc::clone(self)),
            step,
            offset,
            text: self.text,
        }
    }

    fn path(&self) -> String {
        let mut path = self
            .above
            .as_ref()
            .map(|above| above.path())
            .unwrap_or_default();
        let written = match self.step {
            Step::Index(index) => write!(path, "[{index}]"),
            Step::Key(key) => {
                let is_bare = key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
                let is_root = self.above.is_none() || path.is_empty();
                let dot = if is_root { "" } else { "." };
                if is_bare && (!key.is_empty() || self.above.is_none()) {
                    write!(path, "{dot}{key}")
                } else {
                    write!(path, "{dot}{key:?}")
                }
            }
        };
        written.expect("a string takes all");
        path
    }

    fn fault(&self, reason: impl Display) -> Problem {
        let mut offset = self.offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Problem {
            line: Some(1 + before.matches('\n').count()),
            column: Some(1 + before[line_start..].chars().count()),
            subject: self.path(),
            reason: reason.to_string(),
        }
    }
}

impl<'d> Table<'d> {
    pub(crate) fn item(&self, key: &str) -> Option<Item<'d>> {
        let (key, value) = self.table.get_key_value(key)?;
        let step = Step::Key(key.get_ref());
        Some(Item {
            value: value.get_ref(),
            place: self.place.below(step, value.span().start),
        })
    }

    /// The keys and values in the order of the file.
    pub(crate) fn items(&self) -> impl Iterator<Item = (&'d str, Item<'d>)> {
        self.table.iter().map(|(key, value)| {
            let key: &'d str = key.get_ref();
            let place = self.place.below(Step::Key(key), value.span().start);
            let value = value.get_ref();
            (key, Item { value, place })
        })
    }

    /// A fault of the whole table.
    pub(crate) fn fault(&self, reason: impl Display) -> Problem {
        self.place.fault(reason)
    }

    /// A fault of a key itself.
    pub(crate) fn key_fault(&self, key: &str, reason: impl Display) -> Problem {
        let found = self.table.get_key_value(key);
        let offset = found.map_or(self.place.offset, |(key, _)| key.span().start);
        let place: Place<'_> = self.place.below(Step::Key(key), offset);
        place.fault(reason)
    }

    pub(crate) fn required(&self, key: &str) -> Result<Item<'d>, Problem> {
        self.item(key)
            .ok_or_else(|| self.key_fault(key, "the key is missing"))
    }

    pub(crate) fn string(&self, key: &str) -> Result<Option<&'d str>, Problem> {
        self.item(key).map(|item| item.as_str()).transpose()
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Problem> {
        Ok(self.string(key)?.map(str::to_owned))
    }

    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>, Problem> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.value {
            DeValue::Boolean(value) => Ok(Some(*value)),
            _ => Err(item.type_fault("a boolean")),
        }
    }

    /// A number that is not negative.
    pub(crate) fn number(&self, key: &str) -> Result<Option<u64>, Problem> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let DeValue::Integer(integer) = item.value else {
            return Err(item.type_fault("an integer"));
        };
        match u64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(item.fault(format!("`{integer}` is not a number from 0 to 2^64 - 1"))),
        }
    }

    pub(crate) fn datetime(&self, key: &str) -> Result<Option<Datetime>, Problem> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.value {
            DeValue::Datetime(value) => Ok(Some(*value)),
            _ => Err(item.type_fault("a date and time")),
        }
    }

    pub(crate) fn table(&self, key: &str) -> Result<Option<Table<'d>>, Problem> {
        self.item(key).map(|item| item.as_table()).transpose()
    }

    pub(crate) fn array(&self, key: &str) -> Result<Option<Vec<Item<'d>>>, Problem> {
        self.item(key).map(|item| item.as_array()).transpose()
    }

    /// An array of tables.
    pub(crate) fn tables(&self, key: &str) -> Result<Option<Vec<Table<'d>>>, Problem> {
        let Some(items) = self.array(key)? else {
            return Ok(None);
        };
        let tables = items.iter().map(Item::as_table);
        tables.collect::<Result<_, _>>().map(Some)
    }

    /// An array of strings.
    pub(crate) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Problem> {
        let Some(items) = self.array(key)? else {
            return Ok(None);
        };
        let texts = items.iter().map(|item| Ok(item.as_str()?.to_owned()));
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A string, converted.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Result<Option<T>, Problem> {
        self.item(key).map(|item| item.parse()).transpose()
    }

    /// An array of strings, each converted.
    pub(crate) fn parsed_list<T: FromStr<Err: Display>>(
        &self,
        key: &str,
    ) -> Result<Option<Vec<T>>, Problem> {
        let Some(items) = self.array(key)? else {
            return Ok(None);
        };
        let parsed = items.iter().map(Item::parse);
        parsed.collect::<Result<_, _>>().map(Some)
    }

    /// A problem for each key that is none of `known`.
    pub(crate) fn unknown_keys(&self, known: &[&str]) -> Vec<Problem> {
        let keys = self.table.keys().map(Spanned::get_ref);
        keys.filter(|key| !known.contains(&&***key))
            .map(|key| self.key_fault(key, "the specification has no such key"))
            .collect()
    }

    pub(crate) fn to_value(&self) -> toml::Table {
        let items = self.table.iter();
        items
            .map(|(key, value)| (key.get_ref().to_string(), to_value(value.get_ref())))
            .collect()
    }
}

impl<'d> Item<'d> {
    pub(crate) fn fault(&self, reason: impl Display) -> Problem {
        self.place.fault(reason)
    }

    pub(crate) fn type_fault(&self, expected: &str) -> Problem {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.fault(format!("the value is {found}, not {expected}"))
    }

    pub(crate) fn is_string(&self) -> bool {
        self.value.is_str()
    }

    pub(crate) fn is_boolean(&self) -> bool {
        self.value.is_bool()
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    pub(crate) fn is_number(&self) -> bool {
        self.value.is_integer() || self.value.is_float()
    }

    pub(crate) fn is_array(&self) -> bool {
        self.value.is_array()
    }

    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub(crate) fn as_str(&self) -> Result<&'d str, Problem> {
        self.value
            .as_str()
            .ok_or_else(|| self.type_fault("a string"))
    }

    pub(crate) fn as_table(&self) -> Result<Table<'d>, Problem> {
        match self.value {
            DeValue::Table(table) => Ok(Table {
                table,
                place: Rc::new(self.place.clone()),
            }),
            _ => Err(self.type_fault("a table")),
        }
    }

    pub(crate) fn as_array(&self) -> Result<Vec<Item<'d>>, Problem> {
        let DeValue::Array(array) = self.value else {
            return Err(self.type_fault("an array"));
        };
        let here = Rc::new(self.place.clone());
        let items = array.iter().enumerate().map(|(index, value)| Item {
            value: value.get_ref(),
            place: here.below(Step::Index(index), value.span().start),
        });
        Ok(items.collect())
    }

    pub(crate) fn parse<T: FromStr<Err: Display>>(&self) -> Result<T, Problem> {
        self.as_str()?.parse().map_err(|error| self.fault(error))
    }
}

fn to_value(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(integer) => {
            match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(number) => toml::Value::Integer(number),
                // TOML asks for 64 bits only; keep the digits of what is larger.
                Err(_) => toml::Value::String(integer.to_string()),
            }
        }
        DeValue::Float(float) => toml::Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => toml::Value::Boolean(*value),
        DeValue::Datetime(value) => toml::Value::Datetime(*value),
        DeValue::Array(array) => toml::Value::Array(
            array
                .iter()
                .map(|value| to_value(value.get_ref()))
                .collect(),
        ),
        DeValue::Table(table) => {
            let items = table.iter();
            toml::Value::Table(
                items
                    .map(|(key, value)| (key.get_ref().to_string(), to_value(value.get_ref())))
                    .collect(),
            )
        }
    }
}
