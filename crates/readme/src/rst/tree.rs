//! The tree of a document: nodes in one list, which know each other by their places.

use std::cell::Cell;

use super::problem::{Problem, Stop};

/// The place of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NodeId(usize);

/// Where a node leads, before and after that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    /// An address.
    pub(super) uri: Option<String>,
    /// The id of a node.
    pub(super) id: Option<String>,
    /// A name that is still to be looked up.
    pub(super) name: Option<String>,
    /// Whether the next target without a name is meant, or this is one.
    pub(super) is_anonymous: bool,
    /// Whether `name` was looked up.
    pub(super) is_resolved: bool,
}

/// How a footnote gets its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Manual,
    Number,
    Symbol,
}

/// A picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    pub(super) uri: String,
    pub(super) alt: Option<String>,
    pub(super) width: Option<String>,
    pub(super) height: Option<String>,
    pub(super) align: Option<String>,
    /// Whether the author wants the picture itself in the page, which no page does.
    pub(super) is_embedded: bool,
}

/// What is put in place of a directive once the whole document is known.
#[derive(Clone, Debug)]
pub(super) enum Pending {
    /// `class` without content: the classes are those of the next element.
    Class {
        classes: Vec<String>,
        /// The directive's name as it was written.
        name: String,
    },
    TargetNotes(Vec<String>),
    SectionNumbers {
        depth: Option<i64>,
        start: i64,
        prefix: String,
        suffix: String,
    },
    Contents {
        depth: Option<i64>,
        is_local: bool,
        backlinks: Backlinks,
    },
}

/// Where titles lead back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backlinks {
    Entry,
    Top,
    None,
}

/// What a node is. The names are those of docutils' document tree.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A node that only holds others until they find their place.
    Holder,
    Document,
    Section,
    Title,
    Subtitle,
    Transition,
    Topic,
    Sidebar,
    /// Header, footer and metadata: no part of what is shown.
    Hidden,
    Docinfo,
    /// A field of the docinfo, by its name.
    Bibliographic(&'static str),
    Paragraph,
    Rubric,
    Compound,
    Container,
    BlockQuote,
    Attribution,
    BulletList,
    EnumeratedList {
        sequence: &'static str,
        start: Option<u64>,
    },
    ListItem,
    DefinitionList,
    DefinitionListItem,
    Term,
    Classifier,
    Definition,
    FieldList,
    Field,
    FieldName,
    /// With its line, if it has just one.
    FieldBody {
        only_line: String,
    },
    OptionList,
    OptionListItem,
    OptionGroup,
    Option,
    OptionString,
    OptionArgument {
        delimiter: &'static str,
    },
    Description,
    LiteralBlock,
    DoctestBlock,
    MathBlock,
    LineBlock,
    Line {
        indent: Option<usize>,
    },
    /// An admonition, by its name; that of `admonition` brings its own title.
    Admonition(&'static str),
    Footnote(Label),
    Citation,
    LabelText,
    Figure {
        align: Option<String>,
    },
    Caption,
    Legend,
    Table {
        align: Option<String>,
    },
    TableGroup,
    Column {
        is_stub: bool,
    },
    TableHead,
    TableBody,
    Row,
    Cell {
        more_rows: usize,
        more_columns: usize,
    },
    Comment,
    SubstitutionDefinition {
        trims_left: bool,
        trims_right: bool,
    },
    Pending(Box<Pending>),
    /// A notice too small to be told. It counts as an element until the document is complete.
    Notice,
    Text(String),
    Emphasis,
    Strong,
    Literal,
    Abbreviation,
    Acronym,
    Subscript,
    Superscript,
    TitleReference,
    Inline,
    Math,
    Generated,
    Reference,
    Target,
    FootnoteReference(Label),
    CitationReference,
    SubstitutionReference(String),
    Image(Box<Image>),
}

impl Kind {
    /// What docutils calls it, with hyphens; ids are made of that when the node has no name.
    pub(super) fn tag(&self) -> &'static str {
        match self {
            Self::BulletList => "bullet-list",
            Self::DefinitionList => "definition-list",
            Self::DoctestBlock => "doctest-block",
            Self::EnumeratedList { .. } => "enumerated-list",
            Self::FieldList => "field-list",
            Self::OptionList => "option-list",
            Self::Paragraph => "paragraph",
            Self::Admonition(name) => name,
            Self::BlockQuote => "block-quote",
            Self::Citation => "citation",
            Self::CitationReference => "citation-reference",
            Self::Compound => "compound",
            Self::Container => "container",
            Self::Figure { .. } => "figure",
            Self::Footnote(_) => "footnote",
            Self::FootnoteReference(_) => "footnote-reference",
            Self::Image(_) => "image",
            Self::LineBlock => "line-block",
            Self::LiteralBlock => "literal-block",
            Self::MathBlock => "math-block",
            Self::Pending(_) => "pending",
            Self::Reference => "reference",
            Self::Rubric => "rubric",
            Self::Section => "section",
            Self::Sidebar => "sidebar",
            Self::Table { .. } => "table",
            Self::Target => "target",
            Self::Topic => "topic",
            _ => "node",
        }
    }

    /// Whether it holds text and inline markup.
    pub(super) fn is_text_element(&self) -> bool {
        match self {
            Self::Title
            | Self::Subtitle
            | Self::Paragraph
            | Self::Rubric
            | Self::Attribution
            | Self::Term
            | Self::Classifier
            | Self::FieldName
            | Self::OptionString
            | Self::OptionArgument { .. }
            | Self::Line { .. }
            | Self::LabelText
            | Self::Caption
            | Self::SubstitutionDefinition { .. } => true,
            Self::Bibliographic(name) => *name != "authors",
            _ => self.is_fixed_text() || self.is_inline_text(),
        }
    }

    /// Whether its text is kept as it is, spaces and quotes included.
    pub(super) fn is_fixed_text(&self) -> bool {
        match self {
            Self::LiteralBlock | Self::DoctestBlock | Self::MathBlock | Self::Comment => true,
            Self::Bibliographic(name) => *name == "address",
            _ => false,
        }
    }

    fn is_inline_text(&self) -> bool {
        matches!(
            self,
            Self::Emphasis
                | Self::Strong
                | Self::Literal
                | Self::Abbreviation
                | Self::Acronym
                | Self::Subscript
                | Self::Superscript
                | Self::TitleReference
                | Self::Inline
                | Self::Math
                | Self::Generated
                | Self::Reference
                | Self::Target
                | Self::FootnoteReference(_)
                | Self::CitationReference
                | Self::SubstitutionReference(_)
        )
    }

    /// Whether it may stand in a line of text.
    pub(super) fn is_inline(&self) -> bool {
        self.is_inline_text() || matches!(self, Self::Text(_) | Self::Image(_))
    }

    /// Whether nothing of it is shown.
    pub(super) fn is_invisible(&self) -> bool {
        matches!(
            self,
            Self::Comment | Self::SubstitutionDefinition { .. } | Self::Target | Self::Pending(_)
        )
    }
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parent: Option<NodeId>,
    pub(super) children: Vec<NodeId>,
    pub(super) line: Option<usize>,
    pub(super) ids: Vec<String>,
    pub(super) names: Vec<String>,
    /// Names that other nodes have too, so that none can be found by them.
    pub(super) lost_names: Vec<String>,
    pub(super) classes: Vec<String>,
    /// The ids of what refers to this footnote or citation.
    pub(super) back_references: Vec<String>,
    pub(super) link: Link,
}

/// What copies of nodes may take over all: their number and bytes of text. Descriptions copy some
/// names and titles.
const COPIES_MAX: usize = 1 << 20;
/// How many siblings may be looked at over all; more is the work of a text that was made for it.
const STEPS_MAX: usize = 1 << 27;
/// What a node counts besides its text.
const NODE_SIZE: usize = 16;

/// All nodes of a document.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The line that is read.
    pub(super) current_line: Option<usize>,
    /// The line that is read outside of all blocks; the one after the last when all are read.
    pub(super) root_line: usize,
    copied: usize,
    /// How many siblings were looked at.
    steps: Cell<usize>,
}

impl std::ops::Index<NodeId> for Tree {
    type Output = Node;

    fn index(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }
}

impl std::ops::IndexMut<NodeId> for Tree {
    fn index_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0]
    }
}

/// Bytes of text that there is a node for, about.
const BYTES_OF_NODE: usize = 24;

impl Tree {
    /// An empty tree with room for the nodes of a text.
    pub(super) fn for_text(bytes: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(bytes / BYTES_OF_NODE),
            ..Self::default()
        }
    }

    /// A new node without a parent.
    pub(super) fn node(&mut self, kind: Kind) -> NodeId {
        self.nodes.push(Node {
            kind,
            parent: None,
            children: Vec::new(),
            line: None,
            ids: Vec::new(),
            names: Vec::new(),
            lost_names: Vec::new(),
            classes: Vec::new(),
            back_references: Vec::new(),
            link: Link::default(),
        });
        NodeId(self.nodes.len() - 1)
    }

    /// A new node that stands for `children`.
    pub(super) fn node_with(&mut self, kind: Kind, children: Vec<NodeId>) -> NodeId {
        let id = self.node(kind);
        self.extend(id, children);
        id
    }

    /// A new node of text, which may have escapes.
    pub(super) fn text(&mut self, text: impl Into<String>) -> NodeId {
        self.node(Kind::Text(text.into()))
    }

    /// A new node with a text in it.
    pub(super) fn node_of_text(&mut self, kind: Kind, text: impl Into<String>) -> NodeId {
        let text = self.text(text);
        self.node_with(kind, vec![text])
    }

    /// Puts a node at the end of another.
    pub(super) fn append(&mut self, parent: NodeId, child: NodeId) {
        self.insert(parent, self[parent].children.len(), child);
    }

    /// Puts nodes at the end of another.
    pub(super) fn extend(&mut self, parent: NodeId, children: Vec<NodeId>) {
        for child in children {
            self.append(parent, child);
        }
    }

    /// Puts a node into another.
    pub(super) fn insert(&mut self, parent: NodeId, place: usize, child: NodeId) {
        let line = self.current_line.filter(|_| self.is_placed(parent));
        let node = &mut self[child];
        node.parent = Some(parent);
        node.line = node.line.or(line);
        self[parent].children.insert(place, child);
    }

    /// Whether a node is in the document already.
    fn is_placed(&self, id: NodeId) -> bool {
        let mut id = id;
        while let Some(parent) = self[id].parent {
            id = parent;
        }
        matches!(self[id].kind, Kind::Document)
    }

    /// The children of a node, which then has none.
    pub(super) fn take_children(&mut self, id: NodeId) -> Vec<NodeId> {
        std::mem::take(&mut self[id].children)
    }

    /// The place of a node among its siblings.
    pub(super) fn place(&self, id: NodeId) -> Option<(NodeId, usize)> {
        let parent = self[id].parent?;
        let place = self[parent]
            .children
            .iter()
            .position(|child| *child == id)?;
        self.count_steps(place);
        Some((parent, place))
    }

    /// Counts siblings that were looked at.
    pub(super) fn count_steps(&self, siblings: usize) {
        self.steps.set(self.steps.get() + siblings);
    }

    /// Whether looking for siblings took too long.
    ///
    /// # Errors
    /// [`Stop::TooLarge`].
    pub(super) fn check_steps(&self) -> Result<(), Stop> {
        if self.steps.get() > STEPS_MAX {
            return Err(Stop::TooLarge);
        }
        Ok(())
    }

    /// Takes all nodes of a kind out of the tree.
    pub(super) fn remove_all(&mut self, is_unwanted: impl Fn(&Kind) -> bool) {
        for place in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[place].children);
            children.retain(|child| !is_unwanted(&self[*child].kind));
            self.nodes[place].children = children;
        }
    }

    /// Takes a node out of the tree.
    pub(super) fn remove(&mut self, id: NodeId) {
        self.replace(id, Vec::new());
    }

    /// Puts others in place of a node.
    pub(super) fn replace(&mut self, id: NodeId, others: Vec<NodeId>) {
        let Some((parent, place)) = self.place(id) else {
            return;
        };
        self[id].parent = None;
        for other in &others {
            self[*other].parent = Some(parent);
        }
        self[parent].children.splice(place..=place, others);
    }

    /// The sibling before or after a node.
    pub(super) fn sibling(&self, id: NodeId, step: isize) -> Option<NodeId> {
        let (parent, place) = self.place(id)?;
        let place = place.checked_add_signed(step)?;
        self[parent].children.get(place).copied()
    }

    /// What the parent of a node is.
    pub(super) fn parent_kind(&self, id: NodeId) -> &Kind {
        self[id]
            .parent
            .map_or(&Kind::Holder, |parent| &self[parent].kind)
    }

    /// A node and all below it, each before its children.
    pub(super) fn below(&self, id: NodeId) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            found.push(id);
            open.extend(self[id].children.iter().rev());
        }
        found
    }

    /// Those of [`Self::below`] that are of a kind.
    pub(super) fn find(&self, id: NodeId, is_wanted: impl Fn(&Kind) -> bool) -> Vec<NodeId> {
        if !self.nodes.iter().any(|node| is_wanted(&node.kind)) {
            return Vec::new();
        }
        let mut found = self.below(id);
        found.retain(|id| is_wanted(&self[*id].kind));
        found
    }

    /// The text of a node and of all below it, with its escapes.
    pub(super) fn raw_text(&self, id: NodeId) -> String {
        let mut text = String::new();
        for id in self.below(id) {
            match &self[id].kind {
                Kind::Text(part) => text.push_str(part),
                Kind::Image(image) => text.push_str(image.alt.as_deref().unwrap_or_default()),
                _ => {}
            }
        }
        text
    }

    /// The text of a node and of all below it.
    pub(super) fn plain_text(&self, id: NodeId) -> String {
        super::text::unescape(&self.raw_text(id))
    }

    /// A copy of a node and of all below it, without a parent.
    ///
    /// # Errors
    /// [`Stop::TooLarge`] when there were too many.
    pub(super) fn copy(&mut self, id: NodeId) -> Result<NodeId, Stop> {
        let node = Node {
            children: Vec::new(),
            parent: None,
            ..self[id].clone()
        };
        self.count_copy(match &node.kind {
            Kind::Text(text) => text.len(),
            _ => 0,
        })?;
        self.nodes.push(node);
        let copy = NodeId(self.nodes.len() - 1);
        for child in self[id].children.clone() {
            let child = self.copy(child)?;
            self[child].parent = Some(copy);
            self[copy].children.push(child);
        }
        Ok(copy)
    }

    /// Counts a node that the description has not written out, and the bytes of its text.
    ///
    /// # Errors
    /// [`Stop::TooLarge`] when there were too many.
    pub(super) fn count_copy(&mut self, bytes: usize) -> Result<(), Stop> {
        self.copied += NODE_SIZE + bytes;
        if self.copied > COPIES_MAX {
            return Err(Stop::TooLarge);
        }
        Ok(())
    }

    /// The line of a node or of the nearest one around it.
    pub(super) fn line(&self, id: NodeId) -> Option<usize> {
        let mut next = Some(id);
        while let Some(id) = next {
            if self[id].line.is_some() {
                return self[id].line;
            }
            next = self[id].parent;
        }
        None
    }

    /// A problem with a node.
    pub(super) fn problem(&self, level: u8, id: NodeId, message: impl Into<String>) -> Stop {
        Stop::Problem(Problem {
            level,
            line: self.line(id).or(Some(self.root_line)),
            message: message.into(),
        })
    }
}
