//! Chains that real projects are known for: they must end after few questions and few rounds,
//! because each question may be a request and each round waits for the slowest.

use tilsit_resolver::in_memory::{Index, linux};
use tilsit_resolver::{
    Answer, Question, Resolution, Resolver, ResolverOptions, RootRequirement, Step,
};

/// What a driver sees that answers everything it is asked, at once.
#[derive(Debug, Default)]
struct Effort {
    rounds: usize,
    metadata: usize,
}

fn drive(index: &Index, requirements: &[&str]) -> (Option<Resolution>, Effort) {
    let lines = requirements
        .iter()
        .map(|text| RootRequirement::new(text.parse().expect("a requirement"), ""))
        .collect();
    let mut resolver = Resolver::new(lines, Vec::new(), ResolverOptions::new(linux("3.12.4")));
    let mut effort = Effort::default();
    let mut answers: Vec<Answer> = Vec::new();
    loop {
        match resolver.advance(std::mem::take(&mut answers)) {
            Step::Done(resolution) => return (Some(resolution), effort),
            Step::Failed(_) => return (None, effort),
            Step::Wants(wants) => {
                effort.rounds += 1;
                for question in wants.needed.iter().chain(&wants.ahead) {
                    effort.metadata += usize::from(matches!(question, Question::Dependencies(_)));
                    answers.push(index.answer(question));
                }
            }
        }
    }
}

fn version(resolution: &Resolution, name: &str) -> String {
    let pin = resolution.pin(&name.parse().expect("a name"));
    pin.expect("the project is pinned").version.to_string()
}

/// boto3 pins botocore, nearly all of botocore caps urllib3, and something else wants a new one.
fn boto(releases: u32) -> Index {
    let mut index = Index::new();
    for minor in 1..=releases {
        let version = format!("1.{minor}.0");
        let botocore = format!("botocore>=1.{minor}.0,<1.{}.0", minor + 1);
        index.release("boto3", &version, &[&botocore, "s3transfer>=0.1"]);
        let urllib3 = if minor > 10 { "urllib3<2" } else { "urllib3" };
        index.release("botocore", &version, &[urllib3, "jmespath"]);
    }
    index.release("s3transfer", "0.1", &["botocore>=1.1.0"]);
    index.release("jmespath", "1.0", &[]);
    for version in ["1.25", "1.26.18", "2.0", "2.1", "2.2"] {
        index.release("urllib3", version, &[]);
    }
    index.release("client", "1.0", &["urllib3>=1.26"]);
    index.release("client", "2.0", &["urllib3>=2"]);
    index
}

#[test]
fn boto3_gives_way_to_a_pinned_urllib3() {
    let (resolution, effort) = drive(&boto(400), &["boto3", "urllib3>=2"]);
    let resolution = resolution.expect("old releases of boto3 fit");
    assert_eq!(version(&resolution, "boto3"), "1.10.0");
    // Each release of botocore must be seen once, in batches.
    assert!(effort.metadata < 1000, "{effort:?}");
    assert!(effort.rounds < 60, "{effort:?}");
}

#[test]
fn urllib3_gives_way_to_boto3() {
    let (resolution, effort) = drive(&boto(400), &["boto3", "urllib3"]);
    let resolution = resolution.expect("urllib3 1.26 fits");
    assert_eq!(version(&resolution, "boto3"), "1.400.0");
    assert_eq!(version(&resolution, "urllib3"), "1.26.18");
    assert!(effort.metadata < 20 && effort.rounds < 10, "{effort:?}");
}

#[test]
fn another_client_of_urllib3_steps_back_instead_of_boto3() {
    let (resolution, effort) = drive(&boto(400), &["boto3", "client"]);
    let resolution = resolution.expect("client 1.0 fits");
    assert_eq!(version(&resolution, "boto3"), "1.400.0");
    assert_eq!(version(&resolution, "client"), "1.0");
    assert!(effort.metadata < 20 && effort.rounds < 12, "{effort:?}");
}

#[test]
fn the_client_first_costs_little_too() {
    let (resolution, effort) = drive(&boto(400), &["client", "boto3"]);
    assert!(resolution.is_some());
    assert!(effort.rounds < 60, "{effort:?}");
}

/// A hundred projects in a row, each pinning the next: one round for each step of the chain, and
/// no release asked for in vain.
#[test]
fn a_plain_chain_takes_one_round_a_step() {
    let mut index = Index::new();
    for place in 0..100 {
        let next = format!("p{}", place + 1);
        index.release(&format!("p{place}"), "1.0", &[]);
        index.release(&format!("p{place}"), "2.0", &[&next]);
    }
    index.release("p100", "1.0", &[]);
    let (resolution, effort) = drive(&index, &["p0"]);
    assert_eq!(resolution.expect("all fits").pins.len(), 101);
    assert_eq!(effort.metadata, 101);
    assert!(effort.rounds <= 203, "{effort:?}");
}

/// An extra without a bound, of a project that something else bounds: where the one release that
/// fits is refused, none of the others is looked at, for the extra goes where its project goes.
#[test]
fn an_extra_stays_with_its_project() {
    let mut index = Index::new();
    for minor in 1..=200 {
        let pinned = "packaging==1; extra == 'redis'";
        index.release("kombu", &format!("5.{minor}"), &[pinned]);
    }
    let celery = ["kombu>=5.200", "kombu[redis]; extra == 'redis'"];
    index.release("celery", "5.0", &celery);
    index.release("packaging", "1", &[]);
    index.release("packaging", "2", &[]);
    let (resolution, effort) = drive(&index, &["packaging", "celery[redis]"]);
    let resolution = resolution.expect("packaging 1 fits");
    assert_eq!(version(&resolution, "kombu"), "5.200");
    assert_eq!(version(&resolution, "packaging"), "1");
    assert!(effort.metadata < 10, "{effort:?}");
}

/// `packaging` and `kombu` are decided before `kombu[redis]`, whose newest release pins another
/// `packaging`.
#[test]
fn an_extra_is_not_tried_where_its_project_is_not() {
    let mut index = Index::new();
    index.release("packaging", "26.3", &[]);
    index.release("packaging", "26.4", &[]);
    index.release("redis", "6", &[]);
    index.release("redis", "8", &[]);
    for major in 1..=39 {
        let requires = ["redis<7; extra == 'redis'"];
        index.release("kombu", &format!("{major}.0"), &requires);
    }
    let newest = [
        "redis; extra == 'redis'",
        "packaging==26.3; extra == 'redis'",
    ];
    index.release("kombu", "40.0", &newest);
    index.release("celery", "5.6", &["kombu>=38", "transport"]);
    index.release("transport", "1.0", &["kombu[redis]"]);
    let (resolution, effort) = drive(&index, &["packaging", "redis", "celery"]);
    let resolution = resolution.expect("there is an answer");
    assert_eq!(version(&resolution, "celery"), "5.6");
    assert!(effort.metadata < 10, "{effort:?}");
}
