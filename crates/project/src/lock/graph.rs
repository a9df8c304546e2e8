//! A lock as a graph: who requires what in which words, and where each is wanted, in any environment.
//!
//! Extras and groups of a selection are resolved away: what is left in the markers is about Pythons
//! and systems.

use std::collections::{BTreeMap, VecDeque};

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pylock::{Package, SelectError};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_resolver::Universal;

use super::select::{Selection, SelectionError};
use super::{Lock, LockedMember, own};

/// What a selection wants, and who requires whom.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    /// The members first, then the packages in the order of the lock.
    pub nodes: Vec<Node<'a>>,
    /// Sorted by where they start.
    pub edges: Vec<Edge>,
    /// The Pythons and systems that the lock is for.
    pub world: Marker,
}

/// A member, a package, or the groups of a root that is no project.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its name; none for the groups of a root.
    pub name: Option<&'a ProjectName>,
    /// The package of the lock; none for what is not installed itself.
    pub package: Option<&'a Package>,
    /// Whether it is a member or the groups of a root.
    pub is_root: bool,
    /// Where it is wanted, simplified within the world.
    pub marker: Marker,
}

/// One requirement, by which a node leads to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The place of who requires among the nodes.
    pub from: usize,
    /// The place of what is required.
    pub to: usize,
    /// The words; none where another tool's lock has not kept them.
    pub requirement: Option<Requirement>,
    /// Whether it is an extra or a group of it that requires.
    pub through: Through,
    /// Where it counts, simplified within the world.
    pub marker: Marker,
}

/// What of a project requires.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// The project itself.
    Project,
    /// One of its extras.
    Extra(ExtraName),
    /// One of its groups.
    Group(GroupName),
}

/// A package that is wanted, and where.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The package.
    pub package: &'a Package,
    /// Where; always true within the world of the lock if everywhere.
    pub marker: Marker,
    /// Who requires it, in words.
    pub required_by: Vec<String>,
}

impl Lock {
    /// The Pythons and systems that it is for.
    pub fn world(&self) -> Marker {
        let any = VersionSpecifiers::any();
        let requires_python = self.pylock.requires_python.as_ref();
        Universal {
            requires_python: requires_python.unwrap_or(&any).clone(),
            environments: self.pylock.environments.clone(),
        }
        .world()
    }

    /// What a selection wants, in any environment.
    ///
    /// # Errors
    /// When the selection names what is not there, or wants two versions of a project at once.
    pub fn graph(&self, selection: &Selection) -> Result<Graph<'_>, SelectionError> {
        self.check_groups(selection)?;
        let members = self.members(selection)?;
        let extras = self.extras(selection, &members)?;
        let chosen = |marker| Marker::with_extras(marker, &extras).with_groups(&selection.groups);
        let mut building = Building::new(self, &chosen);
        match &self.own {
            Some(own) => {
                for (name, member) in &members {
                    building.start(name, member, selection);
                }
                if selection.members.is_empty() {
                    for group in &selection.groups {
                        if let Some(requires) = own.groups.get(group) {
                            building.start_root_group(group, requires);
                        }
                    }
                }
                building.walk();
            }
            None if selection.only_groups => return Err(SelectionError::Foreign),
            None => building.take_all(self),
        }
        building.check()?;
        Ok(building.finish())
    }

    /// All of it: with every extra and group, also those that exclude each other.
    pub fn whole_graph(&self) -> Graph<'_> {
        self.graph_of_all(&Marker::without_extras)
    }

    /// All of it, with the extras and groups in the markers that open each way.
    pub(crate) fn conditional_graph(&self) -> Graph<'_> {
        self.graph_of_all(&|marker| marker)
    }

    fn graph_of_all(&self, chosen: &dyn Fn(Marker) -> Marker) -> Graph<'_> {
        let selection = Selection {
            all_extras: true,
            groups: self.pylock.dependency_groups.clone(),
            ..Selection::default()
        };
        let mut building = Building::new(self, chosen);
        match &self.own {
            Some(own) => {
                for (name, member) in &own.members {
                    building.start(name, member, &selection);
                }
                for (group, requires) in &own.groups {
                    building.start_root_group(group, requires);
                }
                building.walk();
            }
            None => building.take_all(self),
        }
        building.finish()
    }

    /// The packages that a selection wants in any environment, in the order of the lock.
    ///
    /// # Errors
    /// As [`Lock::graph`].
    pub fn portion(&self, selection: &Selection) -> Result<Vec<Part<'_>>, SelectionError> {
        Ok(self.graph(selection)?.parts())
    }
}

impl Graph<'_> {
    /// Who stands at a place, in words.
    pub fn words(&self, edge: &Edge) -> String {
        let name = self.nodes[edge.from].name;
        match (&edge.through, name) {
            (Through::Project, Some(name)) => name.to_string(),
            (Through::Extra(extra), Some(name)) => format!("{name}[{extra}]"),
            (Through::Group(group), Some(name)) => format!("{name} (group {group})"),
            (Through::Group(group), None) => format!("group {group}"),
            (_, None) => String::new(),
        }
    }
}

impl<'a> Graph<'a> {
    /// The packages that are wanted, in the order of the lock.
    pub fn parts(&self) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            let Some(package) = node.package else {
                continue;
            };
            let edges = self.edges.iter().filter(|edge| edge.to == place);
            let mut required_by: Vec<String> = edges.map(|edge| self.words(edge)).collect();
            required_by.sort_unstable();
            required_by.dedup();
            parts.push(Part {
                package,
                marker: node.marker,
                required_by,
            });
        }
        parts.sort_by(|one, other| one.package.name.cmp(&other.package.name));
        parts
    }
}

/// A node by its place, by itself or with one of its extras or groups.
type Step = (usize, Through);

/// A graph in the making.
struct Building<'a> {
    nodes: Vec<Node<'a>>,
    by_name: BTreeMap<&'a ProjectName, Vec<usize>>,
    members: BTreeMap<usize, &'a LockedMember>,
    /// What the lock says of where each node may be wanted.
    stated: Vec<Marker>,
    reached: BTreeMap<Step, Marker>,
    waiting: VecDeque<Step>,
    edges: Vec<Edge>,
    world: Marker,
}

impl<'a> Building<'a> {
    /// The nodes of a lock; `chosen` takes extras and groups out of the markers of packages.
    fn new(lock: &'a Lock, chosen: &dyn Fn(Marker) -> Marker) -> Self {
        let mut building = Self {
            nodes: Vec::new(),
            by_name: BTreeMap::new(),
            members: BTreeMap::new(),
            stated: Vec::new(),
            reached: BTreeMap::new(),
            waiting: VecDeque::new(),
            edges: Vec::new(),
            world: lock.world(),
        };
        let own = lock.own.as_ref();
        for (name, member) in own.into_iter().flat_map(|own| &own.members) {
            let mut packages = lock.pylock.packages.iter();
            let package = packages.find(|package| package.name == *name);
            let place = building.add(Some(name), package, Marker::TRUE);
            building.nodes[place].is_root = true;
            building.members.insert(place, member);
        }
        for package in &lock.pylock.packages {
            if own.is_none_or(|own| !own.members.contains_key(&package.name)) {
                building.add(Some(&package.name), Some(package), chosen(package.marker));
            }
        }
        building
    }

    fn add(
        &mut self,
        name: Option<&'a ProjectName>,
        package: Option<&'a Package>,
        stated: Marker,
    ) -> usize {
        let place = self.nodes.len();
        self.nodes.push(Node {
            name,
            package,
            is_root: false,
            marker: Marker::FALSE,
        });
        self.stated.push(stated);
        if let Some(name) = name {
            self.by_name.entry(name).or_default().push(place);
        }
        place
    }

    /// Starts from a member: from itself with its chosen extras, and from its groups.
    fn start(&mut self, name: &ProjectName, member: &'a LockedMember, selection: &Selection) {
        let Some(&place) = self.by_name.get(name).and_then(|places| places.first()) else {
            return;
        };
        if !selection.only_groups {
            self.arrive((place, Through::Project), Marker::TRUE);
            for extra in member.chosen(selection) {
                self.arrive((place, Through::Extra(extra.clone())), Marker::TRUE);
            }
        }
        for group in &selection.groups {
            let step = (place, Through::Group(group.clone()));
            let requires = member.groups.get(group).into_iter().flatten();
            for requirement in requires {
                self.follow(&step, requirement, requirement.marker);
            }
        }
    }

    fn start_root_group(&mut self, group: &GroupName, requires: &'a [Requirement]) {
        let place = self.nodes.iter().position(|node| node.name.is_none());
        let place = place.unwrap_or_else(|| self.add(None, None, Marker::TRUE));
        self.nodes[place].is_root = true;
        let step = (place, Through::Group(group.clone()));
        for requirement in requires {
            self.follow(&step, requirement, requirement.marker);
        }
    }

    /// Notes that a step is wanted where the marker holds, and that it has to be gone on from.
    fn arrive(&mut self, step: Step, marker: Marker) {
        let marker = marker.and(self.stated[step.0]).and(self.world);
        let known = self.reached.entry(step.clone()).or_insert(Marker::FALSE);
        let joined = known.or(marker);
        if joined != *known {
            *known = joined;
            self.waiting.push_back(step);
        }
    }

    /// Goes along a requirement of what is wanted where `here` holds.
    fn follow(&mut self, from: &Step, requirement: &Requirement, here: Marker) {
        let targets = self.by_name.get(&requirement.name).cloned();
        for to in targets.into_iter().flatten() {
            let marker = here.and(self.stated[to]).and(self.world);
            if marker.is_false() {
                continue;
            }
            let is_same = |edge: &&mut Edge| {
                (edge.from, edge.to) == (from.0, to)
                    && edge.through == from.1
                    && edge.requirement.as_ref() == Some(requirement)
            };
            match self.edges.iter_mut().find(is_same) {
                Some(edge) => edge.marker = edge.marker.or(marker),
                None => self.edges.push(Edge {
                    from: from.0,
                    to,
                    requirement: Some(requirement.clone()),
                    through: from.1.clone(),
                    marker,
                }),
            }
            self.arrive((to, Through::Project), marker);
            for extra in &requirement.extras {
                self.arrive((to, Through::Extra(extra.clone())), marker);
            }
        }
    }

    /// Goes on until nothing new is reached.
    fn walk(&mut self) {
        let requires: BTreeMap<usize, Vec<Requirement>> = self
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(place, node)| Some((place, own::requires(node.package?)?)))
            .collect();
        while let Some(step) = self.waiting.pop_front() {
            let here = self.reached[&step];
            let (place, through) = &step;
            let of_member: Option<&[Requirement]> = match (self.members.get(place), through) {
                (None, _) => None,
                (Some(member), Through::Project) => Some(&member.requires),
                (Some(member), Through::Extra(extra)) => {
                    Some(member.extras.get(extra).map_or(&[], |(_, list)| list))
                }
                (Some(_), Through::Group(_)) => Some(&[]),
            };
            if let Some(requires) = of_member {
                for requirement in requires {
                    self.follow(&step, requirement, here.and(requirement.marker));
                }
                continue;
            }
            for requirement in requires.get(place).into_iter().flatten() {
                let plain = requirement.marker.with_extras(&[]);
                let marker = match through {
                    Through::Extra(extra) => {
                        let with = requirement.marker.with_extras(std::slice::from_ref(extra));
                        with.and(plain.not())
                    }
                    _ => plain,
                };
                self.follow(&step, requirement, here.and(marker));
            }
        }
    }

    /// Takes all of the lock of another tool, which says of packages only to which they lead.
    fn take_all(&mut self, lock: &'a Lock) {
        for (place, package) in lock.pylock.packages.iter().enumerate() {
            self.arrive((place, Through::Project), Marker::TRUE);
            for table in &package.dependencies {
                let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
                let version = text("version").and_then(|text| text.parse::<Version>().ok());
                let is_meant = |other: &&(usize, &Package)| {
                    text("name").is_some_and(|name| name == other.1.name.as_str())
                        && (version.is_none() || version == other.1.version)
                };
                let packages: Vec<(usize, &Package)> =
                    lock.pylock.packages.iter().enumerate().collect();
                for (to, _) in packages.iter().filter(is_meant) {
                    self.edges.push(Edge {
                        from: place,
                        to: *to,
                        requirement: None,
                        through: Through::Project,
                        marker: self.stated[place].and(self.stated[*to]).and(self.world),
                    });
                }
            }
        }
    }

    /// Where a node is wanted.
    fn wanted(&self, place: usize) -> Marker {
        let reached = self.reached.get(&(place, Through::Project));
        reached.copied().unwrap_or(Marker::FALSE)
    }

    /// Whether each name is wanted in one version at a time.
    fn check(&self) -> Result<(), SelectionError> {
        for (name, places) in &self.by_name {
            for (number, &first) in places.iter().enumerate() {
                let mut others = places[number + 1..].iter();
                let here = self.wanted(first);
                if let Some(&second) = others.find(|other| !here.is_disjoint(self.wanted(**other)))
                {
                    let name = (*name).clone();
                    let both = SelectError::Ambiguous {
                        name,
                        first,
                        second,
                    };
                    return Err(both.into());
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Graph<'a> {
        for place in 0..self.nodes.len() {
            self.nodes[place].marker = match self.nodes[place].name {
                Some(_) => self.wanted(place),
                None => self.world,
            };
        }
        let starts: Vec<usize> = self.edges.iter().map(|edge| edge.from).collect();
        let is_kept = |place: usize, node: &Node<'_>| {
            !node.marker.is_false() || (node.is_root && starts.contains(&place))
        };
        let mut places = BTreeMap::new();
        let mut nodes = Vec::new();
        for (place, mut node) in self.nodes.into_iter().enumerate() {
            if is_kept(place, &node) {
                places.insert(place, nodes.len());
                // A member of which only a group is wanted is not wanted itself.
                if node.marker.is_false() {
                    node.package = None;
                }
                node.marker = node.marker.simplify_within(self.world);
                nodes.push(node);
            }
        }
        let edges = self.edges.into_iter().filter_map(|edge| {
            Some(Edge {
                from: *places.get(&edge.from)?,
                to: *places.get(&edge.to)?,
                marker: edge.marker.simplify_within(self.world),
                ..edge
            })
        });
        let mut edges: Vec<Edge> = edges.collect();
        edges.sort_by(|one, other| {
            (one.from, &one.through, one.to).cmp(&(other.from, &other.through, other.to))
        });
        Graph {
            nodes,
            edges,
            world: self.world,
        }
    }
}
