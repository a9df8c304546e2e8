//! Lists: with bullets, numbers, fields, options or definitions, and blocks of lines.

use super::markers::{self, Enumerator, Field, Format, Marker};
use crate::rst::lines::{Extent, join, take};
use crate::rst::parser::{Blocks, Parser};
use crate::rst::problem::{Parsed, Stop};
use crate::rst::tree::{Kind, NodeId};

/// How the items of a list are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequence {
    Arabic,
    LowerAlpha,
    UpperAlpha,
    LowerRoman,
    UpperRoman,
    Automatic,
}

const SEQUENCES: [(Sequence, &str, &str); 5] = [
    (Sequence::Arabic, "arabic", "0123456789"),
    (Sequence::LowerAlpha, "loweralpha", ""),
    (Sequence::UpperAlpha, "upperalpha", ""),
    (Sequence::LowerRoman, "lowerroman", "ivxlcdm"),
    (Sequence::UpperRoman, "upperroman", "IVXLCDM"),
];

const ROMAN: [(u64, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

impl Sequence {
    fn name(self) -> &'static str {
        let mut known = SEQUENCES.iter();
        known
            .find(|(sequence, ..)| *sequence == self)
            .map_or("arabic", |(_, name, _)| name)
    }

    fn has(self, text: &str) -> bool {
        let is_letter = |is: fn(&char) -> bool| text.len() == 1 && text.chars().all(|c| is(&c));
        match self {
            Self::Automatic => text == "#",
            Self::LowerAlpha => is_letter(char::is_ascii_lowercase),
            Self::UpperAlpha => is_letter(char::is_ascii_uppercase),
            _ => SEQUENCES.iter().any(|(sequence, _, set)| {
                *sequence == self && text.chars().all(|c| set.contains(c))
            }),
        }
    }

    /// The sequence that a number belongs to; `expected` if it may be that one.
    fn of(text: &str, expected: Option<Self>) -> Self {
        if text == "#" {
            return Self::Automatic;
        }
        if let Some(expected) = expected.filter(|sequence| sequence.has(text)) {
            return expected;
        }
        match text {
            "i" if expected.is_none() => Self::LowerRoman,
            "I" if expected.is_none() => Self::UpperRoman,
            _ => {
                let mut known = SEQUENCES.iter().map(|(sequence, ..)| *sequence);
                known
                    .find(|sequence| sequence.has(text))
                    .unwrap_or(Self::Arabic)
            }
        }
    }

    fn ordinal(self, text: &str) -> Option<u64> {
        match self {
            Self::Automatic => Some(1),
            Self::Arabic => text.parse().ok(),
            Self::LowerAlpha => Some(u64::from(text.as_bytes()[0] - b'a' + 1)),
            Self::UpperAlpha => Some(u64::from(text.as_bytes()[0] - b'A' + 1)),
            Self::LowerRoman | Self::UpperRoman => {
                let text = text.to_ascii_uppercase();
                let mut rest = text.as_str();
                let mut number = 0;
                for (value, letters) in ROMAN {
                    while let Some(after) = rest.strip_prefix(letters) {
                        number += value;
                        rest = after;
                    }
                }
                // Only the usual spelling counts.
                (roman(number)? == text).then_some(number)
            }
        }
    }

    /// A number as it would be written.
    fn write(self, ordinal: u64) -> Option<String> {
        let letter = |first: u8| {
            let offset = u8::try_from(ordinal.checked_sub(1)?)
                .ok()
                .filter(|offset| *offset < 26)?;
            Some(char::from(first + offset).to_string())
        };
        match self {
            Self::Automatic => Some("#".to_owned()),
            Self::Arabic => Some(ordinal.to_string()),
            Self::LowerAlpha => letter(b'a'),
            Self::UpperAlpha => letter(b'A'),
            Self::LowerRoman => Some(roman(ordinal)?.to_ascii_lowercase()),
            Self::UpperRoman => roman(ordinal),
        }
    }
}

fn roman(mut number: u64) -> Option<String> {
    if !(1..4000).contains(&number) {
        return None;
    }
    let mut text = String::new();
    for (value, letters) in ROMAN {
        while number >= value {
            text.push_str(letters);
            number -= value;
        }
    }
    Some(text)
}

/// Where a numbered list is.
struct Numbering {
    sequence: Sequence,
    format: Format,
    last: u64,
    is_automatic: bool,
}

impl Parser {
    pub(super) fn bullet_list(&mut self, blocks: &mut Blocks<'_>, length: usize) -> Parsed<()> {
        let bullet = |blocks: &Blocks<'_>| blocks.line().and_then(|line| line.text.chars().next());
        let first = bullet(blocks);
        let list = self.doc.tree.node(Kind::BulletList);
        self.doc.tree.append(blocks.parent, list);
        let mut is_finished = self.list_item(blocks, list, length)?;
        blocks.is_followed = false;
        loop {
            Self::skip_blank(blocks);
            match blocks.line().map(|line| markers::find(line.text)) {
                Some(Marker::Bullet(length)) if bullet(blocks) == first => {
                    is_finished = self.list_item(blocks, list, length)?;
                }
                _ => return Self::finish(blocks, "Bullet list", is_finished),
            }
        }
    }

    /// An item after its mark; whether a blank line follows it.
    fn list_item(&mut self, blocks: &mut Blocks<'_>, list: NodeId, length: usize) -> Parsed<bool> {
        let line = blocks.lines[blocks.at];
        self.note_line(blocks);
        let has_text = line.text.chars().count() > length;
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(length),
                known: has_text.then_some(length),
                ..Extent::default()
            },
        );
        let item = self.doc.tree.node(Kind::ListItem);
        self.doc.tree[item].line = Some(line.number);
        let is_finished = block.is_finished;
        let block = block.trim_start();
        self.nested(&block.lines, item)?;
        self.doc.tree.append(list, item);
        Ok(is_finished)
    }

    pub(super) fn enumerated_list(
        &mut self,
        blocks: &mut Blocks<'_>,
        enumerator: Enumerator,
    ) -> Parsed<()> {
        let Some(mut numbering) = numbered(blocks, enumerator, None) else {
            return self.text_block(blocks);
        };
        let start = Some(numbering.last).filter(|start| *start != 1);
        let sequence = numbering.sequence.name();
        let list = self.doc.tree.node(Kind::EnumeratedList { sequence, start });
        self.doc.tree.append(blocks.parent, list);
        if start.is_some() {
            let notice = self.doc.tree.node(Kind::Notice);
            self.doc.tree.append(blocks.parent, notice);
        }
        let mut is_finished = self.list_item(blocks, list, enumerator.length)?;
        blocks.is_followed = false;
        loop {
            Self::skip_blank(blocks);
            let Some(Marker::Enumerator(enumerator)) =
                blocks.line().map(|line| markers::find(line.text))
            else {
                break;
            };
            let Some(next) = numbered(blocks, enumerator, Some(&numbering)) else {
                break;
            };
            numbering = next;
            is_finished = self.list_item(blocks, list, enumerator.length)?;
        }
        Self::finish(blocks, "Enumerated list", is_finished)
    }

    pub(super) fn field_list(&mut self, blocks: &mut Blocks<'_>, field: Field) -> Parsed<()> {
        let list = self.doc.tree.node(Kind::FieldList);
        self.doc.tree.append(blocks.parent, list);
        let mut is_finished = self.field(blocks, list, field)?;
        blocks.is_followed = false;
        loop {
            Self::skip_blank(blocks);
            match blocks.line().map(|line| markers::find(line.text)) {
                Some(Marker::Field(field)) => is_finished = self.field(blocks, list, field)?,
                _ => return Self::finish(blocks, "Field list", is_finished),
            }
        }
    }

    fn field(&mut self, blocks: &mut Blocks<'_>, list: NodeId, field: Field) -> Parsed<bool> {
        let line = blocks.lines[blocks.at];
        self.note_line(blocks);
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(field.length),
                ..Extent::default()
            },
        );
        let is_finished = block.is_finished;
        let block = block.trim_start();
        let name = self.inline(&line.text[1..field.end], line.number)?;
        let node = self.doc.tree.node(Kind::Field);
        self.doc.tree[node].line = Some(line.number);
        let name = self.doc.tree.node_with(Kind::FieldName, name);
        let mut filled = block.lines.iter().filter(|line| !line.is_blank());
        let only_line = match (filled.next(), filled.next()) {
            (Some(line), None) => line.text.to_owned(),
            _ => String::new(),
        };
        let body = self.doc.tree.node(Kind::FieldBody { only_line });
        self.doc.tree.extend(node, vec![name, body]);
        self.nested(&block.lines, body)?;
        self.doc.tree.append(list, node);
        Ok(is_finished)
    }

    pub(super) fn definition_list(&mut self, blocks: &mut Blocks<'_>) -> Parsed<()> {
        let list = self.doc.tree.node(Kind::DefinitionList);
        self.doc.tree[list].line = blocks.line().map(|line| line.number);
        self.doc.tree.append(blocks.parent, list);
        let mut is_finished = self.definition(blocks, list)?;
        blocks.is_followed = false;
        loop {
            Self::skip_blank(blocks);
            let [term, next, ..] = blocks.rest() else {
                break;
            };
            let is_term = !term.text.starts_with(' ') && markers::find(term.text) == Marker::Text;
            if !is_term || next.is_blank() || !next.text.starts_with(' ') {
                break;
            }
            is_finished = self.definition(blocks, list)?;
        }
        Self::finish(blocks, "Definition list", is_finished)
    }

    fn definition(&mut self, blocks: &mut Blocks<'_>, list: NodeId) -> Parsed<bool> {
        let term = blocks.lines[blocks.at];
        let item = self.doc.tree.node(Kind::DefinitionListItem);
        self.doc.tree[item].line = Some(term.number);
        blocks.at += 1;
        let block = take(blocks.rest(), Extent::default());
        self.advance(blocks, block.taken);
        self.term(term.text, term.number, item)?;
        let definition = self.doc.tree.node(Kind::Definition);
        self.doc.tree[definition].line = Some(term.number + 1);
        self.doc.tree.append(item, definition);
        let is_finished = block.is_finished;
        let block = block.trim_start();
        self.nested(&block.lines, definition)?;
        self.doc.tree.append(list, item);
        Ok(is_finished)
    }

    /// A term with its classifiers after ` : `.
    fn term(&mut self, text: &str, line: usize, item: NodeId) -> Parsed<()> {
        let nodes = self.inline(text, line)?;
        let term = self.doc.tree.node(Kind::Term);
        self.doc.tree[term].line = Some(line);
        self.doc.tree.append(item, term);
        let mut last = term;
        for node in nodes {
            let Kind::Text(text) = &self.doc.tree[node].kind else {
                self.doc.tree.append(last, node);
                continue;
            };
            let text = text.clone();
            let mut parts = classifiers(&text).into_iter();
            let first = parts.next().unwrap_or_default();
            let classifiers: Vec<&str> = parts.collect();
            if classifiers.is_empty() {
                self.doc.tree.append(last, node);
                continue;
            }
            let first = self.doc.tree.text(first.trim_end());
            self.doc.tree.append(last, first);
            for part in classifiers {
                last = self.doc.tree.node_of_text(Kind::Classifier, part);
                self.doc.tree.append(item, last);
            }
        }
        Ok(())
    }

    pub(super) fn line_block(&mut self, blocks: &mut Blocks<'_>, length: usize) -> Parsed<()> {
        let block = self.doc.tree.node(Kind::LineBlock);
        let start = blocks.lines[blocks.at].number;
        self.doc.tree[block].line = Some(start);
        self.doc.tree.append(blocks.parent, block);
        let mut is_finished = self.block_line(blocks, block, length)?;
        blocks.is_followed = false;
        while let Some(line) = blocks.line().filter(|line| !line.is_blank()) {
            let Marker::Line(length) = markers::find(line.text) else {
                break;
            };
            is_finished = self.block_line(blocks, block, length)?;
        }
        if !is_finished {
            let message = "Line block ends without a blank line.";
            return Err(Stop::warning(start + 1, message));
        }
        self.nest_lines(block);
        Ok(())
    }

    fn block_line(
        &mut self,
        blocks: &mut Blocks<'_>,
        block: NodeId,
        length: usize,
    ) -> Parsed<bool> {
        let line = blocks.lines[blocks.at];
        self.note_line(blocks);
        let taken = self.take_first(
            blocks,
            Extent {
                first: Some(length),
                until_blank: true,
                ..Extent::default()
            },
        );
        let is_finished = taken.is_finished;
        let text = join(&taken.trim_start().lines);
        let nodes = self.inline(&text, line.number)?;
        let is_empty = line.text.trim_end() == "|";
        let indent = (!is_empty).then(|| length.saturating_sub(2));
        let node = self.doc.tree.node_with(Kind::Line { indent }, nodes);
        self.doc.tree[node].line = Some(line.number);
        self.doc.tree.append(block, node);
        Ok(is_finished)
    }

    /// Puts lines that are set in into blocks of their own.
    pub(in crate::rst) fn nest_lines(&mut self, block: NodeId) {
        let lines = self.doc.tree.take_children(block);
        let mut last = 0;
        // The blocks that are open, each with the columns of its lines.
        let mut open: Vec<(usize, NodeId)> = Vec::new();
        let mut indents = Vec::new();
        for line in &lines {
            if let Kind::Line { indent } = self.doc.tree[*line].kind {
                last = indent.unwrap_or(last);
            }
            indents.push(last);
        }
        let least = indents.iter().min().copied().unwrap_or_default();
        for (place, line) in lines.into_iter().enumerate() {
            let indent = indents[place];
            while open.last().is_some_and(|(columns, _)| *columns > indent) {
                open.pop();
            }
            loop {
                let (columns, parent) = open.last().copied().unwrap_or((least, block));
                if columns == indent {
                    self.doc.tree.append(parent, line);
                    break;
                }
                let next = next_level(&indents[place..], columns);
                let inner = self.doc.tree.node(Kind::LineBlock);
                self.doc.tree.append(parent, inner);
                open.push((next, inner));
            }
        }
    }
}

/// The smallest of the numbers up to the first that is not above `level`.
fn next_level(numbers: &[usize], level: usize) -> usize {
    let above = numbers.iter().take_while(|number| **number > level);
    above.min().copied().unwrap_or(level)
}

/// What the mark of a line makes of the numbering so far; nothing when it begins no item.
fn numbered(
    blocks: &Blocks<'_>,
    enumerator: Enumerator,
    before: Option<&Numbering>,
) -> Option<Numbering> {
    let line = blocks.line()?;
    let text = &line.text[enumerator.start..enumerator.end];
    let sequence = Sequence::of(text, before.map(|before| before.sequence));
    let ordinal = sequence.ordinal(text)?;
    let is_automatic = sequence == Sequence::Automatic;
    if let Some(before) = before {
        let goes_on = is_automatic
            || sequence == before.sequence
                && !before.is_automatic
                && ordinal == before.last.saturating_add(1);
        if enumerator.format != before.format || !goes_on {
            return None;
        }
    }
    let next = blocks.lines.get(blocks.at + 1);
    let next = next.filter(|next| !next.is_blank() && !next.text.starts_with(' '));
    if let Some(next) = next {
        let follows = |number: &str| {
            let (prefix, suffix) = match enumerator.format {
                Format::Parentheses => ("(", ") "),
                Format::Parenthesis => ("", ") "),
                Format::Period => ("", ". "),
            };
            let rest = next.text.strip_prefix(prefix);
            let rest = rest.and_then(|rest| rest.strip_prefix(number));
            rest.is_some_and(|rest| rest.starts_with(suffix))
        };
        let number = sequence.write(ordinal.saturating_add(1))?;
        if !follows(&number) && !follows("#") {
            return None;
        }
    }
    let sequence = match before {
        Some(before) if is_automatic => before.sequence,
        _ => sequence,
    };
    Some(Numbering {
        sequence,
        format: enumerator.format,
        last: ordinal,
        is_automatic: is_automatic || before.is_some_and(|before| before.is_automatic),
    })
}

/// The parts of a text between ` : `.
fn classifiers(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(" : ") {
        if at < start {
            continue;
        }
        let before = text[start..at].trim_end_matches(' ');
        parts.push(before);
        let after = text[at + 3..].trim_start_matches(' ');
        start = text.len() - after.len();
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written() {
        for (sequence, text, ordinal) in [
            (Sequence::Arabic, "12", Some(12)),
            (Sequence::LowerAlpha, "c", Some(3)),
            (Sequence::UpperRoman, "MCMXCIV", Some(1994)),
            (Sequence::LowerRoman, "iiii", None),
        ] {
            assert_eq!(sequence.ordinal(text), ordinal, "{text}");
            if let Some(ordinal) = ordinal {
                assert_eq!(sequence.write(ordinal).as_deref(), Some(text));
            }
        }
        assert_eq!(Sequence::of("i", None), Sequence::LowerRoman);
        assert_eq!(
            Sequence::of("i", Some(Sequence::LowerAlpha)),
            Sequence::LowerAlpha
        );
    }

    #[test]
    fn classifiers_stand_after_colons() {
        assert_eq!(classifiers("a  :  b : c"), ["a", "b", "c"]);
        assert_eq!(classifiers("a: b"), ["a: b"]);
    }
}
