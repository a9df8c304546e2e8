//! A document: its tree, and the names and ids that its nodes are found by.

use std::collections::{HashMap, HashSet};

use super::problem::Parsed;
use super::text::{identifier, normalize_name, normalize_space};
use super::tree::{Kind, Label, NodeId, Tree};

/// Stands before every id, so that a description cannot take the ids of the page around it.
pub(super) const ID_PREFIX: &str = "user-content-";

/// Who has a name.
#[derive(Clone, Copy, Debug)]
struct Owner {
    /// Nothing when several have it.
    node: Option<NodeId>,
    /// Whether it was given, and does not come from a title.
    is_explicit: bool,
}

/// Whom a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup<'d> {
    Unknown,
    /// Several nodes have it, so that it leads nowhere.
    Shared,
    Id(&'d str),
}

/// A document, as far as it is read.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) tree: Tree,
    pub(super) root: NodeId,
    names: HashMap<String, Owner>,
    /// The id of each name; nothing when several nodes have the name.
    name_ids: HashMap<String, Option<String>>,
    ids: HashMap<String, NodeId>,
    id_counts: HashMap<String, usize>,
    /// What refers to each name.
    pub(super) references: HashMap<String, Vec<NodeId>>,
    pub(super) references_by_id: HashMap<String, Vec<NodeId>>,
    pub(super) indirect_targets: Vec<NodeId>,
    /// Targets that are being resolved.
    pub(super) open_targets: HashSet<NodeId>,
    /// Footnotes in the order of the text, with and without a name.
    pub(super) footnotes: Vec<NodeId>,
    pub(super) footnote_references: Vec<NodeId>,
    pub(super) citations: Vec<NodeId>,
    pub(super) citation_references: Vec<NodeId>,
    /// Definitions of substitutions by their names.
    pub(super) substitutions: HashMap<String, NodeId>,
    /// The names of substitutions by what they are in small letters.
    pub(super) substitution_names: HashMap<String, String>,
    /// What waits for the end of the text.
    pub(super) pending: Vec<NodeId>,
}

impl Document {
    /// An empty document for a text of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let mut tree = Tree::for_text(bytes);
        let root = tree.node(Kind::Document);
        Self {
            tree,
            root,
            names: HashMap::new(),
            name_ids: HashMap::new(),
            ids: HashMap::new(),
            id_counts: HashMap::new(),
            references: HashMap::new(),
            references_by_id: HashMap::new(),
            indirect_targets: Vec::new(),
            open_targets: HashSet::new(),
            footnotes: Vec::new(),
            footnote_references: Vec::new(),
            citations: Vec::new(),
            citation_references: Vec::new(),
            substitutions: HashMap::new(),
            substitution_names: HashMap::new(),
            pending: Vec::new(),
        }
    }

    /// Whom a name leads to.
    pub(super) fn lookup(&self, name: &str) -> Lookup<'_> {
        match self.name_ids.get(name) {
            Some(Some(id)) => Lookup::Id(id),
            Some(None) => Lookup::Shared,
            None => Lookup::Unknown,
        }
    }

    /// The id of the one node that has a name.
    pub(super) fn id_of_name(&self, name: &str) -> Option<String> {
        match self.lookup(name) {
            Lookup::Id(id) => Some(id.to_owned()),
            _ => None,
        }
    }

    /// Whether any node has a name.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The one node that has a name.
    pub(super) fn node_of_name(&self, name: &str) -> Option<NodeId> {
        self.names.get(name)?.node
    }

    /// The node that has an id.
    pub(super) fn node_of_id(&self, id: &str) -> Option<NodeId> {
        self.ids.get(id).copied()
    }

    /// Moves an id to another node.
    pub(super) fn move_id(&mut self, id: &str, node: NodeId) {
        self.ids.insert(id.to_owned(), node);
    }

    /// Gives a node an id if it has none; the answer is its last one.
    pub(super) fn set_id(&mut self, node: NodeId) -> String {
        let tag = self.tree[node].kind.tag();
        self.set_id_like(node, tag)
    }

    /// As [`Self::set_id`], with a word for the id of a node that has no name.
    pub(super) fn set_id_like(&mut self, node: NodeId, kind: &str) -> String {
        if self.tree[node].ids.is_empty() {
            let id = self.create_id(node, kind);
            self.tree[node].ids.push(id);
        }
        let ids = self.tree[node].ids.clone();
        let last = ids.last().cloned().unwrap_or_default();
        for id in ids {
            self.ids.entry(id).or_insert(node);
        }
        for name in self.tree[node].names.clone() {
            self.name_ids.insert(name, Some(last.clone()));
        }
        last
    }

    fn create_id(&mut self, node: NodeId, kind: &str) -> String {
        let mut prefix = None;
        for name in &self.tree[node].names {
            // Behind another letter an id may begin with a digit.
            let base = identifier(&format!("x{name}")).split_off(1);
            let id = format!("{ID_PREFIX}{base}");
            if !base.is_empty() && !self.ids.contains_key(&id) {
                return id;
            }
            prefix = (!base.is_empty()).then(|| format!("{id}-"));
        }
        let lost = self.tree[node].lost_names.first();
        let lost = lost.map(|name| identifier(name));
        let prefix = prefix.unwrap_or_else(|| match lost {
            Some(base) if !base.is_empty() => format!("{base}-"),
            _ => format!("{ID_PREFIX}{kind}-"),
        });
        let count = self.id_counts.entry(prefix.clone()).or_default();
        loop {
            *count += 1;
            let id = format!("{prefix}{count}");
            if !self.ids.contains_key(&id) {
                return id;
            }
        }
    }

    /// Takes note of a title's name.
    ///
    /// # Errors
    /// As [`Self::note_explicit`].
    pub(super) fn note_implicit(&mut self, node: NodeId) -> Parsed<()> {
        self.note_names(node, false)?;
        self.set_id(node);
        Ok(())
    }

    /// Takes note of the names that a node was given.
    ///
    /// # Errors
    /// When another node was given one of them.
    pub(super) fn note_explicit(&mut self, node: NodeId) -> Parsed<()> {
        self.note_names(node, true)?;
        self.set_id(node);
        Ok(())
    }

    fn note_names(&mut self, node: NodeId, is_explicit: bool) -> Parsed<()> {
        for name in self.tree[node].names.clone() {
            match self.names.get(&name).copied() {
                Some(owner) if owner.node != Some(node) => {
                    self.share_name(node, &name, owner, is_explicit)?;
                }
                owner => {
                    let is_explicit = owner.map_or(is_explicit, |owner| owner.is_explicit);
                    let node = Some(node);
                    self.names.insert(name, Owner { node, is_explicit });
                }
            }
        }
        Ok(())
    }

    /// Decides who keeps a name that two nodes have: what was given beats what comes from a title.
    fn share_name(
        &mut self,
        node: NodeId,
        name: &str,
        old: Owner,
        is_explicit: bool,
    ) -> Parsed<()> {
        let same = |id: NodeId| {
            let (old, new) = (&self.tree[id].link, &self.tree[node].link);
            (new.name.is_some() && new.name == old.name)
                || (new.uri.is_some() && new.uri == old.uri)
        };
        let mut owner = Owner {
            is_explicit: old.is_explicit || is_explicit,
            ..old
        };
        let mut notice = true;
        if old.node.is_some_and(same) {
            self.lose_name(node, name);
        } else if is_explicit && old.is_explicit {
            let message = format!("Duplicate explicit target name: \"{name}\".");
            return Err(self.tree.problem(2, node, message));
        } else if is_explicit {
            owner.node = Some(node);
            match old.node {
                Some(old) => self.lose_name(old, name),
                None => notice = false,
            }
        } else {
            self.lose_name(node, name);
            if let Some(old) = old.node.filter(|_| !owner.is_explicit) {
                self.lose_name(old, name);
                owner.node = None;
                self.name_ids.insert(name.to_owned(), None);
                self.set_id(old);
            }
        }
        self.names.insert(name.to_owned(), owner);
        let is_empty_target =
            matches!(self.tree[node].kind, Kind::Target) && self.tree[node].children.is_empty();
        if notice && !is_empty_target {
            self.set_id(node);
        }
        Ok(())
    }

    fn lose_name(&mut self, node: NodeId, name: &str) {
        let node = &mut self.tree[node];
        node.names.retain(|kept| kept != name);
        node.lost_names.push(name.to_owned());
    }

    /// Gives a node a name that a directive has as an option.
    ///
    /// # Errors
    /// When another node was given it.
    pub(super) fn add_name(&mut self, node: NodeId, name: &str) -> Parsed<()> {
        self.tree[node].names.push(normalize_name(name));
        self.note_explicit(node)
    }

    /// Takes note of what refers to a name.
    pub(super) fn note_reference(&mut self, node: NodeId) {
        if let Some(name) = self.tree[node].link.name.clone() {
            self.references.entry(name).or_default().push(node);
        }
    }

    /// Takes note of a target that leads to another.
    pub(super) fn note_indirect(&mut self, target: NodeId) {
        self.indirect_targets.push(target);
        if !self.tree[target].names.is_empty() {
            self.note_reference(target);
        }
    }

    /// Takes note of a reference to a footnote.
    pub(super) fn note_footnote_reference(&mut self, node: NodeId) {
        self.set_id(node);
        self.footnote_references.push(node);
        self.note_reference(node);
    }

    /// A node that waits for the end of the text.
    pub(super) fn pend(&mut self, pending: super::tree::Pending) -> NodeId {
        let node = self.tree.node(Kind::Pending(Box::new(pending)));
        self.pending.push(node);
        node
    }

    /// Takes note of the definition of a substitution.
    ///
    /// # Errors
    /// When there is another of its name.
    pub(super) fn define(&mut self, name: &str, node: NodeId) -> Parsed<()> {
        let name = normalize_space(name);
        if self.substitutions.insert(name.clone(), node).is_some() {
            let message = format!("Duplicate substitution definition name: \"{name}\".");
            return Err(self.tree.problem(3, node, message));
        }
        self.substitution_names.insert(normalize_name(&name), name);
        Ok(())
    }

    /// The footnotes whose labels come about in one way.
    pub(super) fn footnotes_with(&self, label: Label) -> Vec<NodeId> {
        let is_so = |id: &NodeId| matches!(&self.tree[*id].kind, Kind::Footnote(l) if *l == label);
        self.footnotes.iter().copied().filter(is_so).collect()
    }
}
