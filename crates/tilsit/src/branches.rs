//! Trees of text, as `pip tree` and `tree` print them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::terminal::DIM;

/// What is to be drawn. Nodes are known by their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Branches {
    /// What each node is called.
    pub(crate) labels: Vec<String>,
    /// Where each leads to, in the order that is shown.
    pub(crate) leads: Vec<Vec<Lead>>,
    /// No deeper than this.
    pub(crate) depth: usize,
    /// Draw the same branch again wherever it comes up.
    pub(crate) repeat: bool,
}

/// A way from one node to another.
#[derive(Clone, Debug)]
pub(crate) struct Lead {
    /// The place of the other.
    pub(crate) to: usize,
    /// What is said of the way.
    pub(crate) note: String,
}

impl Branches {
    /// The trees of some roots.
    pub(crate) fn draw(&self, roots: &[usize]) -> String {
        let mut drawing = Drawing {
            branches: self,
            shown: BTreeSet::new(),
            text: String::new(),
            has_repeats: false,
        };
        for root in roots {
            drawing.branch(*root, "", &mut Vec::new());
        }
        if drawing.has_repeats {
            let _ = writeln!(drawing.text, "{DIM}(*) shown above already{DIM:#}");
        }
        drawing.text
    }

    /// The nodes that nothing leads to; of a circle that nothing leads into, the first.
    pub(crate) fn roots(&self) -> Vec<usize> {
        let led_to: BTreeSet<usize> = self.leads.iter().flatten().map(|lead| lead.to).collect();
        let all = 0..self.labels.len();
        let mut roots: Vec<usize> = all.clone().filter(|node| !led_to.contains(node)).collect();
        let mut reached = BTreeSet::new();
        for root in &roots {
            self.reach(*root, &mut reached);
        }
        for node in all {
            if !reached.contains(&node) {
                roots.push(node);
                self.reach(node, &mut reached);
            }
        }
        roots
    }

    /// Takes the ways to some nodes away.
    pub(crate) fn prune(&mut self, is_pruned: impl Fn(usize) -> bool) {
        for leads in &mut self.leads {
            leads.retain(|lead| !is_pruned(lead.to));
        }
    }

    fn reach(&self, from: usize, reached: &mut BTreeSet<usize>) {
        let mut waiting = vec![from];
        while let Some(node) = waiting.pop() {
            if reached.insert(node) {
                waiting.extend(self.leads[node].iter().map(|lead| lead.to));
            }
        }
    }
}

struct Drawing<'a> {
    branches: &'a Branches,
    /// The nodes whose branch stands above already.
    shown: BTreeSet<usize>,
    text: String,
    has_repeats: bool,
}

impl Drawing<'_> {
    /// Draws a node and what it leads to; `last` says for each level above whether it is the last of
    /// its siblings.
    fn branch(&mut self, node: usize, note: &str, last: &mut Vec<bool>) {
        if let Some((own, above)) = last.split_last() {
            for is_last in above {
                self.text.push_str(if *is_last { "    " } else { "│   " });
            }
            self.text.push_str(if *own { "└── " } else { "├── " });
        }
        self.text.push_str(&self.branches.labels[node]);
        self.text.push_str(note);
        let leads = &self.branches.leads[node];
        let is_new = self.shown.insert(node);
        if !is_new && !leads.is_empty() && !self.branches.repeat {
            self.has_repeats = true;
            self.text.push_str(" (*)\n");
            return;
        }
        self.text.push('\n');
        // A circle ends where it began, also when branches are shown again.
        if last.len() >= self.branches.depth || last.len() > self.branches.labels.len() {
            return;
        }
        for (number, lead) in leads.iter().enumerate() {
            last.push(number + 1 == leads.len());
            self.branch(lead.to, &lead.note, last);
            last.pop();
        }
    }
}
