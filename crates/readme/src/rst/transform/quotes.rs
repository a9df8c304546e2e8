//! Straight quotes, hyphens and dots to typographic ones, as docutils' `smart_quotes` does it.

use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::text::{ESCAPE, is_space};
use crate::rst::tree::{Kind, NodeId};

/// The quotes of a language: outer opening and closing, inner opening and closing.
type Quotes = [&'static str; 4];

const LANGUAGES: &[(&str, Quotes)] = &[
    ("af", ["“", "”", "‘", "’"]),
    ("af-x-altquot", ["„", "”", "‚", "’"]),
    ("bg", ["„", "“", "‚", "‘"]),
    ("ca", ["«", "»", "“", "”"]),
    ("ca-x-altquot", ["“", "”", "‘", "’"]),
    ("cs", ["„", "“", "‚", "‘"]),
    ("cs-x-altquot", ["»", "«", "›", "‹"]),
    ("da", ["»", "«", "›", "‹"]),
    ("da-x-altquot", ["„", "“", "‚", "‘"]),
    ("de", ["„", "“", "‚", "‘"]),
    ("de-x-altquot", ["»", "«", "›", "‹"]),
    ("de-ch", ["«", "»", "‹", "›"]),
    ("el", ["«", "»", "“", "”"]),
    ("en", ["“", "”", "‘", "’"]),
    ("en-uk-x-altquot", ["‘", "’", "“", "”"]),
    ("eo", ["“", "”", "‘", "’"]),
    ("es", ["«", "»", "“", "”"]),
    ("es-x-altquot", ["“", "”", "‘", "’"]),
    ("et", ["„", "“", "‚", "‘"]),
    ("et-x-altquot", ["«", "»", "‹", "›"]),
    ("eu", ["«", "»", "‹", "›"]),
    ("fi", ["”", "”", "’", "’"]),
    ("fi-x-altquot", ["»", "»", "›", "›"]),
    ("fr", ["«\u{a0}", "\u{a0}»", "“", "”"]),
    ("fr-x-altquot", ["«\u{202f}", "\u{202f}»", "“", "”"]),
    ("fr-ch", ["«", "»", "‹", "›"]),
    (
        "fr-ch-x-altquot",
        ["«\u{202f}", "\u{202f}»", "‹\u{202f}", "\u{202f}›"],
    ),
    ("gl", ["«", "»", "“", "”"]),
    ("he", ["”", "“", "»", "«"]),
    ("he-x-altquot", ["„", "”", "‚", "’"]),
    ("hr", ["„", "”", "‘", "’"]),
    ("hr-x-altquot", ["»", "«", "›", "‹"]),
    ("hsb", ["„", "“", "‚", "‘"]),
    ("hsb-x-altquot", ["»", "«", "›", "‹"]),
    ("hu", ["„", "”", "«", "»"]),
    ("is", ["„", "“", "‚", "‘"]),
    ("it", ["«", "»", "“", "”"]),
    ("it-ch", ["«", "»", "‹", "›"]),
    ("it-x-altquot", ["“", "”", "‘", "’"]),
    ("ja", ["「", "」", "『", "』"]),
    ("ko", ["“", "”", "‘", "’"]),
    ("lt", ["„", "“", "‚", "‘"]),
    ("lv", ["„", "“", "‚", "‘"]),
    ("mk", ["„", "“", "‚", "‘"]),
    ("nl", ["“", "”", "‘", "’"]),
    ("nl-x-altquot", ["„", "”", "‚", "’"]),
    ("nb", ["«", "»", "’", "’"]),
    ("nn", ["«", "»", "’", "’"]),
    ("nn-x-altquot", ["«", "»", "‘", "’"]),
    ("no", ["«", "»", "’", "’"]),
    ("no-x-altquot", ["«", "»", "‘", "’"]),
    ("pl", ["„", "”", "«", "»"]),
    ("pl-x-altquot", ["«", "»", "‚", "’"]),
    ("pt", ["«", "»", "“", "”"]),
    ("pt-br", ["“", "”", "‘", "’"]),
    ("ro", ["„", "”", "«", "»"]),
    ("ru", ["«", "»", "„", "“"]),
    ("sh", ["„", "”", "‚", "’"]),
    ("sh-x-altquot", ["»", "«", "›", "‹"]),
    ("sk", ["„", "“", "‚", "‘"]),
    ("sk-x-altquot", ["»", "«", "›", "‹"]),
    ("sl", ["„", "“", "‚", "‘"]),
    ("sl-x-altquot", ["»", "«", "›", "‹"]),
    ("sq", ["«", "»", "‹", "›"]),
    ("sq-x-altquot", ["“", "„", "‘", "‚"]),
    ("sr", ["„", "”", "’", "’"]),
    ("sr-x-altquot", ["»", "«", "›", "‹"]),
    ("sv", ["”", "”", "’", "’"]),
    ("sv-x-altquot", ["»", "»", "›", "›"]),
    ("tr", ["“", "”", "‘", "’"]),
    ("tr-x-altquot", ["«", "»", "‹", "›"]),
    ("uk", ["«", "»", "„", "“"]),
    ("uk-x-altquot", ["„", "“", "‚", "‘"]),
    ("zh-cn", ["“", "”", "‘", "’"]),
    ("zh-tw", ["「", "」", "『", "』"]),
];

const APOSTROPHE: &str = "’";
const ENGLISH: Quotes = ["“", "”", "‘", "’"];

impl Parser {
    pub(super) fn educate_quotes(&mut self) -> Parsed<()> {
        let root = self.doc.root;
        for block in self.doc.tree.find(root, Kind::is_text_element) {
            let node = &self.doc.tree[block];
            let is_inner = self.doc.tree.parent_kind(block).is_text_element();
            if is_inner || node.kind.is_fixed_text() {
                continue;
            }
            let quotes = self.quotes_of(block)?;
            // What stands before the text that comes next.
            let mut before = ' ';
            for text in self
                .doc
                .tree
                .find(block, |kind| matches!(kind, Kind::Text(_)))
            {
                let parent = self.doc.tree.parent_kind(text);
                if matches!(parent, Kind::OptionString) {
                    continue;
                }
                let is_literal = self.is_literal(text);
                let Kind::Text(text) = &mut self.doc.tree[text].kind else {
                    continue;
                };
                let last = text.chars().next_back();
                if !is_literal {
                    *text = educate(text, before, quotes);
                }
                before = last.unwrap_or(before);
            }
        }
        Ok(())
    }

    /// Whether a text or what it stands in is kept as it is.
    fn is_literal(&self, text: NodeId) -> bool {
        let is_kept = |id: Option<NodeId>| {
            id.is_some_and(|id| {
                let kind = &self.doc.tree[id].kind;
                kind.is_fixed_text() || {
                    matches!(
                        kind,
                        Kind::Literal | Kind::Math | Kind::Image(_) | Kind::Target
                    )
                }
            })
        };
        let parent = self.doc.tree[text].parent;
        is_kept(parent) || is_kept(parent.and_then(|parent| self.doc.tree[parent].parent))
    }

    /// The quotes of a node's language, which a class `language-…` names.
    fn quotes_of(&self, block: NodeId) -> Parsed<Quotes> {
        let mut next = Some(block);
        while let Some(id) = next {
            let node = &self.doc.tree[id];
            let mut classes = node.classes.iter();
            if let Some(language) = classes.find_map(|class| class.strip_prefix("language-")) {
                if let Some(quotes) = quotes_of_language(language) {
                    return Ok(quotes);
                }
                let message = format!("No smart quotes defined for language \"{language}\".");
                return Err(self.doc.tree.problem(2, block, message));
            }
            next = node.parent;
        }
        Ok(ENGLISH)
    }
}

/// The quotes of a language's tag, or of a part of it.
fn quotes_of_language(language: &str) -> Option<Quotes> {
    let tag = language.to_lowercase().replace('_', "-");
    // A single character belongs to what follows it.
    let mut parts: Vec<String> = Vec::new();
    for part in tag.split('-') {
        match parts.last_mut() {
            Some(last) if last.len() == 1 => {
                last.push('-');
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    let (base, subtags) = parts.split_first()?;
    let subtags = &subtags[..subtags.len().min(SUBTAGS_MAX)];
    let mut choices: Vec<u32> = (0..1 << subtags.len()).collect();
    // As many parts as possible, the first ones before the others.
    choices.sort_by_key(|choice| {
        (
            u32::MAX - choice.count_ones(),
            choice.reverse_bits() ^ u32::MAX,
        )
    });
    choices.into_iter().find_map(|choice| {
        let mut tag = base.clone();
        for (place, subtag) in subtags.iter().enumerate() {
            if choice & (1 << place) != 0 {
                tag.push('-');
                tag.push_str(subtag);
            }
        }
        let known = LANGUAGES.iter().find(|(known, _)| *known == tag);
        known.map(|(_, quotes)| *quotes)
    })
}

/// Parts of a language's tag that are looked at.
const SUBTAGS_MAX: usize = 4;

/// What docutils hides escaped characters behind; it shows these also where an author wrote them.
const REFERENCES: [(&str, &str); 6] = [
    ("&#92;", "\\"),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#46;", "."),
    ("&#45;", "-"),
    ("&#96;", "`"),
];

/// Stands for a character that was escaped, while quotes are replaced.
const KEPT: char = '\u{e000}';

/// A text with typographic quotes; `before` is the character before it.
fn educate(text: &str, before: char, quotes: Quotes) -> String {
    let may_change = |byte| matches!(byte, b'"' | b'\'' | b'-' | b'.' | b'&');
    if !text.bytes().any(may_change) {
        return text.to_owned();
    }
    let mut kept = Vec::new();
    let mut plain = hide_escaped(text, &mut kept);
    if plain.contains("--") {
        plain = plain.replace("---", "—").replace("--", "–");
    }
    if plain.contains("..") || plain.contains(". .") {
        plain = plain.replace("...", "…").replace(". . .", "…");
    }
    if plain.contains(['"', '\'']) {
        plain = educate_quotes(&plain, before, quotes);
    }
    if plain.contains("&#") {
        for (reference, character) in REFERENCES {
            plain = plain.replace(reference, character);
        }
    }
    if kept.is_empty() {
        return plain;
    }
    let mut kept = kept.into_iter();
    let show = |character| match character {
        KEPT => kept.next().unwrap_or(character),
        character => character,
    };
    plain.chars().map(show).collect()
}

/// The text with each escaped character that could be changed as [`KEPT`]. A backslash before such a
/// character is taken for an escape once more, as docutils does.
fn hide_escaped(text: &str, kept: &mut Vec<char>) -> String {
    let is_active = |c: &char| matches!(c, '-' | '\'' | '"' | '.' | '`');
    let mut hidden = String::with_capacity(text.len());
    let mut is_escaped = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().filter(is_active);
        if character == '\\'
            && let Some(next) = next
        {
            kept.push(next);
            hidden.push(KEPT);
            characters.next();
        } else if character == KEPT || is_escaped && is_active(&character) {
            kept.push(character);
            hidden.push(KEPT);
        } else {
            hidden.push(character);
        }
        is_escaped = character == ESCAPE;
    }
    hidden
}

fn is_punctuation(character: char) -> bool {
    character == ' ' || character.is_ascii_punctuation()
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '–' | '—')
}

fn is_opening(character: char) -> bool {
    matches!(character, '(' | '[' | '{')
}

fn is_separator(character: char) -> bool {
    is_space(character) || matches!(character, '\u{200b}' | '\u{200c}')
}

fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Replaces quotes. The steps are those of docutils, one after the other, as each looks at what the
/// ones before it have made.
fn educate_quotes(text: &str, before: char, quotes: Quotes) -> String {
    let [open, close, inner_open, inner_close] = quotes;
    let context = if matches!(before, '"' | '\'') {
        ';'
    } else {
        before
    };
    let mut text: Vec<char> = std::iter::once(context).chain(text.chars()).collect();
    // Two quotes side by side before a word open both.
    for (pair, replacement) in [
        (['"', '\''], [open, inner_open]),
        (['\'', '"'], [inner_open, open]),
    ] {
        replace(&mut text, &pair, &replacement.concat(), |_, after| {
            after.first().copied().is_some_and(is_letter)
        });
    }
    let is_open_before =
        |before: &[char]| before.last().is_some_and(|c| is_opening(*c) || is_dash(*c));
    // After an opening character and before punctuation and a space, a quote closes.
    let ends = |before: &[char], after: &[char]| {
        let is_end = match after {
            [' ', ..] => true,
            [punctuation, ' ', ..] => is_punctuation(*punctuation),
            _ => false,
        };
        is_end && is_open_before(before)
    };
    replace(&mut text, &['\''], inner_close, ends);
    replace(&mut text, &['"'], close, ends);
    if quotes == ENGLISH {
        // The '80s.
        replace(
            &mut text,
            &['\''],
            APOSTROPHE,
            |_, after| matches!(after, [a, b, 's', ..] if a.is_numeric() && b.is_numeric()),
        );
    }
    let opens = |before: &[char], after: &[char]| {
        let is_start = before
            .last()
            .is_some_and(|c| is_separator(*c) || is_opening(*c) || is_dash(*c));
        let is_word = after
            .first()
            .is_some_and(|c| is_letter(*c) || is_punctuation(*c));
        is_start && is_word
    };
    replace(&mut text, &['\''], inner_open, opens);
    let is_close = |before: &[char], _: &[char]| before.last().is_none_or(|c| !is_space(*c));
    if inner_close != APOSTROPHE {
        replace(&mut text, &['\''], APOSTROPHE, |before, after| {
            before.last().copied().is_some_and(is_letter)
                && after.first().copied().is_some_and(is_letter)
        });
    }
    replace(&mut text, &['\''], inner_close, is_close);
    replace(&mut text, &['\''], inner_open, |_, _| true);
    replace(&mut text, &['"'], open, opens);
    replace(&mut text, &['"'], close, |before, after| {
        is_close(before, after) || after.first().copied().is_some_and(is_space)
    });
    replace(&mut text, &['"'], open, |_, _| true);
    text.into_iter().skip(1).collect()
}

/// Replaces what stands between texts that fit.
fn replace(text: &mut Vec<char>, from: &[char], to: &str, fits: impl Fn(&[char], &[char]) -> bool) {
    if !text.contains(&from[0]) {
        return;
    }
    let mut replaced: Vec<char> = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let after = at + from.len();
        if text[at..].starts_with(from) && fits(&text[..at], &text[after..]) {
            replaced.extend(to.chars());
            at = after;
        } else {
            replaced.push(text[at]);
            at += 1;
        }
    }
    *text = replaced;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_open_and_close() {
        for (text, expected) in [
            ("\"Isn't this fun?\"", "“Isn’t this fun?”"),
            (
                "\"'Quoted' words in a larger quote.\"",
                "“‘Quoted’ words in a larger quote.”",
            ),
            ("the '80s -- a...", "the ’80s – a…"),
            ("1440---'80s", "1440—’80s"),
            ("say \0\"x\0\"", "say \0\"x\0\""),
            ("a \0\\.. b", "a \0.. b"),
            ("(\"a\") 'b'", "(“a”) ‘b’"),
        ] {
            assert_eq!(educate(text, ' ', ENGLISH), expected, "{text}");
        }
    }
}
