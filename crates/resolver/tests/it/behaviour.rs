//! Single rules, each with requirements and pins.

use std::sync::Arc;

use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_resolver::in_memory::{Index, linux};
use tilsit_resolver::{
    Answer, Candidate, Dependencies, Explanation, Hint, Metadata, Notice, PrereleaseMode, Question,
    Requirer, Resolution, ResolutionMode, Resolver, ResolverOptions, RootRequirement, Step,
    Unusable, Versions, Yanked,
};

fn line(text: &str, origin: &str) -> RootRequirement {
    RootRequirement::new(text.parse().expect("a requirement"), origin)
}

fn lines(texts: &[&str]) -> Vec<RootRequirement> {
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| line(text, &format!("app.in, line {}", index + 1)))
        .collect()
}

fn options() -> ResolverOptions {
    ResolverOptions::new(linux("3.12.4"))
}

fn name(text: &str) -> ProjectName {
    text.parse().expect("a name")
}

/// Resolves with options and constraints.
fn resolve(
    index: &Index,
    requirements: &[&str],
    constraints: &[&str],
    options: ResolverOptions,
) -> Result<Resolution, Box<Explanation>> {
    let constraints = constraints
        .iter()
        .map(|text| line(text, "constraints.txt"))
        .collect();
    let resolver = Resolver::new(lines(requirements), constraints, options);
    index.clone().drive(resolver)
}

/// `a 1.0, b 2.0`, or the explanation.
fn shown(outcome: &Result<Resolution, Box<Explanation>>) -> String {
    match outcome {
        Err(explanation) => explanation.to_string(),
        Ok(resolution) => resolution
            .pins
            .iter()
            .map(|pin| format!("{} {}", pin.name, pin.version))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// An index of projects with a few releases.
fn index(releases: &[(&str, &str, &[&str])]) -> Index {
    let mut index = Index::new();
    for (name, version, requires) in releases {
        index.release(name, version, requires);
    }
    index
}

#[test]
fn chooses_by_mode_and_preference() {
    let index = index(&[
        ("a", "1.0", &["b>=1.1"]),
        ("a", "2.0", &["b>=1.1"]),
        ("b", "1.0", &[]),
        ("b", "1.1", &[]),
        ("b", "1.2", &[]),
    ]);
    let preferring = |name_and_version: &[(&str, &str)]| {
        let mut options = options();
        for (project, version) in name_and_version {
            let version = version.parse().expect("a version");
            options.preferences.add(name(project), version);
        }
        options
    };
    let mode = |resolution| {
        let mut options = options();
        options.resolution = resolution;
        options
    };
    let mut direct = mode(ResolutionMode::LowestDirect);
    direct.direct.insert(name("b"));
    let cases = [
        (options(), "a 2.0, b 1.2"),
        (mode(ResolutionMode::Lowest), "a 1.0, b 1.1"),
        (mode(ResolutionMode::LowestDirect), "a 1.0, b 1.2"),
        // What a project requires that is worked on is required by the user.
        (direct, "a 1.0, b 1.1"),
        (preferring(&[("b", "1.1")]), "a 2.0, b 1.1"),
        (preferring(&[("a", "1.0"), ("b", "1.0")]), "a 1.0, b 1.2"),
        (preferring(&[("a", "9.0")]), "a 2.0, b 1.2"),
    ];
    for (options, expected) in cases {
        assert_eq!(shown(&resolve(&index, &["a"], &[], options)), expected);
    }
}

#[test]
fn prereleases_by_mode() {
    let index = index(&[
        ("a", "1.0", &[]),
        ("a", "2.0b1", &[]),
        ("only", "0.1a1", &[]),
        ("user", "1.0", &["a>1"]),
    ]);
    let modes = [
        PrereleaseMode::IfNecessary,
        PrereleaseMode::Explicit,
        PrereleaseMode::Allow,
        PrereleaseMode::Disallow,
    ];
    let none = "none";
    let cases: [(&str, [&str; 4]); 6] = [
        ("a", ["a 1.0", "a 1.0", "a 2.0b1", "a 1.0"]),
        ("a>=2.0b1", ["a 2.0b1", "a 2.0b1", "a 2.0b1", none]),
        ("a>=1.0b1", ["a 1.0", "a 1.0", "a 2.0b1", "a 1.0"]),
        ("a>1", ["a 2.0b1", none, "a 2.0b1", none]),
        ("only", ["only 0.1a1", none, "only 0.1a1", none]),
        (
            "user",
            ["a 2.0b1, user 1.0", none, "a 2.0b1, user 1.0", none],
        ),
    ];
    for (requirement, expected) in cases {
        for (mode, expected) in modes.into_iter().zip(expected) {
            let mut options = options();
            options.prereleases = mode;
            let outcome = resolve(&index, &[requirement], &[], options);
            let answer = match &outcome {
                Ok(_) => shown(&outcome),
                Err(_) => none.to_owned(),
            };
            assert_eq!(answer, expected, "{requirement} with {mode:?}");
        }
    }
}

#[test]
fn a_forbidden_prerelease_is_a_hint() {
    let index = index(&[("a", "1.0", &[]), ("a", "2.0b1", &[])]);
    let mut options = options();
    options.prereleases = PrereleaseMode::Disallow;
    let explanation = resolve(&index, &["a>1"], &[], options).expect_err("none is allowed");
    insta::assert_snapshot!(explanation, @"`a>1` (app.in, line 1) cannot be met: `a` 2.0b1 is a pre-release, and those are not allowed");
    assert!(matches!(explanation.hints[..], [Hint::Prerelease { .. }]));
}

#[test]
fn constraints_limit_and_require_nothing() {
    let index = index(&[("a", "1.0", &["b"]), ("b", "1.0", &[]), ("b", "2.0", &[])]);
    let resolve = |constraints: &[&str]| resolve(&index, &["a"], constraints, options());
    assert_eq!(shown(&resolve(&["b<2", "absent==1"])), "a 1.0, b 1.0");
    assert_eq!(
        shown(&resolve(&["b<2; sys_platform == 'win32'"])),
        "a 1.0, b 2.0"
    );
    let explanation = resolve(&["b>2"]).expect_err("nothing is left");
    insta::assert_snapshot!(explanation, @"`a` (app.in, line 1) cannot be met: `a` 1.0 needs `b`, but your constraint `b>2` (constraints.txt) excludes `b` 1.0 and 2.0");
    assert!(matches!(explanation.hints[..], [Hint::Constraint { .. }]));
}

#[test]
fn an_override_stands_in_the_place_of_requirements() {
    let index = index(&[("a", "1.0", &["b<2"]), ("b", "1.0", &[]), ("b", "2.0", &[])]);
    let mut options = options();
    options.overrides = vec![line("b>=2", "pyproject.toml")];
    assert_eq!(
        shown(&resolve(&index, &["a"], &[], options.clone())),
        "a 1.0, b 2.0"
    );
    options.overrides = vec![line("b>=3", "pyproject.toml")];
    let explanation = resolve(&index, &["a"], &[], options).expect_err("there is no such b");
    insta::assert_snapshot!(explanation, @"`a` (app.in, line 1) cannot be met: `a` 1.0 needs `b>=3` (your override, pyproject.toml), but the versions of `b` are 1.0 and 2.0");
}

#[test]
fn exact_versions_locals_and_epochs() {
    let index = index(&[
        ("a", "1.0", &[]),
        ("a", "1.0+cpu", &[]),
        ("a", "1.1", &[]),
        ("a", "1!0.5", &[]),
    ]);
    let cases = [
        ("a==1.0", "a 1.0+cpu"),
        ("a==1.0+cpu", "a 1.0+cpu"),
        ("a===1.0", "a 1.0"),
        ("a<1!0", "a 1.1"),
        ("a", "a 1!0.5"),
    ];
    for (requirement, expected) in cases {
        let outcome = resolve(&index, &[requirement], &[], options());
        assert_eq!(shown(&outcome), expected, "{requirement}");
    }
}

#[test]
fn extras_that_name_other_extras_of_their_own_project() {
    let index = index(&[
        (
            "a",
            "1.0",
            &[
                "a[x,y]; extra == 'all'",
                "b; extra == 'x'",
                "c; extra == 'y'",
                "a[all]; extra == 'dev'",
            ],
        ),
        ("b", "1.0", &["a"]),
        ("c", "1.0", &["a[x]"]),
    ]);
    let resolution = resolve(&index, &["a[dev]"], &[], options()).expect("all fits");
    let pin = resolution.pin(&name("a")).expect("a is pinned");
    let extras: Vec<&str> = pin.extras.iter().map(ExtraName::as_str).collect();
    assert_eq!(extras, ["all", "dev", "x", "y"]);
    assert_eq!(shown(&Ok(resolution)), "a 1.0, b 1.0, c 1.0");
}

#[test]
fn an_extra_follows_its_project() {
    // The newest release has no such extra, the middle one a bad one.
    let index = index(&[
        ("a", "1.0", &["b; extra == 'x'"]),
        ("a", "2.0", &["absent; extra == 'x'"]),
        ("b", "1.0", &[]),
    ]);
    assert_eq!(
        shown(&resolve(&index, &["a[x]"], &[], options())),
        "a 1.0, b 1.0"
    );
}

#[test]
fn an_unknown_extra_is_a_notice() {
    let index = index(&[("a", "1.0", &[])]);
    let resolution = resolve(&index, &["a[x]"], &[], options()).expect("a fits");
    assert!(matches!(
        &resolution.notices[..],
        [Notice::UnknownExtra { extra, .. }] if extra.as_str() == "x"
    ));
}

#[test]
fn cycles_end() {
    let index = index(&[
        ("a", "1.0", &["b"]),
        ("b", "1.0", &["c"]),
        ("c", "1.0", &["a>=1", "c"]),
    ]);
    assert_eq!(
        shown(&resolve(&index, &["a"], &[], options())),
        "a 1.0, b 1.0, c 1.0"
    );
}

#[test]
fn edges_say_who_required_what() {
    let index = index(&[
        (
            "a",
            "1.0",
            &["b>=1; python_version >= '3.8'", "c; extra == 'x'"],
        ),
        ("b", "1.0", &["c; sys_platform == 'win32'"]),
        ("c", "1.0", &[]),
    ]);
    let resolution = resolve(&index, &["a[x]", "b"], &[], options()).expect("all fits");
    let edges: Vec<String> = resolution
        .pins
        .iter()
        .flat_map(|pin| {
            pin.required_by.iter().map(|edge| match &edge.requirer {
                Requirer::User(origin) => format!("{} <- {origin}", pin.name),
                Requirer::Project(name, None) => format!("{} <- {name}", pin.name),
                Requirer::Project(name, Some(extra)) => format!("{} <- {name}[{extra}]", pin.name),
            })
        })
        .collect();
    assert_eq!(
        edges,
        [
            "a <- app.in, line 1",
            "b <- app.in, line 2",
            "b <- a",
            "c <- a[x]",
        ]
    );
}

const URL: &str = "https://index.example/b-3.0-py3-none-any.whl";
const OTHER_URL: &str = "https://index.example/b-3.1-py3-none-any.whl";

fn with_urls(releases: &[(&str, &str, &[&str])]) -> Index {
    let mut index = index(releases);
    for (url, version) in [(URL, "3.0"), (OTHER_URL, "3.1")] {
        let version = version.parse().expect("a version");
        index.add_url(url, name("b"), version, Metadata::default());
    }
    index
}

#[test]
fn a_url_of_the_user_is_the_only_candidate() {
    let index = with_urls(&[("a", "1.0", &["b>=2"]), ("a", "2.0", &["b<2"])]);
    let url = format!("b @ {URL}");
    let mut asking = index.clone();
    let resolver = Resolver::new(lines(&["a", &url]), Vec::new(), options());
    let resolution = asking.drive(resolver).expect("a 1.0 fits");
    let pin = resolution.pin(&name("b")).expect("b is pinned");
    assert_eq!(pin.url.as_deref(), Some(URL));
    assert_eq!(shown(&Ok(resolution)), "a 1.0, b 3.0");
    // The index is not asked for a project that the user takes from elsewhere.
    assert!(!asking.questions().contains(&Question::Versions(name("b"))));
}

#[test]
fn a_url_of_a_project_counts_where_it_is_required() {
    let at = format!("b @ {URL}");
    let index = with_urls(&[
        ("a", "1.0", &[]),
        ("a", "2.0", &[&at]),
        ("b", "1.0", &[]),
        ("c", "1.0", &["b<2"]),
        ("d", "0.9", &["b>=1"]),
        ("d", "1.0", &["b>=3"]),
    ]);
    let cases: [(&[&str], &str); 4] = [
        (&["a"], "a 2.0, b 3.0"),
        (&["a", "d"], "a 2.0, b 3.0, d 1.0"),
        (&["a", "c"], "a 1.0, b 1.0, c 1.0"),
        (&["c", "a"], "a 1.0, b 1.0, c 1.0"),
    ];
    for (requirements, expected) in cases {
        let outcome = resolve(&index, requirements, &[], options());
        assert_eq!(shown(&outcome), expected, "{requirements:?}");
    }
}

#[test]
fn two_urls_exclude_each_other() {
    let index = with_urls(&[]);
    let (one, two) = (format!("b @ {URL}"), format!("b @ {OTHER_URL}"));
    let explanation =
        resolve(&index, &[&one, &two], &[], options()).expect_err("both cannot be had");
    insta::assert_snapshot!(explanation, @"`b @ https://index.example/b-3.1-py3-none-any.whl` (app.in, line 2) cannot be met: you take `b` from `https://index.example/b-3.0-py3-none-any.whl` (app.in, line 1)");
}

#[test]
fn yanked_releases_are_for_those_who_pin_them() {
    let mut index = index(&[("a", "1.0", &[]), ("b", "1.0", &["a==2.0"])]);
    let mut candidate = Candidate::new("2.0".parse().expect("a version"));
    candidate.yanked = Some(Yanked {
        reason: Some("broken on Tuesdays".to_owned()),
    });
    index.add(
        name("a"),
        candidate,
        Dependencies::Found(Metadata::default()),
    );
    let with = |requirements: &[&str]| resolve(&index, requirements, &[], options());
    assert_eq!(shown(&with(&["a"])), "a 1.0");
    let resolution = with(&["a==2.0"]).expect("it is pinned");
    assert!(matches!(&resolution.notices[..], [Notice::Yanked { .. }]));
    assert_eq!(shown(&with(&["a===2.0"])), "a 2.0");
    assert_eq!(shown(&with(&["a==2.0", "b"])), "a 2.0, b 1.0");
    insta::assert_snapshot!(with(&["b"]).expect_err("nobody pinned it"), @"`b` (app.in, line 1) cannot be met: `b` 1.0 needs `a==2.0`, but `a` 2.0 is yanked (“broken on Tuesdays”)");
    insta::assert_snapshot!(with(&["a==2.*"]).expect_err("that is no pin"), @"`a==2.*` (app.in, line 1) cannot be met: `a` 2.0 is yanked (“broken on Tuesdays”)");
    let mut options = options();
    let version = "2.0".parse().expect("a version");
    options.preferences.add(name("a"), version);
    assert_eq!(shown(&resolve(&index, &["a"], &[], options)), "a 2.0");
}

/// Drives with answers of its own for some questions.
fn drive_with(
    requirements: &[&str],
    index: &Index,
    special: impl Fn(&Question) -> Option<Answer>,
) -> Result<Resolution, Box<Explanation>> {
    let mut resolver = Resolver::new(lines(requirements), Vec::new(), options());
    let mut answers = Vec::new();
    loop {
        match resolver.advance(std::mem::take(&mut answers)) {
            Step::Done(resolution) => return Ok(resolution),
            Step::Failed(explanation) => return Err(explanation),
            Step::Wants(wants) => answers.extend(
                wants
                    .needed
                    .iter()
                    .map(|question| special(question).unwrap_or_else(|| index.answer(question))),
            ),
        }
    }
}

#[test]
fn a_release_whose_metadata_cannot_be_read_is_passed_over() {
    let index = index(&[
        ("a", "1.0", &[]),
        ("a", "2.0", &[]),
        ("b", "1.0", &["a>=2"]),
    ]);
    let special = |question: &Question| match question {
        Question::Dependencies(release) if release.version.to_string() == "2.0" => {
            let why = Unusable::NoMetadata("`METADATA` is not UTF-8".to_owned());
            Some(Answer::Dependencies(
                release.clone(),
                Dependencies::Unusable(why),
            ))
        }
        _ => None,
    };
    assert_eq!(shown(&drive_with(&["a"], &index, special)), "a 1.0");
    insta::assert_snapshot!(drive_with(&["b"], &index, special).expect_err("b needs it"), @r"
    `b` (app.in, line 1) cannot be met, because
      - `b` 1.0 needs `a>=2`
      - `a` 2.0 is of no use without metadata: `METADATA` is not UTF-8
    ");
}

#[test]
fn metadata_may_ask_for_another_python_than_the_page_says() {
    let mut index = index(&[("a", "1.0", &[])]);
    let metadata = Metadata {
        requires_python: Some(Arc::new(">=3.13".parse().expect("specifiers"))),
        ..Metadata::default()
    };
    let candidate = Candidate::new("2.0".parse().expect("a version"));
    index.add(name("a"), candidate, Dependencies::Found(metadata));
    let resolve = |requirement| resolve(&index, &[requirement], &[], options());
    assert_eq!(shown(&resolve("a")), "a 1.0");
    insta::assert_snapshot!(resolve("a>=2").expect_err("it is for 3.13"), @"`a>=2` (app.in, line 1) cannot be met: `a` 2.0 needs Python >=3.13, and this is Python 3.12.4");
}

#[test]
fn what_the_index_refuses_is_said() {
    let index = index(&[("a", "1.0", &["private>=1"])]);
    let special = |versions: Versions| {
        move |question: &Question| match question {
            Question::Versions(asked) if asked.as_str() == "private" => {
                Some(Answer::Versions(asked.clone(), versions.clone()))
            }
            _ => None,
        }
    };
    let forbidden = special(Versions::Forbidden("https://index.example: 403".to_owned()));
    insta::assert_snapshot!(drive_with(&["a"], &index, forbidden).expect_err("403"), @"`a` (app.in, line 1) cannot be met: `a` 1.0 needs `private>=1`, but access to `private` was refused (https://index.example: 403)");
    let offline = special(Versions::Unavailable(
        "offline, and not in the cache".to_owned(),
    ));
    insta::assert_snapshot!(drive_with(&["a"], &index, offline).expect_err("offline"), @"`a` (app.in, line 1) cannot be met: `a` 1.0 needs `private>=1`, but `private` could not be looked up (offline, and not in the cache)");
}

#[test]
fn an_upper_bound_on_python_counts_for_the_major_version() {
    let mut index = Index::new();
    for (version, python) in [
        ("1.0", ">=3.8,<3.12"),
        ("2.0", ">=2.7,<3"),
        ("3.0", "==2.7.*"),
    ] {
        let mut candidate = Candidate::new(version.parse().expect("a version"));
        candidate.requires_python = Some(Arc::new(python.parse().expect("specifiers")));
        index.add(
            name("a"),
            candidate,
            Dependencies::Found(Metadata::default()),
        );
    }
    assert_eq!(shown(&resolve(&index, &["a"], &[], options())), "a 1.0");
}

#[test]
fn a_long_chain_is_folded() {
    let mut index = Index::new();
    for place in 0..40 {
        let next = format!("p{}", place + 1);
        index.release(&format!("p{place}"), "1.0", &[&next]);
    }
    index.release("p40", "1.0", &["end<2"]);
    index.release("end", "1.0", &[]);
    index.release("end", "2.0", &[]);
    let explanation =
        resolve(&index, &["p0", "end>=2"], &[], options()).expect_err("the chain ends in end<2");
    insta::assert_snapshot!(explanation, @r"
    these requirements cannot be met together; one of them has to give:
      `p0` (app.in, line 1)
      `end>=2` (app.in, line 2)
    because
      - `p0` 1.0 needs `p1`, which needs `p2`, and so on over 37 more projects to `p40`, which needs `end<2`
      - no version of `end` fits both `end<2` and `end>=2`
    ");
}

#[test]
fn only_the_lines_in_conflict_are_named() {
    let index = index(&[
        ("web", "1.0", &["http>=2"]),
        ("web", "2.0", &["http>=3"]),
        ("tools", "1.0", &["http<2", "log"]),
        ("tools", "1.1", &["http<2.5,>=2.1", "log"]),
        ("http", "1.0", &[]),
        ("http", "2.0", &[]),
        ("http", "3.0", &[]),
        ("log", "1.0", &[]),
    ]);
    let requirements = ["log", "web", "log>=0.1", "tools"];
    let explanation = resolve(&index, &requirements, &[], options()).expect_err("http is torn");
    insta::assert_snapshot!(explanation, @r"
    these requirements cannot be met together; one of them has to give:
      `web` (app.in, line 2)
      `tools` (app.in, line 4)
    because
      - `web` 1.0 needs `http>=2`
      - `web` 2.0 needs `http>=3`
      - `tools` 1.1 needs `http<2.5,>=2.1`, but the versions of `http` are 1.0, 2.0 and 3.0
      - `tools` 1.0 needs `http<2`
      - `http<2` leaves no version of `http` for `http>=2` or `http>=3`
    ");
    let origins: Vec<&str> = explanation
        .lines
        .iter()
        .map(|line| line.origin.as_str())
        .collect();
    assert_eq!(origins, ["app.in, line 2", "app.in, line 4"]);
}

#[test]
fn many_broken_releases_are_told_in_two_sentences() {
    let mut index = Index::new();
    for minor in 1..=9 {
        let version = format!("0.{minor}").parse().expect("a version");
        let why = Unusable::NoMetadata(format!("`a-0.{minor}.tar.gz` must be built"));
        index.add(
            name("a"),
            Candidate::new(version),
            Dependencies::Unusable(why),
        );
    }
    let explanation = resolve(&index, &["a<1"], &[], options()).expect_err("all are broken");
    insta::assert_snapshot!(explanation, @r"
    `a<1` (app.in, line 1) cannot be met, because
      - `a` 0.9 is of no use without metadata: `a-0.9.tar.gz` must be built
      - `a` 0.1 to 0.8 (8 versions) cannot be used either, each for a like reason
    ");
}

#[test]
fn newer_versions_for_another_python_are_named() {
    let mut index = index(&[
        ("web", "1.0", &["http<2"]),
        ("http", "1.0", &[]),
        ("http", "2.0", &[]),
    ]);
    for version in ["2.0", "2.1"] {
        let mut candidate = Candidate::new(version.parse().expect("a version"));
        candidate.requires_python = Some(Arc::new(">=3.13".parse().expect("specifiers")));
        let metadata = Metadata::default();
        index.add(name("web"), candidate, Dependencies::Found(metadata));
    }
    let explanation =
        resolve(&index, &["web", "http>=2"], &[], options()).expect_err("web 2 is for 3.13");
    insta::assert_snapshot!(explanation, @r"
    these requirements cannot be met together; one of them has to give:
      `web` (app.in, line 1)
      `http>=2` (app.in, line 2)
    because
      - `web` 1.0 needs `http<2`
      - `web` 2.0 and 2.1 need Python >=3.13, and this is Python 3.12.4
      - no version of `http` fits both `http<2` and `http>=2`
    ");
    assert!(matches!(explanation.hints[..], [Hint::OtherPython { .. }]));
}

#[test]
fn a_requirement_for_another_platform_is_not_one() {
    let index = index(&[("a", "1.0", &["gone; os_name == 'nt'"])]);
    let requirements = ["a", "absent; sys_platform == 'darwin'"];
    assert_eq!(
        shown(&resolve(&index, &requirements, &[], options())),
        "a 1.0"
    );
    let requirement: Requirement = "a".parse().expect("a requirement");
    assert_eq!(requirement.name, name("a"));
}

#[test]
fn a_constraint_with_a_url_leaves_nothing_else() {
    let mut index = Index::new();
    for version in ["1.0", "2.0"] {
        let url = format!("https://files.example/a-{version}.whl");
        let (version, metadata) = (version.parse().expect("a version"), Metadata::default());
        index.add_url(&url, name("a"), version, metadata);
    }
    let limit = ["a @ https://files.example/a-1.0.whl"];
    let same = resolve(&index, &limit, &limit, options());
    assert_eq!(shown(&same), "a 1.0");
    let other = ["a @ https://files.example/a-2.0.whl"];
    resolve(&index, &other, &limit, options()).expect_err("two URLs");
    resolve(&index, &["a"], &[limit[0], other[0]], options()).expect_err("two URLs");
}
