//! The directives that there are, and how each has to be written.

use super::OptionType;

/// A directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Admonition(&'static str),
    Class,
    Code,
    Compound,
    Container,
    Contents,
    CsvTable,
    Date,
    DefaultRole,
    Figure,
    Footer,
    Header,
    Image,
    LineBlock,
    ListTable,
    Math,
    Meta,
    ParsedLiteral,
    Quote(&'static str),
    Replace,
    Role,
    Rubric,
    SectionNumbers,
    Sidebar,
    /// One that reads files or passes text through.
    SwitchedOff,
    Table,
    TargetNotes,
    /// One that shows nothing.
    Silent,
    Topic,
    Unicode,
}

/// How a directive has to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) required: usize,
    pub(super) optional: usize,
    /// Whether the last argument may have spaces.
    pub(super) is_last_long: bool,
    pub(super) options: &'static [(&'static str, OptionType)],
    pub(super) has_content: bool,
}

const ALIGN: OptionType = OptionType::Choice(&["left", "center", "right"]);
const COMMON: &[(&str, OptionType)] = &[("class", OptionType::Classes), ("name", OptionType::Text)];
const CLASS: &[(&str, OptionType)] = &[("class", OptionType::Classes)];
const NAME: &[(&str, OptionType)] = &[("name", OptionType::Text)];
const SIDEBAR: &[(&str, OptionType)] = &[
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
    ("subtitle", OptionType::RequiredText),
];
const CODE: &[(&str, OptionType)] = &[
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
    ("number-lines", OptionType::OptionalNumber),
];
const IMAGE: &[(&str, OptionType)] = &[
    ("alt", OptionType::Text),
    ("height", OptionType::Length),
    ("width", OptionType::LengthOrPercentage),
    ("scale", OptionType::Percentage),
    (
        "align",
        OptionType::Choice(&["top", "middle", "bottom", "left", "center", "right"]),
    ),
    ("target", OptionType::RequiredText),
    ("loading", OptionType::Choice(&["embed", "link", "lazy"])),
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
];
const FIGURE: &[(&str, OptionType)] = &[
    ("alt", OptionType::Text),
    ("height", OptionType::Length),
    ("width", OptionType::LengthOrPercentage),
    ("scale", OptionType::Percentage),
    ("align", ALIGN),
    ("target", OptionType::RequiredText),
    ("loading", OptionType::Choice(&["embed", "link", "lazy"])),
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
    ("figwidth", OptionType::FigureWidth),
    ("figclass", OptionType::Classes),
    ("figname", OptionType::Text),
];
const TABLE: &[(&str, OptionType)] = &[
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
    ("align", ALIGN),
    ("width", OptionType::LengthOrPercentage),
    ("widths", OptionType::Widths(&["auto", "grid"])),
];
const LIST_TABLE: &[(&str, OptionType)] = &[
    ("header-rows", OptionType::NonNegative),
    ("stub-columns", OptionType::NonNegative),
    ("width", OptionType::LengthOrPercentage),
    ("widths", OptionType::Widths(&["auto"])),
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
    ("align", ALIGN),
];
const CSV_TABLE: &[(&str, OptionType)] = &[
    ("header-rows", OptionType::NonNegative),
    ("stub-columns", OptionType::NonNegative),
    ("header", OptionType::Text),
    ("width", OptionType::LengthOrPercentage),
    ("widths", OptionType::Widths(&["auto"])),
    ("file", OptionType::RequiredText),
    ("url", OptionType::RequiredText),
    ("encoding", OptionType::Text),
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
    ("align", ALIGN),
    ("delim", OptionType::Character { has_names: true }),
    ("keepspace", OptionType::Flag),
    ("quote", OptionType::Character { has_names: false }),
    ("escape", OptionType::Character { has_names: false }),
];
const CONTENTS: &[(&str, OptionType)] = &[
    ("depth", OptionType::NonNegative),
    ("local", OptionType::Flag),
    ("backlinks", OptionType::Choice(&["top", "entry", "none"])),
    ("class", OptionType::Classes),
];
const SECTION_NUMBERS: &[(&str, OptionType)] = &[
    ("depth", OptionType::Number),
    ("start", OptionType::Number),
    ("prefix", OptionType::RequiredText),
    ("suffix", OptionType::RequiredText),
];
const TEST: &[(&str, OptionType)] = &[("option", OptionType::RequiredText)];
const UNICODE: &[(&str, OptionType)] = &[
    ("trim", OptionType::Flag),
    ("ltrim", OptionType::Flag),
    ("rtrim", OptionType::Flag),
];
const INCLUDE: &[(&str, OptionType)] = &[
    ("literal", OptionType::Flag),
    ("code", OptionType::Text),
    ("encoding", OptionType::Text),
    ("parser", OptionType::Text),
    ("tab-width", OptionType::Number),
    ("start-line", OptionType::Number),
    ("end-line", OptionType::Number),
    ("start-after", OptionType::RequiredText),
    ("end-before", OptionType::RequiredText),
    ("number-lines", OptionType::Text),
    ("class", OptionType::Classes),
    ("name", OptionType::Text),
];
const RAW: &[(&str, OptionType)] = &[
    ("file", OptionType::RequiredText),
    ("url", OptionType::RequiredText),
    ("encoding", OptionType::Text),
    ("class", OptionType::Classes),
];

/// The directive of a name.
pub(super) fn find(name: &str) -> Option<(Directive, Spec)> {
    let name = name.to_lowercase();
    let body = |options| spec(0, 0, options, true);
    Some(match name.as_str() {
        "attention" => (Directive::Admonition("attention"), body(COMMON)),
        "caution" => (Directive::Admonition("caution"), body(COMMON)),
        "danger" => (Directive::Admonition("danger"), body(COMMON)),
        "error" => (Directive::Admonition("error"), body(COMMON)),
        "hint" => (Directive::Admonition("hint"), body(COMMON)),
        "important" => (Directive::Admonition("important"), body(COMMON)),
        "note" => (Directive::Admonition("note"), body(COMMON)),
        "tip" => (Directive::Admonition("tip"), body(COMMON)),
        "warning" => (Directive::Admonition("warning"), body(COMMON)),
        "admonition" => (
            Directive::Admonition("admonition"),
            spec(1, 0, COMMON, true),
        ),
        "sidebar" => (Directive::Sidebar, spec(0, 1, SIDEBAR, true)),
        "topic" => (Directive::Topic, spec(1, 0, COMMON, true)),
        "line-block" => (Directive::LineBlock, body(COMMON)),
        "parsed-literal" => (Directive::ParsedLiteral, body(COMMON)),
        "code" | "code-block" | "sourcecode" => (Directive::Code, short(0, 1, CODE, true)),
        "math" => (Directive::Math, body(COMMON)),
        "rubric" => (Directive::Rubric, spec(1, 0, COMMON, false)),
        "epigraph" => (Directive::Quote("epigraph"), body(&[])),
        "highlights" => (Directive::Quote("highlights"), body(&[])),
        "pull-quote" => (Directive::Quote("pull-quote"), body(&[])),
        "compound" => (Directive::Compound, body(COMMON)),
        "container" => (Directive::Container, spec(0, 1, NAME, true)),
        "table" => (Directive::Table, spec(0, 1, TABLE, true)),
        "csv-table" => (Directive::CsvTable, spec(0, 1, CSV_TABLE, true)),
        "list-table" => (Directive::ListTable, spec(0, 1, LIST_TABLE, true)),
        "meta" => (Directive::Meta, body(&[])),
        "image" => (Directive::Image, spec(1, 0, IMAGE, false)),
        "figure" => (Directive::Figure, spec(1, 0, FIGURE, true)),
        "include" => (Directive::SwitchedOff, spec(1, 0, INCLUDE, false)),
        "raw" => (Directive::SwitchedOff, spec(1, 0, RAW, true)),
        "replace" => (Directive::Replace, body(&[])),
        "unicode" => (Directive::Unicode, spec(1, 0, UNICODE, false)),
        "date" => (Directive::Date, body(&[])),
        "class" | "rst-class" => (Directive::Class, spec(1, 0, &[], true)),
        "role" => (Directive::Role, body(&[])),
        "default-role" => (Directive::DefaultRole, short(0, 1, &[], false)),
        "title" => (Directive::Silent, spec(1, 0, &[], false)),
        "contents" => (Directive::Contents, spec(0, 1, CONTENTS, false)),
        "sectnum" | "section-numbering" => (
            Directive::SectionNumbers,
            spec(0, 0, SECTION_NUMBERS, false),
        ),
        "header" => (Directive::Header, body(&[])),
        "footer" => (Directive::Footer, body(&[])),
        "target-notes" => (Directive::TargetNotes, spec(0, 0, CLASS, false)),
        "restructuredtext-test-directive" => (Directive::Silent, spec(0, 1, TEST, true)),
        _ => return None,
    })
}

fn spec(
    required: usize,
    optional: usize,
    options: &'static [(&'static str, OptionType)],
    has_content: bool,
) -> Spec {
    Spec {
        required,
        optional,
        is_last_long: true,
        options,
        has_content,
    }
}

/// As [`spec`], of a directive whose argument is one word.
fn short(
    required: usize,
    optional: usize,
    options: &'static [(&'static str, OptionType)],
    has_content: bool,
) -> Spec {
    Spec {
        is_last_long: false,
        ..spec(required, optional, options, has_content)
    }
}
