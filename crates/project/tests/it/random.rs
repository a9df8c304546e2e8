//! Random workspaces over a random index: what the lock selects, for members, extras and groups in
//! each of eighteen environments, is all that is needed there and nothing else, in versions that fit.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use tilsit_packaging::name::ProjectName;
use tilsit_project::Workspace;
use tilsit_project::lock::{Lock, Selection};
use tilsit_resolver::in_memory::Index;

use crate::environments::{MINORS, environments};
use crate::making::{fault, lock, write};

const MARKERS: [&str; 7] = [
    "",
    "",
    "; sys_platform == 'win32'",
    "; sys_platform != 'darwin'",
    "; python_version < '3.11'",
    "; python_version >= '3.10'",
    "; sys_platform == 'linux' and python_version >= '3.9'",
];

const PROJECTS: usize = 5;
const RELEASES: u32 = 3;

/// A requirement: of which project, from which release to which, where, with an extra, for an extra.
#[derive(Clone, Debug)]
struct Edge {
    project: usize,
    from: u32,
    to: u32,
    marker: usize,
    with_extra: bool,
    for_extra: bool,
}

/// A member's own requirements, those of its extras `x` and `y`, of its groups `dev` and `docs`, and
/// the members that it requires.
#[derive(Clone, Debug)]
struct Member {
    requires: Vec<Edge>,
    extras: [Vec<Edge>; 2],
    groups: [Vec<Edge>; 2],
    members: Vec<usize>,
    is_package: bool,
}

#[derive(Clone, Debug)]
struct World {
    projects: Vec<Vec<Vec<Edge>>>,
    members: Vec<Member>,
    conflict: bool,
}

fn edge() -> impl Strategy<Value = Edge> {
    (
        0..PROJECTS,
        prop::sample::select(vec![1, 1, 1, 1, 2, RELEASES]),
        prop::sample::select(vec![0, 1, 2, RELEASES, RELEASES]),
        0..MARKERS.len(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(project, from, more, marker, with_extra, for_extra)| Edge {
                project,
                from,
                to: from + more,
                marker,
                with_extra,
                for_extra,
            },
        )
}

fn edges(most: usize) -> impl Strategy<Value = Vec<Edge>> {
    prop::collection::vec(edge(), 0..=most)
}

fn member() -> impl Strategy<Value = Member> {
    (
        edges(3),
        [edges(2), edges(2)],
        [edges(2), edges(1)],
        prop::collection::vec(0..3_usize, 0..2),
        any::<bool>(),
    )
        .prop_map(|(requires, extras, groups, members, is_package)| Member {
            requires,
            extras,
            groups,
            members,
            is_package,
        })
}

fn world() -> impl Strategy<Value = World> {
    let project = prop::collection::vec(edges(2), 1..=RELEASES as usize);
    (
        prop::collection::vec(project, PROJECTS),
        prop::collection::vec(member(), 1..=3),
        prop::bool::weighted(0.3),
    )
        .prop_map(|(projects, members, conflict)| World {
            projects,
            members,
            conflict,
        })
}

impl Edge {
    /// The requirement; that of a release may be for an extra of it.
    fn text(&self, may_be_for_extra: bool) -> String {
        let Edge {
            project, from, to, ..
        } = self;
        let with = if self.with_extra { "[x]" } else { "" };
        let marker = MARKERS[self.marker];
        let marker = match (self.for_extra && may_be_for_extra, marker) {
            (false, marker) => marker.to_owned(),
            (true, "") => "; extra == 'x'".to_owned(),
            (true, marker) => format!("{marker} and extra == 'x'"),
        };
        format!("p{project}{with}>={from},<={to}{marker}")
    }
}

fn list(edges: &[Edge]) -> String {
    let texts = edges.iter().map(|edge| format!("\"{}\"", edge.text(false)));
    texts.collect::<Vec<_>>().join(", ")
}

impl World {
    fn index(&self) -> Index {
        let mut index = Index::new();
        for (project, releases) in self.projects.iter().enumerate() {
            for (version, edges) in releases.iter().enumerate() {
                let texts: Vec<String> = edges.iter().map(|edge| edge.text(true)).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                index.release(&format!("p{project}"), &(version + 1).to_string(), &texts);
            }
        }
        index
    }

    /// Writes the members: the first is the root.
    fn write(&self, folder: &Path) {
        for (place, member) in self.members.iter().enumerate() {
            let mut requires = list(&member.requires);
            for other in &member.members {
                if *other != place && *other < self.members.len() {
                    write!(requires, ", \"m{other}[y]\"").unwrap();
                }
            }
            let requires = requires.trim_start_matches(", ");
            let mut text = format!(
                "[project]\nname = 'm{place}'\nversion = '1'\nrequires-python = '>=3.8'\n\
                 dependencies = [{requires}]\n[project.optional-dependencies]\nx = [{}]\ny = [{}]\n\
                 [dependency-groups]\ndev = [{}]\ndocs = [{}]\n[tool.tilsit]\npackage = {}\n",
                list(&member.extras[0]),
                list(&member.extras[1]),
                list(&member.groups[0]),
                list(&member.groups[1]),
                member.is_package,
            );
            let mut path = format!("packages/m{place}/pyproject.toml");
            if place == 0 {
                path = "pyproject.toml".to_owned();
                if self.conflict {
                    text.push_str("conflicts = [[{ extra = 'x' }, { group = 'docs' }]]\n");
                }
                text.push_str("[tool.tilsit.workspace]\nmembers = ['packages/*']\n");
            }
            write(folder, &[(&path, &text)]);
        }
    }
}

/// Some of what may be asked for.
fn selections(conflict: bool) -> Vec<Selection> {
    let name = |text: &str| text.parse::<ProjectName>().unwrap();
    let extra = |text: &str| vec![text.parse().unwrap()];
    let group = |text: &str| vec![text.parse().unwrap()];
    let none = Selection::default();
    let mut all = vec![
        none.clone(),
        Selection {
            groups: group("dev"),
            ..none.clone()
        },
        Selection {
            extras: extra("x"),
            ..none.clone()
        },
        Selection {
            members: vec![name("m0")],
            extras: extra("y"),
            groups: group("docs"),
            ..none.clone()
        },
        Selection {
            groups: group("dev"),
            only_groups: true,
            ..none.clone()
        },
    ];
    if !conflict {
        all.push(Selection {
            all_extras: true,
            groups: [group("dev"), group("docs")].concat(),
            ..none
        });
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn selects_what_is_needed(world in world()) {
        let folder = tempfile::tempdir().unwrap();
        world.write(folder.path());
        let workspace = Workspace::find(folder.path()).unwrap();
        let mut index = world.index();
        let Some(made) = lock(&workspace, &mut index, None) else {
            return Err(TestCaseError::reject("there is no resolution"));
        };
        let text = made.to_toml();
        let read = Lock::parse(&text, Path::new("pylock.toml")).unwrap();
        prop_assert!(!read.is_edited);
        prop_assert_eq!(&read.to_toml(), &text);
        for environment in environments(&MINORS) {
            for selection in selections(world.conflict) {
                let fault = fault(&workspace, &index, &read, &selection, &environment);
                prop_assert_eq!(
                    fault, None, "{:?} {:?}\n{}", selection, environment.values(), text
                );
            }
        }
        // With its own versions preferred it comes out the same.
        let again = lock(&workspace, &mut index, Some(&read)).unwrap();
        prop_assert_eq!(again.to_toml(), text);
    }
}

fn cases() -> u32 {
    if tilsit_testing::ring::in_acceptance() {
        400
    } else {
        24
    }
}
