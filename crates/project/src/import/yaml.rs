//! The part of YAML that an environment.yml has: mappings and lists by indentation, lists in brackets,
//! plain and quoted texts, comments. Anchors, tags, texts of several lines and the like are refused.

/// A value with its line, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A text, or nothing.
    Text(String),
    /// `- …`
    List(Vec<Node>),
    /// `key: …`
    Mapping(Vec<(String, Node)>),
}

/// Why a text is not of this form: the line and the reason.
pub(super) type Fault = (usize, &'static str);

/// How deep values may be nested.
const DEPTH_MAX: usize = 16;

/// A line without its comment.
#[derive(Clone, Copy)]
struct Line<'t> {
    number: usize,
    indent: usize,
    text: &'t str,
}

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        let content = without_comment(line).trim_end();
        let text = content.trim_start_matches(' ');
        if text.is_empty() || text == "---" {
            continue;
        }
        if text.starts_with('\t') {
            return Err((number, "it is indented by a tab"));
        }
        lines.push(Line {
            number,
            indent: content.len() - text.len(),
            text,
        });
    }
    let mut reader = Reader {
        lines: &mut lines,
        at: 0,
    };
    let Some(first) = reader.peek() else {
        return Err((1, "it holds nothing"));
    };
    let node = reader.block(first.indent, 0)?;
    match reader.peek() {
        None => Ok(node),
        Some(line) => Err((
            line.number,
            "it is indented otherwise than what it belongs to",
        )),
    }
}

struct Reader<'l, 't> {
    lines: &'l mut [Line<'t>],
    at: usize,
}

impl<'t> Reader<'_, 't> {
    fn peek(&self) -> Option<Line<'t>> {
        self.lines.get(self.at).copied()
    }

    fn block(&mut self, indent: usize, depth: usize) -> Result<Node, Fault> {
        let Some(first) = self.peek() else {
            return Err((self.lines.len(), "a value is missing at the end"));
        };
        if depth > DEPTH_MAX {
            return Err((first.number, "it is nested too deeply"));
        }
        let value = if is_item(first.text) {
            self.list(indent, depth)?
        } else if split_key(first.text).is_some() {
            self.mapping(indent, depth)?
        } else {
            self.at += 1;
            return scalar(first.text, first.number);
        };
        Ok(Node {
            line: first.number,
            value,
        })
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indent == indent) {
            if !is_item(line.text) {
                break;
            }
            let rest = line.text[1..].trim_start();
            if rest.is_empty() {
                self.at += 1;
                items.push(self.below(line, indent + 1, depth)?);
                continue;
            }
            if is_item(rest) || split_key(rest).is_some() {
                // What stands behind the dash is a block of its own, indented as far.
                let inner = indent + line.text.len() - rest.len();
                self.lines[self.at] = Line {
                    indent: inner,
                    text: rest,
                    ..line
                };
                items.push(self.block(inner, depth + 1)?);
                continue;
            }
            self.at += 1;
            items.push(scalar(rest, line.number)?);
        }
        Ok(Value::List(items))
    }

    fn mapping(&mut self, indent: usize, depth: usize) -> Result<Value, Fault> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indent == indent) {
            let Some((key, rest)) = split_key(line.text).filter(|_| !is_item(line.text)) else {
                break;
            };
            self.at += 1;
            let Value::Text(key) = scalar(key, line.number)?.value else {
                return Err((line.number, "a key is no text"));
            };
            let node = if rest.is_empty() {
                // A list may stand as far to the left as its key.
                self.below(line, indent, depth)?
            } else {
                scalar(rest, line.number)?
            };
            if entries.iter().any(|(known, _)| *known == key) {
                return Err((line.number, "a key stands there twice"));
            }
            entries.push((key, node));
        }
        Ok(Value::Mapping(entries))
    }

    /// What stands below a line, indented at least as far; nothing, if nothing does.
    fn below(&mut self, line: Line<'_>, indent: usize, depth: usize) -> Result<Node, Fault> {
        let next = self.peek().filter(|next| {
            next.indent > line.indent || next.indent >= indent && is_item(next.text)
        });
        match next {
            Some(next) => self.block(next.indent, depth + 1),
            None => Ok(Node {
                line: line.number,
                value: Value::Text(String::new()),
            }),
        }
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// The key and what stands behind its colon.
fn split_key(text: &str) -> Option<(&str, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''));
    if text.starts_with(['[', '{']) {
        return None;
    }
    let from = match quote {
        Some(quote) => 2 + text[1..].find(quote)?,
        None => 0,
    };
    let mut colons = text[from..].match_indices(':').map(|(at, _)| from + at);
    let is_end = |colon: &usize| matches!(text.as_bytes().get(colon + 1), None | Some(b' '));
    let colon = colons.find(is_end)?;
    Some((text[..colon].trim(), text[colon + 1..].trim()))
}

/// A text, or a list in brackets.
fn scalar(text: &str, line: usize) -> Result<Node, Fault> {
    let node = |value| Node { line, value };
    if let Some(inside) = text.strip_prefix('[') {
        let inside = inside.strip_suffix(']');
        let inside = inside.ok_or((line, "a list in brackets does not end on its line"))?;
        if inside.contains(['[', '{']) {
            return Err((line, "brackets in brackets are not read"));
        }
        let items = inside.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        let items = items.map(|item| scalar(item, line));
        return Ok(node(Value::List(items.collect::<Result<_, _>>()?)));
    }
    let text = match text.chars().next() {
        Some('\'') => {
            let inside = text[1..].strip_suffix('\'');
            let inside = inside.ok_or((line, "a quote is not closed"))?;
            inside.replace("''", "'")
        }
        Some('"') => {
            let inside = text[1..].strip_suffix('"');
            let inside = inside.ok_or((line, "a quote is not closed"))?;
            if inside.contains('\\') {
                return Err((line, "escapes in quotes are not read"));
            }
            inside.to_owned()
        }
        Some('{' | '&' | '!' | '|' | '%' | '@' | '`') => {
            return Err((line, "it is of a form of YAML that is not read here"));
        }
        Some('>') if text.len() <= 2 => {
            return Err((line, "texts of several lines are not read"));
        }
        _ => text.to_owned(),
    };
    Ok(node(Value::Text(text)))
}

/// A line up to the `#` that stands first or behind a space, outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if before == ' ' || before == '\t' => return &line[..at],
            (None, '"' | '\'') if " [,-:".contains(before) => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
        before = letter;
    }
    line
}

impl Node {
    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; nothing stands for none.
    pub(super) fn items(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Text(text) if text.is_empty() => Some(&[]),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub(super) fn entries(&self) -> Option<&[(String, Node)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }
}
