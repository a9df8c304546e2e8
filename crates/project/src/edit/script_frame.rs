//! The metadata block of a script as a TOML text, and back into its comment lines.

use tilsit_packaging::inline_script::{find_block, unclosed_block_line};

use super::EditError;

/// A script around its block.
#[derive(Clone, Debug)]
pub(super) struct ScriptFrame {
    /// What stands before the block.
    before: String,
    /// The lines of the block as they are, with their ends; none if the script has no block.
    lines: Vec<String>,
    /// The lines of the content, in the same number.
    content: Vec<String>,
    after: String,
    newline: &'static str,
}

impl ScriptFrame {
    /// The frame, the content of the block, and how many lines stand before it.
    pub(super) fn open(text: &str) -> Result<(Self, String, usize), EditError> {
        let newline = match text.find('\n') {
            Some(end) if text[..end].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let Some(block) = find_block(text, "script")? else {
            if let Some(line) = unclosed_block_line(text, "script") {
                return Err(EditError::Unclosed { line });
            }
            let (before, after) = text.split_at(behind_first_comments(text));
            let frame = Self {
                before: before.to_owned(),
                lines: Vec::new(),
                content: Vec::new(),
                after: after.to_owned(),
                newline,
            };
            return Ok((frame, String::new(), 0));
        };
        let lines = lines(&text[block.range.clone()]);
        let frame = Self {
            before: text[..block.range.start].to_owned(),
            lines: lines.into_iter().map(str::to_owned).collect(),
            content: block.content.lines().map(str::to_owned).collect(),
            after: text[block.range.end..].to_owned(),
            newline,
        };
        Ok((frame, block.content, block.line))
    }

    /// The script with another content in its block. Lines that stay keep their form.
    pub(super) fn close(&self, content: &str) -> String {
        let new: Vec<&str> = content.lines().collect();
        let comment = |line: &&str| {
            let gap = if line.is_empty() { "" } else { " " };
            format!("#{gap}{line}{}", self.newline)
        };
        let Self { before, after, .. } = self;
        let Some((opening, rest)) = self.lines.split_first() else {
            if new.is_empty() {
                return format!("{before}{after}");
            }
            let newline = self.newline;
            let lines: String = new.iter().map(comment).collect();
            let gap = if after.is_empty() || after.starts_with(['\r', '\n']) {
                ""
            } else {
                newline
            };
            return format!("{before}# /// script{newline}{lines}# ///{newline}{gap}{after}");
        };
        let pairs = self.content.iter().zip(&new);
        let head = pairs.take_while(|(old, new)| old == *new).count();
        let pairs = self.content[head..]
            .iter()
            .rev()
            .zip(new[head..].iter().rev());
        let tail = pairs.take_while(|(old, new)| old == *new).count();
        let changed: String = new[head..new.len() - tail].iter().map(comment).collect();
        let kept = &rest[..head];
        let last = &rest[self.content.len() - tail..];
        format!(
            "{before}{opening}{}{changed}{}{after}",
            kept.concat(),
            last.concat()
        )
    }
}

/// Behind the lines that have to stand first: `#!` and the encoding of the file.
fn behind_first_comments(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut end = mark;
    for _ in 0..2 {
        // As Python and the block's reader do, a carriage return alone ends a line too.
        let (line, rest) = text[end..]
            .find(['\n', '\r'])
            .map_or((&text[end..], ""), |length| text[end..].split_at(length));
        let is_first = end == mark && line.starts_with("#!");
        // A block that begins here would take ours for lines of its own.
        let is_encoding = line.starts_with('#') && line.contains("coding");
        let is_encoding = is_encoding && !line.starts_with("# /// ");
        if !is_first && !is_encoding {
            break;
        }
        // A last line without an end cannot be followed by another one.
        if rest.is_empty() {
            break;
        }
        end += line.len() + if rest.starts_with("\r\n") { 2 } else { 1 };
    }
    end
}

/// The lines with their ends, as the block's reader splits them.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\n', '\r']) {
        let length = if rest[end..].starts_with("\r\n") {
            2
        } else {
            1
        };
        let (line, next) = rest.split_at(end + length);
        lines.push(line);
        rest = next;
    }
    lines.push(rest);
    lines
}
