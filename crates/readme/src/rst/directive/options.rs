//! The options of directives and what their values may be.

use crate::rst::lines::{Extent, Line, join, take};
use crate::rst::text::{identifier, is_space, words};

/// What an option's value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) enum OptionType {
    Flag,
    Text,
    RequiredText,
    Classes,
    Number,
    NonNegative,
    /// A number, or nothing.
    OptionalNumber,
    Percentage,
    Length,
    LengthOrPercentage,
    FigureWidth,
    Choice(&'static [&'static str]),
    /// Widths of columns, or one of these words.
    Widths(&'static [&'static str]),
    /// A character or its number; `tab` and `space` too if `has_names`.
    Character {
        has_names: bool,
    },
}

/// An option's value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Nothing,
    Text(String),
    Number(i64),
    Numbers(Vec<i64>),
    Classes(Vec<String>),
}

/// The options of a directive.
#[derive(Clone, Debug, Default)]
pub(in crate::rst) struct Options(Vec<(String, Value)>);

const UNITS: &[&str] = &[
    "em", "ex", "ch", "rem", "vw", "vh", "vmin", "vmax", "cm", "mm", "Q", "in", "pt", "pc", "px",
];

/// Whether a line begins an option.
pub(super) fn is_option(line: &str) -> bool {
    field(line).is_some()
}

/// An option's name and the characters up to its value.
fn field(line: &str) -> Option<(&str, usize)> {
    let field = crate::rst::block::field(line)?;
    Some((&line[1..field.end], field.length))
}

impl Options {
    /// Reads options.
    ///
    /// # Errors
    /// Why they are not valid, in docutils' words.
    pub(super) fn parse(lines: &[Line<'_>], known: &[(&str, OptionType)]) -> Result<Self, String> {
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let Some((name, length)) = field(line.text) else {
                return Err("invalid option block".to_owned());
            };
            let extent = Extent {
                first: Some(length),
                ..Extent::default()
            };
            let block = take(&lines[at..], extent);
            at += block.taken;
            let block = block.trim_start();
            let value = (!block.lines.is_empty()).then(|| join(&block.lines));
            found.push((name.to_owned(), value));
        }
        let mut options = Self::default();
        if found.iter().any(|(name, _)| words(name).count() != 1) {
            return Err(
                "invalid option data: extension option field name may not contain multiple words"
                    .to_owned(),
            );
        }
        for (name, value) in found {
            let name = name.to_lowercase();
            let Some((_, kind)) = known.iter().find(|(known, _)| *known == name) else {
                return Err(format!("unknown option: \"{name}\""));
            };
            if options.has(&name) {
                return Err(format!("invalid option data: duplicate option \"{name}\""));
            }
            let value = convert(*kind, value.as_deref()).map_err(|reason| {
                let shown = value.map_or("None".to_owned(), |value| quoted(&value));
                format!("invalid option value: (option: \"{name}\"; value: {shown})\n{reason}")
            })?;
            options.0.push((name, value));
        }
        Ok(options)
    }

    /// Sets an option that was not written.
    pub(super) fn preset(&mut self, name: &str, text: String) {
        if !self.has(name) {
            self.0.push((name.to_owned(), Value::Text(text)));
        }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let mut all = self.0.iter();
        all.find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn numbers(&self, name: &str) -> Option<&[i64]> {
        match self.value(name)? {
            Value::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    pub(super) fn classes(&self) -> Option<&[String]> {
        self.class_list("class")
    }

    pub(super) fn class_list(&self, name: &str) -> Option<&[String]> {
        match self.value(name)? {
            Value::Classes(classes) => Some(classes),
            _ => None,
        }
    }
}

fn convert(kind: OptionType, value: Option<&str>) -> Result<Value, String> {
    let required = || value.ok_or("argument required but none supplied".to_owned());
    match kind {
        OptionType::Flag => match value.filter(|value| !value.trim().is_empty()) {
            Some(value) => Err(format!("no argument is allowed; \"{value}\" supplied")),
            None => Ok(Value::Nothing),
        },
        OptionType::Text => Ok(Value::Text(value.unwrap_or_default().to_owned())),
        OptionType::RequiredText => Ok(Value::Text(required()?.to_owned())),
        OptionType::Classes => Ok(Value::Classes(classes(required()?)?)),
        OptionType::NonNegative => Ok(Value::Number(non_negative(value)?)),
        OptionType::OptionalNumber if value.is_none() => Ok(Value::Nothing),
        OptionType::Number | OptionType::OptionalNumber => Ok(Value::Number(number(value)?)),
        OptionType::Percentage => {
            let value = value.map(|value| value.trim_end_matches([' ', '%']));
            Ok(Value::Number(non_negative(value)?))
        }
        OptionType::Length => Ok(Value::Text(length(value, false)?)),
        OptionType::LengthOrPercentage => Ok(Value::Text(length(value, true)?)),
        OptionType::FigureWidth => match value {
            Some(value) if value.eq_ignore_ascii_case("image") => Ok(Value::Nothing),
            value => Ok(Value::Text(length(value, true)?)),
        },
        OptionType::Choice(choices) => choose(value, choices).map(Value::Text),
        OptionType::Widths(words) => match value {
            Some(value) if words.contains(&value) => Ok(Value::Text(value.to_owned())),
            value => widths(required_string(value)?).map(Value::Numbers),
        },
        OptionType::Character { has_names } => character(required_string(value)?, has_names)
            .map(|character| Value::Text(character.to_string())),
    }
}

fn required_string(value: Option<&str>) -> Result<&str, String> {
    value.ok_or_else(|| "argument of type 'NoneType' is not iterable".to_owned())
}

/// A list of classes.
///
/// # Errors
/// When a word has no letter.
pub(super) fn classes(text: &str) -> Result<Vec<String>, String> {
    let class = |word: &str| {
        let class = identifier(word);
        if class.is_empty() {
            return Err(format!("cannot make \"{word}\" into a class name"));
        }
        Ok(class)
    };
    words(text).map(class).collect()
}

fn number(value: Option<&str>) -> Result<i64, String> {
    let Some(value) = value else {
        return Err(
            "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
                .to_owned(),
        );
    };
    let invalid = || format!("invalid literal for int() with base 10: {}", quoted(value));
    value.trim_matches(is_space).parse().map_err(|_| invalid())
}

fn non_negative(value: Option<&str>) -> Result<i64, String> {
    let number = number(value)?;
    if number < 0 {
        return Err("negative value; must be positive or zero".to_owned());
    }
    Ok(number)
}

fn choose(value: Option<&str>, choices: &[&str]) -> Result<String, String> {
    let (last, others) = choices.split_last().unwrap_or((&"", &[]));
    let others: Vec<String> = others
        .iter()
        .map(|choice| format!("\"{choice}\""))
        .collect();
    let known = format!("choose from {}, or \"{last}\"", others.join(", "));
    let Some(value) = value else {
        return Err(format!("must supply an argument; {known}"));
    };
    let choice = value.to_lowercase().trim_matches(is_space).to_owned();
    if choices.contains(&choice.as_str()) {
        Ok(choice)
    } else {
        Err(format!("\"{value}\" unknown; {known}"))
    }
}

/// Whether a text is a measure with one of the units, `%` or none.
pub(in crate::rst) fn is_length(text: &str) -> bool {
    length(Some(text), true).is_ok()
}

/// A measure with one of the units or none.
fn length(value: Option<&str>, may_be_percentage: bool) -> Result<String, String> {
    let Some(value) = value else {
        return Err("expected string or bytes-like object, got 'NoneType'".to_owned());
    };
    let invalid = || format!("\"{value}\" is no valid measure.");
    let digits = value.strip_prefix('-').unwrap_or(value);
    let end = digits
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(digits.len());
    let unit = digits[end..].trim_start_matches(' ');
    let is_unit = unit == "%" || unit.chars().all(|c| c.is_ascii_alphabetic() || c == 'µ');
    let number = &value[..value.len() - digits.len() + end];
    let shown = match number.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => format!("{:?}", number.parse::<f64>().map_err(|_| invalid())?),
    };
    if !is_unit {
        return Err(invalid());
    }
    let is_known = unit.is_empty() || UNITS.contains(&unit) || may_be_percentage && unit == "%";
    if shown.starts_with('-') || !is_known {
        let more = if may_be_percentage { ", %" } else { "" };
        let units = UNITS.join(", ");
        return Err(format!(
            "not a positive number or measure of one of the following units:\n{units}{more}"
        ));
    }
    Ok(shown + unit)
}

fn widths(value: &str) -> Result<Vec<i64>, String> {
    let width = |entry: &str| {
        let width = number(Some(entry))?;
        if width < 1 {
            return Err("negative or zero value; must be positive".to_owned());
        }
        Ok(width)
    };
    if value.contains(',') {
        value.split(',').map(width).collect()
    } else {
        words(value).map(width).collect()
    }
}

fn character(value: &str, has_names: bool) -> Result<char, String> {
    match value {
        "tab" if has_names => return Ok('\t'),
        "space" if has_names => return Ok(' '),
        _ => {}
    }
    let text = unicode(value)?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(format!(
            "{} invalid; must be a single character or a Unicode code",
            quoted(&text)
        )),
    }
}

/// A character by its number, or the text itself when it is none.
///
/// # Errors
/// When there is no such character.
pub(super) fn unicode(code: &str) -> Result<String, String> {
    let is_decimal = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_decimal {
        code.parse::<u32>().ok()
    } else {
        let lower = code.to_ascii_lowercase();
        let prefixes = ["0x", "x", "\\x", "u+", "u", "\\u"];
        let after = prefixes
            .iter()
            .find_map(|prefix| hexadecimal(lower.strip_prefix(prefix)?));
        let entity = || {
            lower
                .strip_prefix("&#x")?
                .strip_suffix(';')
                .and_then(hexadecimal)
        };
        match after.or_else(entity) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => return Ok(code.to_owned()),
        }
    };
    let is_huge = number.is_none_or(|number| number > i32::MAX.unsigned_abs());
    let character = number.and_then(char::from_u32);
    character.map(String::from).ok_or_else(|| {
        let reason = if is_huge {
            "code too large (Python int too large to convert to C int)"
        } else {
            "chr() arg not in range(0x110000)"
        };
        reason.to_owned()
    })
}

fn hexadecimal(text: &str) -> Option<&str> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then_some(text)
}

/// Text as Python shows it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    let escaped = if quote == '\'' {
        escaped.replace('\'', "\\'")
    } else {
        escaped
    };
    format!("{quote}{escaped}{quote}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures() {
        assert_eq!(length(Some("50 %"), true).as_deref(), Ok("50%"));
        assert_eq!(length(Some("012px"), false).as_deref(), Ok("12px"));
        assert_eq!(length(Some("1.50em"), false).as_deref(), Ok("1.5em"));
        for text in ["50%", "1 parsec", "-1", "1..2", "wide"] {
            assert!(length(Some(text), false).is_err(), "{text}");
        }
    }

    #[test]
    fn characters_by_number() {
        for (code, expected) in [
            ("U+263A", "☺"),
            ("0xA9", "©"),
            ("65", "A"),
            ("&#x41;", "A"),
            ("xyz", "xyz"),
        ] {
            assert_eq!(unicode(code).as_deref(), Ok(expected));
        }
        assert!(unicode("0x110000").is_err());
    }

    #[test]
    fn values_are_checked() {
        let line = |text| [Line { text, number: 1 }];
        let known = &[("align", OptionType::Choice(&["left", "right"]))];
        let error = Options::parse(&line(":align: up"), known).unwrap_err();
        let expected = "invalid option value: (option: \"align\"; value: 'up')\n\
                        \"up\" unknown; choose from \"left\", or \"right\"";
        assert_eq!(error, expected);
        let error = Options::parse(&line(":a: b"), known).unwrap_err();
        assert_eq!(error, "unknown option: \"a\"");
    }
}
