//! Fields at the beginning of a document: who wrote it, when, and the like.

use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::text::{ESCAPE, identifier, is_space, normalize_name, unescape};
use crate::rst::tree::{Kind, NodeId};

const FIELDS: [&str; 10] = [
    "author",
    "authors",
    "organization",
    "address",
    "contact",
    "version",
    "revision",
    "status",
    "date",
    "copyright",
];

/// Fields that become parts of their own.
const TOPICS: [(&str, &str); 2] = [("dedication", "Dedication"), ("abstract", "Abstract")];

impl Parser {
    /// Makes the document's information of a list of fields that it begins with.
    pub(super) fn docinfo(&mut self) -> Parsed<()> {
        let root = self.doc.root;
        let children = self.doc.tree[root].children.clone();
        let counts = |id: &&NodeId| {
            let kind = &self.doc.tree[**id].kind;
            !kind.is_invisible() && !matches!(kind, Kind::Notice | Kind::Hidden)
        };
        let Some(list) = children.iter().find(counts).copied() else {
            return Ok(());
        };
        if !matches!(self.doc.tree[list].kind, Kind::FieldList) {
            return Ok(());
        }
        let made = self.extract(list)?;
        self.doc.tree.remove(list);
        let is_decoration = |id: &NodeId| matches!(self.doc.tree[*id].kind, Kind::Hidden);
        let place = self.doc.tree[root]
            .children
            .iter()
            .take_while(|id| is_decoration(id))
            .count();
        for (offset, node) in made.into_iter().enumerate() {
            self.doc.tree.insert(root, place + offset, node);
        }
        Ok(())
    }

    fn extract(&mut self, list: NodeId) -> Parsed<Vec<NodeId>> {
        let docinfo = self.doc.tree.node(Kind::Docinfo);
        let mut topics: [Option<NodeId>; 2] = [None, None];
        for field in self.doc.tree.take_children(list) {
            let [name, body] = self.doc.tree[field].children[..] else {
                continue;
            };
            let shown = self.doc.tree[name].children.first();
            let shown = shown.map_or_else(String::new, |first| self.doc.tree.plain_text(*first));
            let normal = normalize_name(&shown);
            let known = FIELDS.iter().find(|known| **known == normal).copied();
            let topic = TOPICS.iter().position(|(known, _)| *known == normal);
            let is_known = known.is_some() || topic.is_some();
            if is_known && self.doc.tree[body].children.is_empty() {
                let message = format!("Cannot extract empty bibliographic field \"{shown}\".");
                return Err(self.doc.tree.problem(2, field, message));
            }
            match (known, topic) {
                (Some("authors"), _) => {
                    let authors = self.authors(field, body, &shown)?;
                    self.doc.tree.append(docinfo, authors);
                }
                (Some(known), _) => {
                    let children = self.only_paragraph(field, body, &shown)?;
                    let node = self
                        .doc
                        .tree
                        .node_with(Kind::Bibliographic(known), children);
                    self.doc.tree.append(docinfo, node);
                }
                (_, Some(topic)) => {
                    if topics[topic].is_some() {
                        let message = format!("There can only be one \"{shown}\" field.");
                        return Err(self.doc.tree.problem(2, field, message));
                    }
                    topics[topic] = Some(self.info_topic(topic, body));
                }
                (None, None) => {
                    self.other_field(field, body, &normal);
                    self.doc.tree.append(docinfo, field);
                }
            }
        }
        let is_empty = self.doc.tree[docinfo].children.is_empty();
        let docinfo = (!is_empty).then_some(docinfo);
        Ok(docinfo
            .into_iter()
            .chain(topics.into_iter().flatten())
            .collect())
    }

    /// A field without a meaning: its name becomes its class.
    fn other_field(&mut self, field: NodeId, body: NodeId, name: &str) {
        if let [paragraph] = self.doc.tree[body].children[..]
            && matches!(self.doc.tree[paragraph].kind, Kind::Paragraph)
        {
            self.clean_keywords(paragraph);
        }
        let class = identifier(name);
        if !class.is_empty() {
            self.doc.tree[field].classes.push(class);
        }
    }

    fn info_topic(&mut self, topic: usize, body: NodeId) -> NodeId {
        let (name, label) = TOPICS[topic];
        let title = self.doc.tree.node_of_text(Kind::Title, label);
        let children = self.doc.tree.take_children(body);
        let node = self.doc.tree.node_with(Kind::Topic, vec![title]);
        self.doc.tree.extend(node, children);
        self.doc.tree[node].classes.push(name.to_owned());
        node
    }

    /// What stands in the one paragraph of a field.
    fn only_paragraph(&mut self, field: NodeId, body: NodeId, name: &str) -> Parsed<Vec<NodeId>> {
        let children = self.doc.tree[body].children.clone();
        if let [paragraph] = children[..]
            && matches!(self.doc.tree[paragraph].kind, Kind::Paragraph)
        {
            self.clean_keywords(paragraph);
            return Ok(self.doc.tree.take_children(paragraph));
        }
        // An author's first initial looks like the number of a list.
        let is_list = matches!(self.doc.tree[children[0]].kind, Kind::EnumeratedList { .. });
        if let Kind::FieldBody { only_line } = &self.doc.tree[body].kind
            && is_list
            && !only_line.is_empty()
        {
            let text = format!("\\{only_line}");
            let line = self.doc.tree.line(body).unwrap_or(1);
            return self.inline(&text, line);
        }
        let shown = |id: &NodeId| {
            let kind = &self.doc.tree[*id].kind;
            (!matches!(kind, Kind::Notice)).then(|| format!("<{}>", kind.tag().replace('-', "_")))
        };
        let elements: Vec<String> = children.iter().filter_map(shown).collect();
        let content = if elements.len() > 1 {
            format!("[{}]", elements.join(", "))
        } else {
            format!("a {}", elements.concat())
        };
        let message = format!(
            "Bibliographic field \"{name}\"\nmust contain a single <paragraph>, not {content}."
        );
        Err(self.doc.tree.problem(2, field, message))
    }

    fn authors(&mut self, field: NodeId, body: NodeId, name: &str) -> Parsed<NodeId> {
        let children = self.doc.tree[body].children.clone();
        let kind = |id: NodeId| &self.doc.tree[id].kind;
        let is_paragraph = |id: &NodeId| matches!(kind(*id), Kind::Paragraph);
        let is_comment = |id: &NodeId| matches!(kind(*id), Kind::Comment);
        let mut authors: Vec<Vec<NodeId>> = Vec::new();
        match children[..] {
            [paragraph] if is_paragraph(&paragraph) => {
                let text = self.doc.tree.raw_text(paragraph);
                for name in split_names(&text) {
                    authors.push(vec![self.doc.tree.text(name)]);
                }
            }
            [list] if matches!(kind(list), Kind::BulletList) => {
                for item in self.doc.tree[list].children.clone() {
                    let paragraph = match self.doc.tree[item].children[..] {
                        [paragraph] => Some(paragraph),
                        _ => None,
                    };
                    let is_text = |id: &NodeId| matches!(self.doc.tree[*id].kind, Kind::Paragraph);
                    let Some(paragraph) = paragraph.filter(is_text) else {
                        authors.clear();
                        break;
                    };
                    authors.push(self.doc.tree.take_children(paragraph));
                }
            }
            [_] => {}
            _ if children.iter().all(|id| is_paragraph(id) || is_comment(id)) => {
                let paragraphs: Vec<NodeId> =
                    children.iter().copied().filter(is_paragraph).collect();
                for paragraph in paragraphs {
                    authors.push(self.doc.tree.take_children(paragraph));
                }
            }
            _ => {}
        }
        if authors.is_empty() {
            let message = format!(
                "Cannot extract \"{name}\" from bibliographic field:\n\
                 Bibliographic field \"{name}\" must contain either\n \
                 a single paragraph (with author names separated by a character from the set \";,\"),\n \
                 multiple paragraphs (one per author),\n \
                 or a bullet list with one author name per item.\n\
                 Note: Leading initials can cause (mis)recognizing names as enumerated list."
            );
            return Err(self.doc.tree.problem(2, field, message));
        }
        let node = self.doc.tree.node(Kind::Bibliographic("authors"));
        for author in authors {
            let author = self
                .doc
                .tree
                .node_with(Kind::Bibliographic("author"), author);
            self.doc.tree.append(node, author);
        }
        Ok(node)
    }

    /// Takes the marks of old version control away: `$Revision: 1.2 $` is `1.2`.
    fn clean_keywords(&mut self, paragraph: NodeId) {
        let [text] = self.doc.tree[paragraph].children[..] else {
            return;
        };
        if let Kind::Text(text) = &mut self.doc.tree[text].kind
            && let Some(cleaned) = without_keyword(text)
        {
            *text = cleaned;
        }
    }
}

/// Names between semicolons, or between commas when there are none.
fn split_names(text: &str) -> Vec<String> {
    let split = |separator| {
        let mut names = vec![String::new()];
        let mut before = ' ';
        for character in text.chars() {
            if character == separator && before != ESCAPE {
                names.push(String::new());
            } else if let Some(name) = names.last_mut() {
                name.push(character);
            }
            before = character;
        }
        names
    };
    let mut names = split(';');
    if names.len() == 1 {
        names = split(',');
    }
    let trimmed = names
        .iter()
        .map(|name| name.trim_matches(is_space).to_owned());
    trimmed.filter(|name| !unescape(name).is_empty()).collect()
}

/// A text with the keyword in it replaced by its value, if it has one.
fn without_keyword(text: &str) -> Option<String> {
    let start = text.find('$')?;
    let (name, rest) = text[start + 1..].split_once(": ")?;
    let (value, after) = rest.rsplit_once(" $")?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_name || value.is_empty() {
        return None;
    }
    let value = match name.to_ascii_lowercase().as_str() {
        "date" => day(value).unwrap_or_else(|| value.to_owned()),
        "rcsfile" => value.strip_suffix(",v").unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    };
    Some(format!("{}{value}{after}", &text[..start]))
}

/// The day of a date with its time.
fn day(date: &str) -> Option<String> {
    let day = date.get(..10)?.replace('/', "-");
    let time = date[10..].strip_prefix([' ', 'T'])?;
    let is_day = day.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let is_time = time.starts_with(|c: char| c.is_ascii_digit() || c == ':');
    (is_day && is_time).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_lose_their_marks() {
        for (text, expected) in [
            ("$Revision: 1.2 $", Some("1.2")),
            ("$Date: 2001/02/03 04:05:06 $", Some("2001-02-03")),
            ("$RCSfile: a.txt,v $", Some("a.txt")),
            ("costs $5", None),
        ] {
            assert_eq!(without_keyword(text).as_deref(), expected);
        }
    }

    #[test]
    fn names_are_split_once() {
        assert_eq!(split_names("A, Jr.; B"), ["A, Jr.", "B"]);
        assert_eq!(split_names("A, B"), ["A", "B"]);
    }
}
