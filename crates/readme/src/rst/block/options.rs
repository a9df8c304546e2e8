//! Lists of a command's options.

use super::markers::{self, Marker};
use crate::rst::lines::{Extent, take};
use crate::rst::parser::{Blocks, Parser};
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    pub(super) fn option_list(&mut self, blocks: &mut Blocks<'_>, length: usize) -> Parsed<()> {
        let list = self.doc.tree.node(Kind::OptionList);
        let Some(mut is_finished) = self.option_item(blocks, list, length)? else {
            return self.text_block(blocks);
        };
        self.doc.tree.append(blocks.parent, list);
        blocks.is_followed = false;
        loop {
            Self::skip_blank(blocks);
            let Some(Marker::Option(length)) = blocks.line().map(|line| markers::find(line.text))
            else {
                break;
            };
            let Some(finished) = self.option_item(blocks, list, length)? else {
                break;
            };
            is_finished = finished;
        }
        Self::finish(blocks, "Option list", is_finished)
    }

    /// Options with their description, and whether a blank line follows; nothing when there is no
    /// description.
    fn option_item(
        &mut self,
        blocks: &mut Blocks<'_>,
        list: NodeId,
        length: usize,
    ) -> Parsed<Option<bool>> {
        let line = blocks.lines[blocks.at];
        let extent = Extent {
            first: Some(length),
            ..Extent::default()
        };
        let block = take(blocks.rest(), extent);
        let taken = block.taken;
        let is_finished = block.is_finished;
        let block = block.trim_start();
        if block.lines.is_empty() {
            return Ok(None);
        }
        self.advance(blocks, taken);
        let end = line
            .text
            .char_indices()
            .nth(length)
            .map_or(line.text.len(), |(at, _)| at);
        let mark = line.text[..end].trim_end();
        let item = self.doc.tree.node(Kind::OptionListItem);
        let group = self.doc.tree.node(Kind::OptionGroup);
        for option in split(mark) {
            let option = self.option(option);
            self.doc.tree.append(group, option);
        }
        let description = self.doc.tree.node(Kind::Description);
        self.doc.tree.extend(item, vec![group, description]);
        self.doc.tree.append(list, item);
        self.nested(&block.lines, description)?;
        Ok(Some(is_finished))
    }

    fn option(&mut self, text: &str) -> NodeId {
        let (name, delimiter, argument) = name_and_argument(text);
        let name = self.doc.tree.node_of_text(Kind::OptionString, name);
        let option = self.doc.tree.node_with(Kind::Option, vec![name]);
        if let Some(argument) = argument {
            let kind = Kind::OptionArgument { delimiter };
            let argument = self.doc.tree.node_of_text(kind, argument);
            self.doc.tree.append(option, argument);
        }
        option
    }
}

/// Options at the commas between them, but for those within angle brackets.
fn split(mark: &str) -> Vec<&str> {
    let mut options = Vec::new();
    let mut start = 0;
    for (at, _) in mark.match_indices(", ") {
        let rest = &mark[at..];
        let is_inside = match (rest.find('<'), rest.find('>')) {
            (Some(open), Some(close)) => close < open,
            (None, close) => close.is_some(),
            (Some(_), None) => false,
        };
        if !is_inside {
            options.push(&mark[start..at]);
            start = at + 2;
        }
    }
    options.push(&mark[start..]);
    options
}

fn name_and_argument(text: &str) -> (&str, &'static str, Option<&str>) {
    let (first, rest) = match text.split_once(' ') {
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    };
    if let Some((name, _)) = first.split_once('=') {
        return (name, "=", Some(&text[name.len() + 1..]));
    }
    let is_short = first.starts_with('+') || first.starts_with('-') && !first.starts_with("--");
    if is_short && first.len() > 2 {
        return (&text[..2], "", Some(&text[2..]));
    }
    (first, " ", rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_arguments() {
        assert_eq!(split("-a, --b=<c, d>, -e"), ["-a", "--b=<c, d>", "-e"]);
        assert_eq!(name_and_argument("--a=b"), ("--a", "=", Some("b")));
        assert_eq!(name_and_argument("-ab"), ("-a", "", Some("b")));
        assert_eq!(name_and_argument("-a <b c>"), ("-a", " ", Some("<b c>")));
        assert_eq!(name_and_argument("/V"), ("/V", " ", None));
    }
}
