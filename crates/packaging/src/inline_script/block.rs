//! Finding comment blocks of the form `# /// type` … `# ///`.
//!
//! The specification's expression is
//! `(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$`. Its content is
//! greedy, so a block ends with the last `# ///` line of an unbroken run of comment lines.

use std::ops::Range;

/// A comment block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The type after `# ///`.
    pub kind: String,
    /// The lines between the two marks without their `#` and one space, `\n` at each end.
    pub content: String,
    /// The line of the opening mark, counted from 1. The first line of `content` is the next one.
    pub line: usize,
    /// The bytes of the whole block in the text, marks included, without the last line end.
    pub range: Range<usize>,
}

/// The blocks of a script in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let lines = lines(text);
    let mut blocks = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let Some((kind, close)) = block_from(text, &lines, index) else {
            index += 1;
            continue;
        };
        let content = lines[index + 1..close]
            .iter()
            .map(|line| uncommented(&text[line.clone()]));
        blocks.push(Block {
            kind: kind.to_owned(),
            content: content.flat_map(|line| [line, "\n"]).collect(),
            line: index + 1,
            range: lines[index].start..lines[close].end,
        });
        index = close + 1;
    }
    blocks
}

/// The line, counted from 1, of an opening mark that no `# ///` follows, where therefore no block
/// is: a reader who sees the mark believes otherwise, so it deserves a warning.
pub fn unclosed_block_line(text: &str, kind: &str) -> Option<usize> {
    let lines = lines(text);
    let blocks = blocks(text);
    let is_inside = |start| blocks.iter().any(|block| block.range.contains(&start));
    let position = lines
        .iter()
        .position(|line| opening(&text[line.clone()]) == Some(kind) && !is_inside(line.start));
    position.map(|index| index + 1)
}

/// The type and the index of the closing line of the block that opens at `index`.
fn block_from<'a>(text: &'a str, lines: &[Range<usize>], index: usize) -> Option<(&'a str, usize)> {
    let kind = opening(&text[lines[index].clone()])?;
    let run = lines[index + 1..]
        .iter()
        .take_while(|line| is_content(&text[(*line).clone()]))
        .count();
    // At least one line of content has to stand before the closing mark.
    let close = (index + 2..index + 1 + run)
        .rev()
        .find(|&close| &text[lines[close].clone()] == "# ///")?;
    Some((kind, close))
}

fn opening(line: &str) -> Option<&str> {
    let kind = line.strip_prefix("# /// ")?;
    let is_kind = !kind.is_empty()
        && kind
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_kind.then_some(kind)
}

/// `#` alone, or `# ` and anything.
fn is_content(line: &str) -> bool {
    line == "#" || line.starts_with("# ")
}

fn uncommented(line: &str) -> &str {
    line.strip_prefix("# ").unwrap_or(&line[1..])
}

/// The lines without their ends; `\n`, `\r\n` and `\r` end a line, as in Python source.
fn lines(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while start < bytes.len() {
        let end = memchr::memchr2(b'\n', b'\r', &bytes[start..])
            .map_or(bytes.len(), |length| start + length);
        lines.push(start..end);
        start = end
            + if bytes[end..].starts_with(b"\r\n") {
                2
            } else {
                1
            };
    }
    lines
}
