//! Universal resolutions: where they are divided, what is in force where, and that the selection is
//! valid wherever one looks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use tilsit_packaging::requirement::Requirement;
use tilsit_resolver::in_memory::Index;
use tilsit_resolver::{
    Answer, Candidate, Dependencies, Metadata, Question, Resolution, ResolutionMode, Resolver,
    ResolverOptions, RootRequirement, Step, Target, Universal,
};

use crate::environments::{MINORS, environments, fault};

fn line(text: &str) -> RootRequirement {
    RootRequirement::new(text.parse().expect("a requirement"), "")
}

fn lines(texts: &[&str]) -> Vec<RootRequirement> {
    texts.iter().map(|text| line(text)).collect()
}

fn options(requires_python: &str) -> ResolverOptions {
    ResolverOptions::for_target(Target::Universal(Universal {
        requires_python: requires_python.parse().expect("specifiers"),
        environments: Vec::new(),
    }))
}

fn shown(resolution: &Resolution) -> String {
    let mut text = String::new();
    for pin in &resolution.pins {
        write!(text, "{}=={}", pin.name, pin.version).expect("a string takes text");
        if !pin.marker.is_true() {
            write!(text, " ; {}", pin.marker).expect("a string takes text");
        }
        for dependency in &pin.dependencies {
            let release = &dependency.release;
            write!(text, "\n  {} {}", release.name, release.version).expect("a string takes text");
            if !dependency.marker.is_true() {
                write!(text, " ; {}", dependency.marker).expect("a string takes text");
            }
        }
        text.push('\n');
    }
    text
}

fn resolve(index: &mut Index, user: &[&str], options: ResolverOptions) -> String {
    let resolver = Resolver::new(lines(user), Vec::new(), options);
    match index.drive(resolver) {
        Ok(resolution) => shown(&resolution),
        Err(explanation) => explanation.to_string(),
    }
}

fn for_python(index: &mut Index, name: &str, version: &str, requires_python: &str) {
    let mut candidate = Candidate::new(version.parse().expect("a version"));
    candidate.requires_python = Some(Arc::new(requires_python.parse().expect("specifiers")));
    let metadata = Metadata {
        requires_python: candidate.requires_python.clone(),
        ..Metadata::default()
    };
    let name = name.parse().expect("a name");
    index.add(name, candidate, Dependencies::Found(metadata));
}

#[test]
fn a_pin_carries_where_it_is_needed() {
    let mut index = Index::new();
    index.release("app", "1", &["click", "tomli ; python_version < '3.11'"]);
    index.release("click", "8", &["colorama ; sys_platform == 'win32'"]);
    index.release("colorama", "1", &[]);
    index.release("tomli", "2", &[]);
    insta::assert_snapshot!(resolve(&mut index, &["app"], options(">=3.9")), @r#"
    app==1
      click 8
      tomli 2 ; python_version < "3.11"
    click==8
      colorama 1 ; sys_platform == "win32"
    colorama==1 ; sys_platform == "win32"
    tomli==2 ; python_version < "3.11"
    "#);
}

#[test]
fn each_python_has_the_newest_release_for_it() {
    let mut index = Index::new();
    for (version, python) in [("1.0", ">=3.7"), ("2.0", ">=3.9,<4"), ("3.0", "~=3.11")] {
        for_python(&mut index, "numpy", version, python);
    }
    index.release("app", "1", &["numpy"]);
    insta::assert_snapshot!(resolve(&mut index, &["app"], options(">=3.8")), @r#"
    app==1
      numpy 1.0 ; python_version < "3.9"
      numpy 2.0 ; python_version >= "3.9" and python_version < "3.11"
      numpy 3.0 ; python_version >= "3.11"
    numpy==1.0 ; python_version < "3.9"
    numpy==2.0 ; python_version >= "3.9" and python_version < "3.11"
    numpy==3.0 ; python_version >= "3.11"
    "#);
    let mut lowest = options(">=3.8");
    lowest.resolution = ResolutionMode::Lowest;
    insta::assert_snapshot!(resolve(&mut index, &["app"], lowest), @r"
    app==1
      numpy 1.0
    numpy==1.0
    ");
}

#[test]
fn platforms_have_one_name_each() {
    let mut index = Index::new();
    index.release("a", "1", &["win; platform_system == 'Windows'", "b"]);
    index.release("b", "1", &["win; os_name == 'nt'", "c; os_name == 'nt'"]);
    index.release(
        "c",
        "1",
        &["mac; sys_platform == 'darwin'", "all; os_name != 'java'"],
    );
    for project in ["win", "mac", "all"] {
        index.release(project, "1", &[]);
    }
    insta::assert_snapshot!(resolve(&mut index, &["a"], options(">=3.9")), @r#"
    a==1
      b 1
      win 1 ; sys_platform == "win32"
    all==1 ; sys_platform == "win32"
    b==1
      c 1 ; sys_platform == "win32"
      win 1 ; sys_platform == "win32"
    c==1 ; sys_platform == "win32"
      all 1
    win==1 ; sys_platform == "win32"
    "#);
}

#[test]
fn platforms_that_are_the_same_are_not_divided() {
    let mut index = Index::new();
    index.release(
        "a",
        "1",
        &[
            "b<2; sys_platform == 'win32'",
            "b>=2; platform_system != 'Windows'",
            "b; os_name == 'nt'",
        ],
    );
    index.release("b", "1", &[]);
    index.release("b", "2", &[]);
    let resolver = Resolver::new(lines(&["a"]), Vec::new(), options(">=3.9"));
    let resolution = index.drive(resolver).expect("there is an answer");
    let forks: Vec<String> = resolution.forks.iter().map(ToString::to_string).collect();
    assert_eq!(
        forks,
        ["sys_platform == \"win32\"", "sys_platform != \"win32\""]
    );
}

#[test]
fn a_patch_version_divides() {
    let mut index = Index::new();
    for_python(&mut index, "soup", "2.0", ">=3.8");
    for_python(&mut index, "soup", "4.0", ">=3.11.5");
    index.release("app", "1", &["soup", "win ; sys_platform == 'win32'"]);
    index.release("win", "1", &[]);
    insta::assert_snapshot!(resolve(&mut index, &["app"], options(">=3.9")), @r#"
    app==1
      soup 2.0 ; python_full_version < "3.11.5"
      soup 4.0 ; python_full_version >= "3.11.5"
      win 1 ; sys_platform == "win32"
    soup==2.0 ; python_full_version < "3.11.5"
    soup==4.0 ; python_full_version >= "3.11.5"
    win==1 ; sys_platform == "win32"
    "#);
}

#[test]
fn a_release_that_is_for_no_python_asked_for_is_left_out() {
    let mut index = Index::new();
    for_python(&mut index, "a", "1.0", ">=2.7,!=3.0.*,!=3.1.*");
    for_python(&mut index, "a", "2.0", ">=3.15");
    insta::assert_snapshot!(resolve(&mut index, &["a"], options(">=3.8,<3.14")), @"a==1.0");
    insta::assert_snapshot!(resolve(&mut index, &["a>1"], options(">=3.8,<3.14")), @r#"`a>1` cannot be met: `a` 2.0 needs Python >=3.15, and this is for python_version >= "3.8" and python_version < "3.14""#);
}

#[test]
fn constraints_and_overrides_with_markers() {
    let mut index = Index::new();
    for version in ["1", "2", "3"] {
        index.release("a", version, &[]);
        index.release("b", version, &[]);
    }
    index.release("app", "1", &["a", "b>=3"]);
    let mut options = options(">=3.10");
    options.overrides = lines(&[
        "b==1 ; sys_platform == 'linux'",
        "b==2 ; sys_platform != 'linux'",
    ]);
    let constraints = lines(&["a<3 ; python_version < '3.12'"]);
    let resolution = index.drive(Resolver::new(lines(&["app"]), constraints, options));
    insta::assert_snapshot!(shown(&resolution.expect("an answer")), @r#"
    a==2 ; python_version < "3.12"
    a==3 ; python_version >= "3.12"
    app==1
      a 2 ; python_version < "3.12"
      a 3 ; python_version >= "3.12"
      b 1 ; sys_platform == "linux"
      b 2 ; sys_platform != "linux"
    b==1 ; sys_platform == "linux"
    b==2 ; sys_platform != "linux"
    "#);
}

#[test]
fn only_the_environments_that_are_named() {
    let mut index = Index::new();
    index.release("a", "1", &["b ; sys_platform == 'win32'", "c"]);
    index.release("b", "1", &[]);
    index.release("c", "1", &[]);
    index.release("c", "2", &["no-such-thing ; sys_platform == 'win32'"]);
    let named = |environments: &[&str]| {
        ResolverOptions::for_target(Target::Universal(Universal {
            requires_python: ">=3.9".parse().expect("specifiers"),
            environments: environments
                .iter()
                .map(|text| text.parse().expect("a marker"))
                .collect(),
        }))
    };
    let both = named(&["sys_platform == 'linux'", "sys_platform == 'darwin'"]);
    insta::assert_snapshot!(resolve(&mut index, &["a"], both), @r"
    a==1
      c 2
    c==2
    ");
    let all = named(&[]);
    insta::assert_snapshot!(resolve(&mut index, &["a"], all), @r#"
    a==1
      b 1 ; sys_platform == "win32"
      c 1
    b==1 ; sys_platform == "win32"
    c==1
    "#);
}

#[test]
fn extras_of_one_project_in_different_places() {
    let mut index = Index::new();
    index.release(
        "psycopg",
        "1",
        &[
            "fast ; extra == 'binary' and implementation_name != 'pypy'",
            "zone ; sys_platform == 'win32'",
        ],
    );
    index.release("fast", "1", &[]);
    index.release("zone", "1", &[]);
    let user = [
        "psycopg[binary] ; python_version >= '3.12'",
        "psycopg ; python_version < '3.12'",
    ];
    insta::assert_snapshot!(resolve(&mut index, &user, options(">=3.9")), @r#"
    fast==1 ; python_version >= "3.12" and implementation_name != "pypy"
    psycopg==1
      zone 1 ; sys_platform == "win32"
      fast 1 ; python_version >= "3.12" and implementation_name != "pypy"
    zone==1 ; sys_platform == "win32"
    "#);
}

#[test]
fn a_lock_is_kept_where_it_was_in_force() {
    let mut index = Index::new();
    for version in ["1", "2", "3"] {
        index.release("a", version, &[]);
    }
    index.release(
        "app",
        "1",
        &[
            "a ; python_version < '3.12'",
            "a>1 ; python_version >= '3.12'",
        ],
    );
    let mut options = options(">=3.10");
    for (version, marker) in [
        ("1", "python_version < '3.12'"),
        ("2", "python_version >= '3.12'"),
    ] {
        options.preferences.add_where(
            "a".parse().expect("a name"),
            version.parse().expect("a version"),
            marker.parse().expect("a marker"),
        );
    }
    insta::assert_snapshot!(resolve(&mut index, &["app"], options), @r#"
    a==1 ; python_version < "3.12"
    a==2 ; python_version >= "3.12"
    app==1
      a 1 ; python_version < "3.12"
      a 2 ; python_version >= "3.12"
    "#);
}

#[test]
fn an_explanation_names_the_part_of_the_world() {
    let mut index = Index::new();
    index.release("a", "1", &["b<2 ; sys_platform == 'win32'"]);
    index.release("b", "1", &[]);
    index.release("b", "2", &[]);
    insta::assert_snapshot!(resolve(&mut index, &["a", "b>=2"], options(">=3.9")), @r#"
    these requirements cannot be met together; one of them has to give:
      `a`
      `b>=2`
    because
      - `a` 1 needs `b<2`
      - no version of `b` fits both `b<2` and `b>=2`
    This is so where sys_platform == "win32".
    "#);
}

/// For each project its releases, 1 to n: the least minor version of Python, and what it requires.
#[derive(Debug, Clone)]
struct Universe {
    projects: Vec<Vec<(u32, Vec<Edge>)>>,
    user: Vec<Edge>,
}

/// `project[extra] >= from, <= to ; marker`.
#[derive(Debug, Clone)]
struct Edge {
    project: usize,
    from: u32,
    to: u32,
    marker: usize,
    with_extra: bool,
    for_extra: bool,
}

const PROJECTS: usize = 5;
const RELEASES: u32 = 4;
const MARKERS: [&str; 9] = [
    "",
    "",
    "sys_platform == 'linux'",
    "sys_platform == 'win32'",
    "sys_platform != 'win32'",
    "python_version < '3.10'",
    "python_version >= '3.10'",
    "python_version >= '3.12' and os_name == 'posix'",
    "python_full_version < '3.9.4' or platform_machine == 'arm64'",
];

fn edge() -> impl Strategy<Value = Edge> {
    (
        0..PROJECTS,
        1..=RELEASES,
        0..RELEASES,
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

fn universe() -> impl Strategy<Value = Universe> {
    let python = prop_oneof![3 => Just(8_u32), 1 => 9..=13_u32];
    let release = (python, prop::collection::vec(edge(), 0..4));
    let project = prop::collection::vec(release, 1..=RELEASES as usize);
    let projects = prop::collection::vec(project, PROJECTS);
    let user = prop::collection::vec(edge(), 1..4);
    (projects, user).prop_map(|(projects, user)| Universe { projects, user })
}

impl Edge {
    fn requirement(&self, may_be_for_extra: bool) -> Requirement {
        let extra = if self.with_extra { "[x]" } else { "" };
        let mut text = format!("p{}{extra}>={},<={}", self.project, self.from, self.to);
        let mut parts: Vec<String> = Vec::new();
        if !MARKERS[self.marker].is_empty() {
            parts.push(format!("({})", MARKERS[self.marker]));
        }
        if self.for_extra && may_be_for_extra {
            parts.push("extra == 'x'".to_owned());
        }
        if !parts.is_empty() {
            write!(text, " ; {}", parts.join(" and ")).expect("a string takes text");
        }
        text.parse().expect("a requirement")
    }
}

impl Universe {
    fn index(&self) -> Index {
        let mut index = Index::new();
        for (project, releases) in self.projects.iter().enumerate() {
            for (place, (minor, edges)) in releases.iter().enumerate() {
                let version = (place + 1).to_string();
                let mut candidate = Candidate::new(version.parse().expect("a version"));
                let python = format!(">=3.{minor}");
                candidate.requires_python = Some(Arc::new(python.parse().expect("specifiers")));
                let metadata = Metadata {
                    requires: edges.iter().map(|edge| edge.requirement(true)).collect(),
                    provides_extra: vec!["x".parse().expect("an extra")],
                    requires_python: candidate.requires_python.clone(),
                };
                let name = format!("p{project}").parse().expect("a name");
                index.add(name, candidate, Dependencies::Found(metadata));
            }
        }
        index
    }

    fn user(&self) -> Vec<Requirement> {
        self.user
            .iter()
            .map(|edge| edge.requirement(false))
            .collect()
    }

    fn resolver(&self, options: ResolverOptions) -> Resolver {
        let lines = self.user();
        let lines = lines.into_iter().map(|line| RootRequirement::new(line, ""));
        Resolver::new(lines.collect(), Vec::new(), options)
    }
}

/// Answers one question at a time, in an order that the seed decides, also such as are not needed yet.
fn drive_shuffled(index: &Index, mut resolver: Resolver, seed: u64) -> Option<String> {
    let mut open: BTreeMap<u64, Question> = BTreeMap::new();
    let mut random = seed;
    let mut answers: Vec<Answer> = Vec::new();
    loop {
        match resolver.advance(std::mem::take(&mut answers)) {
            Step::Done(resolution) => return Some(shown(&resolution)),
            Step::Failed(_) => return None,
            Step::Wants(wants) => {
                for question in wants.needed.into_iter().chain(wants.ahead) {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    open.insert(random, question);
                }
                let (_, question) = open.pop_first().expect("a question is open");
                answers.push(index.answer(&question));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The forks, and what is chosen in each, do not depend on the order of answers.
    #[test]
    fn the_order_of_answers_does_not_matter_to_forks(universe in universe(), seed in any::<u64>()) {
        let mut index = universe.index();
        let plain = index.drive(universe.resolver(options(">=3.8"))).ok().map(|it| shown(&it));
        let shuffled = drive_shuffled(&index, universe.resolver(options(">=3.8")), seed);
        prop_assert_eq!(plain, shuffled);
    }

    /// What a universal resolution selects is valid in each of eighteen environments; and if it
    /// finds nothing, there is an environment without an answer.
    #[test]
    fn a_selection_is_valid_everywhere(universe in universe()) {
        let mut index = universe.index();
        let all = environments(&MINORS);
        match index.drive(universe.resolver(options(">=3.8"))) {
            Ok(resolution) => {
                for environment in &all {
                    let fault = fault(&index, &universe.user(), &resolution, environment);
                    prop_assert_eq!(fault, None, "{:?}\n{}", environment, shown(&resolution));
                }
                let pins: BTreeSet<_> = resolution.pins.iter().map(tilsit_resolver::Pin::release).collect();
                for dependency in resolution.pins.iter().flat_map(|pin| &pin.dependencies) {
                    prop_assert!(pins.contains(&dependency.release));
                }
            }
            Err(explanation) => {
                prop_assert!(explanation.to_string().lines().count() <= 25);
                // The part of the world may lie between those eighteen, so ask it for a witness.
                let alone = ResolverOptions::for_target(Target::Universal(Universal {
                    requires_python: ">=3.8".parse().expect("specifiers"),
                    environments: vec![explanation.environments],
                }));
                prop_assert!(index.drive(universe.resolver(alone)).is_err());
                for environment in all.iter().filter(|one| explanation.environments.evaluate(one, &[])) {
                    let one = ResolverOptions::new(environment.clone());
                    prop_assert!(index.drive(universe.resolver(one)).is_err(), "{environment:?}: {explanation}");
                }
            }
        }
    }
}
