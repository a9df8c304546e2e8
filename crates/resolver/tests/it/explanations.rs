//! What people run into, and what they are told.

use std::fmt::Write as _;
use std::sync::Arc;

use insta::assert_snapshot;
use tilsit_packaging::version::Version;
use tilsit_resolver::in_memory::{Index, linux};
use tilsit_resolver::{
    Answer, Candidate, Dependencies, Metadata, Origin, PrereleaseMode, Question, Resolver,
    ResolverOptions, RootRequirement, Step, Target, Universal, Unusable, Versions, Words, Yanked,
};

/// Requirements as they stand in a file, one a line, and how to resolve.
struct Wanted {
    lines: Vec<RootRequirement>,
    constraints: Vec<RootRequirement>,
    options: ResolverOptions,
}

fn in_file(file: &str, texts: &[&str]) -> Vec<RootRequirement> {
    let line = |(place, text): (usize, &&str)| {
        let origin = Origin::from(format!("{file}, line {}", place + 1));
        RootRequirement::new(text.parse().expect("a requirement"), origin)
    };
    texts.iter().enumerate().map(line).collect()
}

fn wanted(texts: &[&str]) -> Wanted {
    Wanted {
        lines: in_file("requirements.in", texts),
        constraints: Vec::new(),
        options: ResolverOptions::new(linux("3.12.4")),
    }
}

fn told(index: &mut Index, wanted: Wanted) -> String {
    let resolver = Resolver::new(wanted.lines, wanted.constraints, wanted.options);
    told_by(resolver, |question| index.answer(question))
}

fn told_by(mut resolver: Resolver, answer: impl Fn(&Question) -> Answer) -> String {
    let mut answers = Vec::new();
    loop {
        match resolver.advance(std::mem::take(&mut answers)) {
            Step::Wants(wants) => answers.extend(wants.needed.iter().map(&answer)),
            Step::Done(resolution) => panic!("there is an answer: {resolution:?}"),
            Step::Failed(explanation) => {
                let mut text = explanation.to_string();
                assert!(text.lines().count() <= 25, "{text}");
                for hint in &explanation.hints {
                    write!(text, "\nhint: {hint:?}").expect("a string takes text");
                }
                return text;
            }
        }
    }
}

fn version(text: &str) -> Version {
    text.parse().expect("a version")
}

/// Adds a release that the index describes like this.
fn add(index: &mut Index, name: &str, text: &str, describe: impl FnOnce(&mut Candidate)) {
    let mut candidate = Candidate::new(version(text));
    describe(&mut candidate);
    let metadata = Metadata {
        requires_python: candidate.requires_python.clone(),
        ..Metadata::default()
    };
    let name = name.parse().expect("a name");
    index.add(name, candidate, Dependencies::Found(metadata));
}

fn for_python(index: &mut Index, name: &str, text: &str, python: &str) {
    add(index, name, text, |candidate| {
        candidate.requires_python = Some(Arc::new(python.parse().expect("specifiers")));
    });
}

fn unusable(index: &mut Index, name: &str, text: &str, reason: Unusable) {
    add(index, name, text, |candidate| {
        candidate.unusable = Some(reason);
    });
}

#[test]
fn a_misspelled_name() {
    let mut index = Index::new();
    index.release("flask", "3.0", &[]);
    assert_snapshot!(told(&mut index, wanted(&["flask", "reqeusts>=2"])), @r#"
    `reqeusts>=2` (requirements.in, line 2) cannot be met: there is no project named `reqeusts`
    hint: NoSuchProject { name: ProjectName("reqeusts") }
    "#);
}

#[test]
fn a_dependency_that_no_index_has() {
    let mut index = Index::new();
    index.release("ours", "1.0", &["ours-internal>=3"]);
    index.release("ours", "2.0", &["ours-internal>=4"]);
    assert_snapshot!(told(&mut index, wanted(&["ours"])), @r#"
    `ours` (requirements.in, line 1) cannot be met: every version of `ours` needs another range of `ours-internal`: 2.0 needs `ours-internal>=4`, 1.0 needs `ours-internal>=3`, but there is no project named `ours-internal`
    hint: NoSuchProject { name: ProjectName("ours-internal") }
    "#);
}

#[test]
fn no_wheels_for_this_python() {
    let mut index = Index::new();
    for text in ["2.14.0", "2.15.0", "2.15.1"] {
        unusable(
            &mut index,
            "tensorflow",
            text,
            Unusable::NoMatchingWheel(Words::of(
                "cp39, cp310, cp311 on manylinux_2_17_x86_64, win_amd64",
            )),
        );
    }
    assert_snapshot!(told(&mut index, wanted(&["tensorflow<2.16"])), @r#"
    `tensorflow<2.16` (requirements.in, line 1) cannot be met: `tensorflow` 2.14.0, 2.15.0 and 2.15.1 have wheels for cp39, cp310, cp311 on manylinux_2_17_x86_64, win_amd64 only, and no source distribution
    hint: OtherPlatform { name: ProjectName("tensorflow") }
    "#);
}

#[test]
fn only_old_releases_that_must_be_built() {
    let mut index = Index::new();
    for minor in 15..20 {
        unusable(
            &mut index,
            "numpy",
            &format!("1.{minor}.0"),
            Unusable::BuildNotAllowed,
        );
    }
    index.release("numpy", "1.26.4", &[]);
    index.release("oldlib", "1.0", &["numpy<1.20"]);
    index.release("oldlib", "1.1", &["numpy<1.20,>=1.16"]);
    assert_snapshot!(told(&mut index, wanted(&["oldlib"])), @r#"
    `oldlib` (requirements.in, line 1) cannot be met: every version of `oldlib` needs another range of `numpy`: 1.1 needs `numpy<1.20,>=1.16`, 1.0 needs `numpy<1.20`, but `numpy` 1.16.0 to 1.19.0 (4 versions) have no wheel for this platform and Python, and building is not allowed
    hint: BuildNotAllowed { name: ProjectName("numpy") }
    "#);
}

#[test]
fn a_cap_of_a_plugin() {
    let mut index = Index::new();
    for text in ["3.2", "4.2", "5.0", "5.1"] {
        index.release("django", text, &[]);
    }
    index.release("django-wizard", "0.9", &["django<4"]);
    index.release("django-wizard", "1.0", &["django<4,>=2.2"]);
    index.release("django-wizard", "1.1", &["django<5,>=3.2"]);
    let lines = wanted(&["django>=5", "django-wizard"]);
    assert_snapshot!(told(&mut index, lines), @r"
    these requirements cannot be met together; one of them has to give:
      `django>=5` (requirements.in, line 1)
      `django-wizard` (requirements.in, line 2)
    because
      - every version of `django-wizard` needs another range of `django`: 1.1 needs `django<5,>=3.2`, 1.0 needs `django<4,>=2.2`, and so on
      - `django>=5` leaves no version of `django` for `django<4`, `django<4,>=2.2` or `django<5,>=3.2`
    ");
}

#[test]
fn a_chain_of_caps() {
    let mut index = Index::new();
    for minor in 0..30 {
        let botocore = format!("botocore>=1.{minor}.0,<1.{}.0", minor + 1);
        index.release(
            "boto3",
            &format!("1.{minor}.0"),
            &[&botocore, "s3transfer<0.11,>=0.10"],
        );
        index.release(
            "botocore",
            &format!("1.{minor}.0"),
            &["urllib3<2.1,>=1.25.4"],
        );
    }
    index.release("s3transfer", "0.10.0", &["botocore<2"]);
    for text in ["1.25.4", "1.26.0", "2.0.7", "2.1.0", "2.2.0"] {
        index.release("urllib3", text, &[]);
    }
    let lines = wanted(&["requests", "boto3", "urllib3>=2.2"]);
    index.release("requests", "2.31.0", &["urllib3<3,>=1.21.1"]);
    assert_snapshot!(told(&mut index, lines), @r"
    these requirements cannot be met together; one of them has to give:
      `boto3` (requirements.in, line 2)
      `urllib3>=2.2` (requirements.in, line 3)
    because
      - every version of `boto3` needs another range of `botocore`: 1.29.0 needs `botocore<1.30.0,>=1.29.0`, 1.28.0 needs `botocore<1.29.0,>=1.28.0`, and so on
      - every version of `botocore` needs `urllib3<2.1,>=1.25.4`
      - no version of `urllib3` fits both `urllib3<2.1,>=1.25.4` and `urllib3>=2.2`
    ");
}

#[test]
fn two_files_that_disagree() {
    let mut index = Index::new();
    index.release("attrs", "22.2", &[]);
    index.release("attrs", "23.1", &[]);
    let mut lines = wanted(&["attrs==22.2"]);
    lines.lines.extend(in_file("dev.in", &["attrs>=23"]));
    assert_snapshot!(told(&mut index, lines), @r"
    these requirements exclude each other; one of them has to give:
      `attrs==22.2` (requirements.in, line 1)
      `attrs>=23` (dev.in, line 1)
    because
      - no version of `attrs` fits both `attrs==22.2` and `attrs>=23`
    ");
}

#[test]
fn a_constraint_that_shuts_out_what_is_needed() {
    let mut index = Index::new();
    for text in ["1.4", "2.0"] {
        index.release("sqlalchemy", text, &[]);
    }
    index.release("alembic", "1.13", &["sqlalchemy>=2"]);
    let mut lines = wanted(&["alembic"]);
    lines.constraints = in_file("constraints.txt", &["sqlalchemy<2"]);
    assert_snapshot!(told(&mut index, lines), @r#"
    `alembic` (requirements.in, line 1) cannot be met: `alembic` 1.13 needs `sqlalchemy>=2`, but your constraint `sqlalchemy<2` (constraints.txt, line 1) excludes `sqlalchemy` 2.0
    hint: Constraint { name: ProjectName("sqlalchemy"), constraint: RootRequirement { requirement: Requirement { name: ProjectName("sqlalchemy"), extras: [], source: Specifiers(VersionSpecifiers([VersionSpecifier { operator: Less, operand: Version(Version(2)) }])), marker: Marker(python_version >= "0") }, origin: Origin("constraints.txt, line 1") } }
    "#);
}

#[test]
fn a_python_that_is_too_old() {
    let mut index = Index::new();
    for_python(&mut index, "numpy", "1.24.4", ">=3.8");
    for_python(&mut index, "numpy", "2.0.0", ">=3.9");
    for_python(&mut index, "numpy", "2.2.0", ">=3.10");
    let mut lines = wanted(&["numpy>=2"]);
    lines.options = ResolverOptions::new(linux("3.8.18"));
    assert_snapshot!(told(&mut index, lines), @r#"
    `numpy>=2` (requirements.in, line 1) cannot be met: this is Python 3.8.18, and `numpy` 2.2.0 needs >=3.10 and 2.0.0 needs >=3.9
    hint: OtherPython { name: ProjectName("numpy"), requires_python: VersionSpecifiers([VersionSpecifier { operator: GreaterEqual, operand: Version(Version(3.10)) }]) }
    "#);
}

#[test]
fn a_python_that_a_dependency_has_left_behind() {
    let mut index = Index::new();
    for_python(&mut index, "ipython", "8.12", ">=3.8");
    for_python(&mut index, "ipython", "8.18", ">=3.9");
    index.release("notebook-tools", "4.0", &["ipython>=8.15"]);
    index.release("notebook-tools", "4.1", &["ipython>=8.16"]);
    let mut lines = wanted(&["notebook-tools>=4"]);
    lines.options = ResolverOptions::new(linux("3.8.18"));
    assert_snapshot!(told(&mut index, lines), @r#"
    `notebook-tools>=4` (requirements.in, line 1) cannot be met: every version of `notebook-tools` needs another range of `ipython`: 4.1 needs `ipython>=8.16`, 4.0 needs `ipython>=8.15`, but `ipython` 8.18 needs Python >=3.9, and this is Python 3.8.18
    hint: OtherPython { name: ProjectName("ipython"), requires_python: VersionSpecifiers([VersionSpecifier { operator: GreaterEqual, operand: Version(Version(3.9)) }]) }
    "#);
}

#[test]
fn yanked_for_a_reason() {
    let mut index = Index::new();
    index.release("urllib", "1.0", &[]);
    add(&mut index, "urllib", "1.1", |candidate| {
        candidate.yanked = Some(Yanked {
            reason: Some("breaks proxies".to_owned()),
        });
    });
    assert_snapshot!(told(&mut index, wanted(&["urllib>1.0"])), @r#"
    `urllib>1.0` (requirements.in, line 1) cannot be met: `urllib` 1.1 is yanked (“breaks proxies”)
    hint: Yanked { name: ProjectName("urllib"), version: Version(1.1) }
    "#);
}

#[test]
fn pre_releases_that_are_not_allowed() {
    let mut index = Index::new();
    index.release("black", "23.1", &[]);
    index.release("black", "24.1a1", &[]);
    index.release("formatter", "1.0", &["black>=24.0a0"]);
    let mut lines = wanted(&["formatter"]);
    lines.options.prereleases = PrereleaseMode::Disallow;
    assert_snapshot!(told(&mut index, lines), @r#"
    `formatter` (requirements.in, line 1) cannot be met: `formatter` 1.0 needs `black>=24.0a0`, but `black` 24.1a1 is a pre-release, and those are not allowed
    hint: Prerelease { name: ProjectName("black"), version: Version(24.1a1) }
    "#);
}

#[test]
fn newer_than_the_cut_off_date() {
    let mut index = Index::new();
    index.release("uvicorn", "0.20", &[]);
    let when = Unusable::TooNew("2026-09-01T10:00:00Z".to_owned());
    unusable(&mut index, "uvicorn", "0.30", when);
    assert_snapshot!(told(&mut index, wanted(&["uvicorn>=0.30"])), @r#"
    `uvicorn>=0.30` (requirements.in, line 1) cannot be met: `uvicorn` 0.30 was uploaded after the cut-off date (2026-09-01T10:00:00Z)
    hint: CutOff { name: ProjectName("uvicorn") }
    "#);
}

#[test]
fn an_index_that_says_nothing_of_time() {
    let mut index = Index::new();
    for text in ["1.0", "1.1", "1.2", "2.0"] {
        unusable(&mut index, "internal", text, Unusable::NoUploadTime);
    }
    assert_snapshot!(told(&mut index, wanted(&["internal"])), @r#"
    `internal` (requirements.in, line 1) cannot be met: `internal` 1.0 to 2.0 (4 versions) have no upload time, which the cut-off date needs
    hint: NoUploadTime { name: ProjectName("internal") }
    "#);
}

#[test]
fn access_refused() {
    let lines = wanted(&["company-core"]);
    let resolver = Resolver::new(lines.lines, Vec::new(), lines.options);
    let told = told_by(resolver, |question| match question {
        Question::Versions(name) => {
            let words = "`https://index.example/simple/` answers 401".to_owned();
            Answer::Versions(name.clone(), Versions::Forbidden(words))
        }
        other => panic!("{other:?}"),
    });
    assert_snapshot!(told, @r#"
    `company-core` (requirements.in, line 1) cannot be met: access to `company-core` was refused (`https://index.example/simple/` answers 401)
    hint: AccessRefused { name: ProjectName("company-core"), words: "`https://index.example/simple/` answers 401" }
    "#);
}

#[test]
fn offline_without_a_cache() {
    let lines = wanted(&["flask"]);
    let resolver = Resolver::new(lines.lines, Vec::new(), lines.options);
    let told = told_by(resolver, |question| match question {
        Question::Versions(name) => {
            let words = "offline, and not in the cache".to_owned();
            Answer::Versions(name.clone(), Versions::Unavailable(words))
        }
        other => panic!("{other:?}"),
    });
    assert_snapshot!(told, @r#"
    `flask` (requirements.in, line 1) cannot be met: `flask` could not be looked up (offline, and not in the cache)
    hint: NotLookedUp { name: ProjectName("flask"), words: "offline, and not in the cache" }
    "#);
}

#[test]
fn a_local_version_of_another_index() {
    let mut index = Index::new();
    for text in ["2.1.0", "2.2.0", "2.3.0"] {
        index.release("torch", text, &[]);
    }
    index.release("torchvision", "0.17.0+cu121", &["torch==2.2.0+cu121"]);
    assert_snapshot!(told(&mut index, wanted(&["torchvision"])), @r#"
    `torchvision` (requirements.in, line 1) cannot be met: `torchvision` 0.17.0+cu121 needs `torch==2.2.0+cu121`, but the versions of `torch` are 2.1.0, 2.2.0 and 2.3.0
    hint: LocalVersion { name: ProjectName("torch"), version: Version(2.2.0+cu121) }
    "#);
}

#[test]
fn a_url_that_is_too_old_for_another_requirement() {
    let mut index = Index::new();
    let url = "https://index.example/lib-1.0-py3-none-any.whl";
    index.add_url(
        url,
        "lib".parse().expect("a name"),
        version("1.0"),
        Metadata::default(),
    );
    index.release("app", "1.0", &["lib>=2"]);
    let line = format!("lib @ {url}");
    assert_snapshot!(told(&mut index, wanted(&["app", &line])), @"`app` (requirements.in, line 1) cannot be met: `app` 1.0 needs `lib>=2`, but `https://index.example/lib-1.0-py3-none-any.whl` is `lib` 1.0");
}

#[test]
fn projects_that_go_in_lockstep() {
    let mut index = Index::new();
    for minor in 10..28 {
        let api = format!("opentelemetry-api==1.{minor}.0");
        let conventions = format!("opentelemetry-semantic-conventions==0.{}b0", minor + 21);
        index.release("opentelemetry-api", &format!("1.{minor}.0"), &[]);
        index.release(
            "opentelemetry-sdk",
            &format!("1.{minor}.0"),
            &[&api, &conventions],
        );
        let name = "opentelemetry-semantic-conventions";
        index.release(name, &format!("0.{}b0", minor + 21), &[&api]);
        let name = "opentelemetry-instrumentation";
        let own = format!("opentelemetry-semantic-conventions==0.{}b0", minor + 21);
        index.release(
            name,
            &format!("0.{}b0", minor + 21),
            &["opentelemetry-api~=1.4", &own],
        );
    }
    let lines = wanted(&[
        "opentelemetry-sdk==1.20.0",
        "opentelemetry-instrumentation==0.45b0",
    ]);
    assert_snapshot!(told(&mut index, lines), @r"
    these requirements cannot be met together; one of them has to give:
      `opentelemetry-sdk==1.20.0` (requirements.in, line 1)
      `opentelemetry-instrumentation==0.45b0` (requirements.in, line 2)
    because
      - `opentelemetry-sdk` 1.20.0 needs `opentelemetry-semantic-conventions==0.41b0`
      - `opentelemetry-instrumentation` 0.45b0 needs `opentelemetry-semantic-conventions==0.45b0`
      - no version of `opentelemetry-semantic-conventions` fits both `opentelemetry-semantic-conventions==0.45b0` and `opentelemetry-semantic-conventions==0.41b0`
    ");
}

#[test]
fn two_clients_of_one_library() {
    let mut index = Index::new();
    for text in ["3.20.3", "4.25.3", "5.26.1"] {
        index.release("protobuf", text, &[]);
    }
    index.release("old-client", "1.0", &["google-old>=1"]);
    index.release("google-old", "1.5", &["protobuf<4"]);
    index.release("new-client", "7.0", &["grpc-status>=1.60"]);
    index.release("grpc-status", "1.62", &["protobuf>=4.21.6"]);
    index.release("grpc-status", "1.63", &["protobuf>=5.26"]);
    assert_snapshot!(told(&mut index, wanted(&["old-client", "new-client"])), @r"
    these requirements cannot be met together; one of them has to give:
      `old-client` (requirements.in, line 1)
      `new-client` (requirements.in, line 2)
    because
      - `old-client` 1.0 needs `google-old>=1`, which needs `protobuf<4`
      - `new-client` 7.0 needs `grpc-status>=1.60`
      - `grpc-status` 1.62 needs `protobuf>=4.21.6`
      - `grpc-status` 1.63 needs `protobuf>=5.26`
      - `protobuf<4` leaves no version of `protobuf` for `protobuf>=4.21.6` or `protobuf>=5.26`
    ");
}

#[test]
fn extras_of_two_worlds() {
    let mut index = Index::new();
    for text in ["12.1", "12.4"] {
        index.release("cuda-runtime", text, &[]);
    }
    index.release(
        "jaxlike",
        "0.5",
        &[
            "cuda-runtime==12.4; extra == 'cuda'",
            "tpu-lib; extra == 'tpu'",
        ],
    );
    index.release("torchlike", "2.2", &["cuda-runtime==12.1; extra == 'gpu'"]);
    assert_snapshot!(told(&mut index, wanted(&["jaxlike[cuda]", "torchlike[gpu]"])), @r"
    these requirements cannot be met together; one of them has to give:
      `jaxlike[cuda]` (requirements.in, line 1)
      `torchlike[gpu]` (requirements.in, line 2)
    because
      - `jaxlike[cuda]` 0.5 needs `cuda-runtime==12.4`
      - `torchlike[gpu]` 2.2 needs `cuda-runtime==12.1`
      - no version of `cuda-runtime` fits both `cuda-runtime==12.1` and `cuda-runtime==12.4`
    ");
}

#[test]
fn metadata_that_cannot_be_read() {
    let mut index = Index::new();
    for minor in 1..6 {
        let candidate = Candidate::new(version(&format!("0.{minor}")));
        let reason = Unusable::NoMetadata("`Requires-Dist: a (>1` is no requirement".to_owned());
        index.add(
            "broken".parse().expect("a name"),
            candidate,
            Dependencies::Unusable(reason),
        );
    }
    assert_snapshot!(told(&mut index, wanted(&["broken"])), @"`broken` (requirements.in, line 1) cannot be met: `broken` 0.1 to 0.5 (5 versions) are of no use without metadata: `Requires-Dist: a (>1` is no requirement");
}

#[test]
fn an_override_that_cannot_be_met() {
    let mut index = Index::new();
    index.release("app", "1.0", &["lib>=1"]);
    index.release("lib", "1.0", &[]);
    let mut lines = wanted(&["app"]);
    lines.options.overrides = in_file("overrides.txt", &["lib==2.0"]);
    assert_snapshot!(told(&mut index, lines), @"`app` (requirements.in, line 1) cannot be met: `app` 1.0 needs `lib==2.0` (your override, overrides.txt, line 1), but the only version of `lib` is 1.0");
}

#[test]
fn a_part_of_the_world() {
    let mut index = Index::new();
    index.release(
        "service",
        "1.0",
        &[
            "winsvc>=3; sys_platform == 'win32'",
            "daemon; sys_platform != 'win32'",
        ],
    );
    index.release("winsvc", "2.0", &[]);
    index.release("daemon", "1.0", &[]);
    let mut lines = wanted(&["service"]);
    lines.options = ResolverOptions::for_target(Target::Universal(Universal {
        requires_python: ">=3.9".parse().expect("specifiers"),
        environments: Vec::new(),
    }));
    assert_snapshot!(told(&mut index, lines), @r#"
    `service` (requirements.in, line 1) cannot be met: `service` 1.0 needs `winsvc>=3`, but the only version of `winsvc` is 2.0
    This is so where sys_platform == "win32".
    "#);
}

#[test]
fn a_python_for_a_part_of_the_world() {
    let mut index = Index::new();
    for_python(&mut index, "numpy", "2.0.0", ">=3.9");
    for_python(&mut index, "numpy", "2.2.0", ">=3.10");
    let mut lines = wanted(&["numpy>=2.1"]);
    lines.options = ResolverOptions::for_target(Target::Universal(Universal {
        requires_python: ">=3.9".parse().expect("specifiers"),
        environments: Vec::new(),
    }));
    assert_snapshot!(told(&mut index, lines), @r#"
    `numpy>=2.1` (requirements.in, line 1) cannot be met: `numpy` 2.2.0 needs Python >=3.10, and this is for python_version == "3.9"
    This is so where python_version < "3.10".
    hint: OtherPython { name: ProjectName("numpy"), requires_python: VersionSpecifiers([VersionSpecifier { operator: GreaterEqual, operand: Version(Version(3.10)) }]) }
    "#);
}
