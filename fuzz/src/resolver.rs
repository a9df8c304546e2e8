//! Target of `tilsit-resolver`: the bytes are a universe of projects and the order of answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_resolver::in_memory::{Index, linux};
use tilsit_resolver::{
    Answer, Candidate, Dependencies, Metadata, PrereleaseMode, Question, Resolution,
    ResolutionMode, Resolver, ResolverOptions, RootRequirement, Step, Unusable, Yanked,
};

const VERSIONS: [&str; 8] = [
    "1.0",
    "1.1",
    "1.1+cpu",
    "2.0a1",
    "2.0",
    "2.1.post1",
    "3.0.dev2",
    "1!0.1",
];
const SPECIFIERS: [&str; 12] = [
    "", "==1.0", ">=1.1", "<2", "~=1.0", "!=2.0", "==1.*", ">=2.0a1", "===1.1", ">2.0", "<=1!0.1",
    ">=2,<1",
];
const MARKERS: [&str; 6] = [
    "",
    "; extra == 'x'",
    "; extra == 'y'",
    "; sys_platform == 'win32'",
    "; python_version >= '3.8'",
    "; python_version < '3.8' and extra == 'x'",
];
const EXTRAS: [&str; 4] = ["", "[x]", "[y]", "[x,y]"];
const URLS: [&str; 2] = [
    "https://index.example/one-1.0.tar.gz",
    "https://index.example/two-2.0.tar.gz",
];
const PROJECTS: usize = 6;
const RELEASES_MAX: usize = 4;
const REQUIREMENTS_MAX: usize = 4;

/// Bytes taken one at a time; zeros once they are used up.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> usize {
        match self.0 {
            [first, rest @ ..] => {
                let byte = usize::from(*first);
                self.0 = rest;
                byte
            }
            [] => 0,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() % limit
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn name(&mut self) -> ProjectName {
        format!("p{}", self.below(PROJECTS))
            .parse()
            .expect("a name")
    }

    fn requirement(&mut self) -> Requirement {
        let (name, extras) = (self.name(), self.pick(&EXTRAS));
        let source = if self.below(16) == 0 {
            format!(" @ {} ", self.pick(&URLS))
        } else {
            self.pick(&SPECIFIERS).to_owned()
        };
        let text = format!("{name}{extras}{source}{}", self.pick(&MARKERS));
        text.parse().expect("a requirement")
    }

    fn requirements(&mut self) -> Vec<Requirement> {
        (0..self.below(REQUIREMENTS_MAX))
            .map(|_| self.requirement())
            .collect()
    }

    fn metadata(&mut self) -> Metadata {
        let python = self.pick(&["", ">=3.8", ">=3.13", "<3"]);
        Metadata {
            requires: self.requirements(),
            provides_extra: vec!["x".parse().expect("an extra")],
            requires_python: (!python.is_empty())
                .then(|| Arc::new(python.parse().expect("specifiers"))),
        }
    }

    fn index(&mut self) -> Index {
        let mut index = Index::new();
        for project in 0..PROJECTS {
            let name: ProjectName = format!("p{project}").parse().expect("a name");
            for _ in 0..self.below(RELEASES_MAX + 1) {
                let version: Version = self.pick(&VERSIONS).parse().expect("a version");
                let mut candidate = Candidate::new(version);
                candidate.yanked = (self.below(8) == 0).then(Yanked::default);
                candidate.unusable = (self.below(8) == 0).then_some(Unusable::BuildNotAllowed);
                let dependencies = if self.below(8) == 0 {
                    Dependencies::Unusable(Unusable::NoMetadata("it is broken".to_owned()))
                } else {
                    Dependencies::Found(self.metadata())
                };
                index.add(name.clone(), candidate, dependencies);
            }
        }
        for url in URLS {
            let version = self.pick(&VERSIONS).parse().expect("a version");
            let (name, metadata) = (self.name(), self.metadata());
            index.add_url(url, name, version, metadata);
        }
        index
    }

    fn lines(&mut self, limit: usize) -> Vec<RootRequirement> {
        (0..self.below(limit))
            .map(|line| RootRequirement::new(self.requirement(), format!("line {line}")))
            .collect()
    }

    fn options(&mut self) -> ResolverOptions {
        let mut options = ResolverOptions::new(linux("3.12.4"));
        options.prereleases = [
            PrereleaseMode::IfNecessary,
            PrereleaseMode::Explicit,
            PrereleaseMode::Allow,
            PrereleaseMode::Disallow,
        ][self.below(4)];
        options.resolution = [
            ResolutionMode::Highest,
            ResolutionMode::Lowest,
            ResolutionMode::LowestDirect,
        ][self.below(3)];
        options.overrides = self.lines(2);
        if self.below(2) == 1 {
            let version = self.pick(&VERSIONS).parse().expect("a version");
            options.preferences.add(self.name(), version);
        }
        options
    }
}

/// A universe drives the resolver: it ends after no more rounds than there are answers, without a
/// panic, in a resolution whose every edge is met, or in an explanation of a page at most.
pub fn resolver_universe(data: &[u8]) {
    let mut bytes = Bytes(data);
    let index = bytes.index();
    let (requirements, constraints) = (bytes.lines(5), bytes.lines(3));
    let options = bytes.options();
    let mut resolver = Resolver::new(requirements, constraints, options);
    let mut open: BTreeMap<(usize, usize), Question> = BTreeMap::new();
    let mut answers: Vec<Answer> = Vec::new();
    let rounds_max = 2 * (PROJECTS * (RELEASES_MAX + 2) + 2 * URLS.len() * PROJECTS);
    for round in 0..=rounds_max {
        assert!(round < rounds_max, "each question is answered once");
        match resolver.advance(std::mem::take(&mut answers)) {
            Step::Done(resolution) => return check(&resolution),
            Step::Failed(explanation) => {
                assert!(explanation.to_string().lines().count() <= 25);
                return;
            }
            Step::Wants(wants) => {
                assert!(!wants.needed.is_empty());
                for question in wants.needed {
                    answers.push(index.answer(&question));
                }
                for question in wants.ahead {
                    open.insert((bytes.next(), open.len()), question);
                }
                if bytes.below(2) == 1
                    && let Some((_, question)) = open.pop_first()
                {
                    answers.push(index.answer(&question));
                }
            }
        }
    }
}

/// Every edge of the graph is met, and nothing is pinned that nothing requires.
fn check(resolution: &Resolution) {
    for pin in &resolution.pins {
        assert!(!pin.required_by.is_empty());
        for edge in &pin.required_by {
            assert_eq!(edge.requirement.name, pin.name);
            if let Some(url) = edge.requirement.url() {
                assert_eq!(pin.url.as_deref(), Some(url));
            } else {
                let specifiers = edge.requirement.specifiers().expect("it has no URL");
                assert!(specifiers.contains(&pin.version));
            }
        }
    }
}
