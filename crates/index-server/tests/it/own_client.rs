//! Our own client against our own index: `tilsit-publish` uploads, `tilsit-index-client` reads.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tilsit_index_client::{ClientOptions, Credential, IndexClient, IndexUrl, Timeouts};
use tilsit_publish::{
    FailureKind, FileSet, Outcome, PublishError, PublishEvent, Report, Repository, publish,
};
use tilsit_testing::TestDistribution;

use crate::support::{TestIndex, clock, on_both_databases};

on_both_databases!(
    a_set_is_published_and_read_back,
    what_is_there_is_skipped_by_hash,
    failures_have_kinds_and_the_servers_words,
    publishing_can_be_stopped,
    a_limit_of_uploads_is_obeyed,
);

pub(crate) fn client() -> IndexClient {
    let mut options = ClientOptions::new(Arc::new(clock), "tilsit-test");
    options.retries = 0;
    options.timeouts = Timeouts {
        connect: std::time::Duration::from_secs(2),
        ..Timeouts::default()
    };
    IndexClient::new(options)
}

fn repository(index: &TestIndex, token: &str) -> Repository {
    let url = format!("http://{}/legacy/", index.address);
    let mut repository = Repository::at(url.parse().unwrap());
    repository.credential = Some(Credential::new("__token__", token));
    repository
}

fn write(index: &TestIndex, distribution: &TestDistribution) -> Vec<PathBuf> {
    let folder = index.folder.path().join("dist");
    std::fs::create_dir_all(&folder).unwrap();
    let (wheel, sdist) = (
        folder.join(distribution.wheel_name()),
        folder.join(distribution.sdist_name()),
    );
    std::fs::write(&wheel, distribution.wheel()).unwrap();
    std::fs::write(&sdist, distribution.sdist()).unwrap();
    vec![wheel, sdist]
}

fn send(repository: &Repository, paths: &[PathBuf]) -> Result<Report, PublishError> {
    let files = FileSet::check(paths).unwrap();
    publish(&files, repository, &client(), &mut |_| {
        ControlFlow::Continue(())
    })
}

fn a_set_is_published_and_read_back(index: &TestIndex) {
    let distribution = TestDistribution::new("Demo.Pkg", "1.0")
        .header("Summary: ümlauts, \"quotes\" and more")
        .header("Keywords: one,two")
        .header("Requires-Dist: idna>=3; python_version < '3.12'")
        .header("License-Expression: MIT")
        .file("big.bin", &vec![7; 600_000]);
    let paths = write(index, &distribution);
    let repository = repository(index, &index.token);
    let files = FileSet::check(&paths).unwrap();
    let mut events = Vec::new();
    let report = publish(&files, &repository, &client(), &mut |event| {
        events.push(event);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(
        matches!(&report.files[0].outcome, Outcome::Uploaded(Some(text)) if text.contains("published")),
        "{report:?}"
    );
    assert_eq!(report.files.len(), 2);
    assert!(matches!(events.first(), Some(PublishEvent::Begins { .. })));
    assert!(matches!(events.last(), Some(PublishEvent::Ends { .. })));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, PublishEvent::Sent { .. }))
    );

    let client = client();
    let url: IndexUrl = format!("http://{}/simple/", index.address).parse().unwrap();
    let page = client
        .project_page(&url, &"demo-pkg".parse().unwrap())
        .and_then(|page| client.whole_page(&page))
        .unwrap();
    let names: Vec<&str> = page.files.iter().map(|file| &*file.name).collect();
    assert_eq!(
        names,
        ["demo_pkg-1.0-py3-none-any.whl", "demo_pkg-1.0.tar.gz"]
    );
    assert_eq!(
        page.files[0].size_bytes,
        Some(distribution.wheel().len() as u64)
    );
    let wheel = page.file_url(&page.files[0]).unwrap();
    assert_eq!(index.get(wheel.path(), &[]).body, distribution.wheel());
}

fn what_is_there_is_skipped_by_hash(index: &TestIndex) {
    let distribution = TestDistribution::new("demo", "1.0");
    let paths = write(index, &distribution);
    let mut repository = repository(index, &index.token);
    send(&repository, &paths).unwrap();
    // The index itself has nothing against the same bytes again.
    send(&repository, &paths).unwrap();
    repository.skip_existing = true;
    let report = send(&repository, &paths).unwrap();
    assert!(
        report
            .files
            .iter()
            .all(|file| file.outcome == Outcome::Skipped),
        "{report:?}"
    );

    let other = write(index, &distribution.file("more.py", b""));
    let error = send(&repository, &other).unwrap_err();
    assert!(
        matches!(error, PublishError::OtherContent { .. }),
        "{error}"
    );
    assert_eq!(error.kind(), FailureKind::Refused);
    repository.skip_existing = false;
    let error = send(&repository, &other).unwrap_err();
    assert!(error.to_string().contains("File already exists"), "{error}");
    assert_eq!(error.kind(), FailureKind::Refused);
    // Where the pages cannot be read, the index's word has to do.
    repository.skip_existing = true;
    repository.index = None;
    let report = send(&repository, &other).unwrap();
    assert_eq!(report.files[0].outcome, Outcome::SkippedUnseen);
}

fn failures_have_kinds_and_the_servers_words(index: &TestIndex) {
    let paths = write(index, &TestDistribution::new("demo", "1.0"));
    let failure = |repository: &Repository| {
        let error = send(repository, &paths).unwrap_err();
        (error.kind(), error.to_string())
    };
    let wrong = format!("tlst-{}", "a".repeat(55));
    let (kind, text) = failure(&repository(index, &wrong));
    assert_eq!(kind, FailureKind::Credentials, "{text}");
    assert!(
        text.contains("the token is unknown, revoked or expired"),
        "{text}"
    );
    assert!(!text.contains(&wrong), "{text}");
    let scoped = index.another_token("bob", &["other"]);
    let (kind, text) = failure(&repository(index, &scoped));
    assert_eq!(kind, FailureKind::Credentials, "{text}");
    assert!(
        text.contains("the token is not for the project `demo`"),
        "{text}"
    );
    let mut nowhere = repository(index, &index.token);
    nowhere.url = "http://127.0.0.1:9/legacy/".parse().unwrap();
    let (kind, text) = failure(&nowhere);
    assert_eq!(kind, FailureKind::Network, "{text}");
    assert!(text.contains("127.0.0.1:9"), "{text}");
    let mut elsewhere = repository(index, &index.token);
    elsewhere.url.set_path("/simple/");
    let (kind, text) = failure(&elsewhere);
    assert_eq!(kind, FailureKind::Refused, "{text}");
}

fn publishing_can_be_stopped(index: &TestIndex) {
    let paths = write(index, &TestDistribution::new("demo", "1.0"));
    let files = FileSet::check(&paths).unwrap();
    let repository = repository(index, &index.token);
    let stopped = publish(&files, &repository, &client(), &mut |event| match event {
        PublishEvent::Ends { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .unwrap_err();
    assert_eq!(stopped.kind(), FailureKind::Stopped);
    assert_eq!(index.files("demo"), ["demo-1.0.tar.gz"]);
}

/// A clock in which a minute is over soon.
fn hurrying() -> Timestamp {
    static ASKED: AtomicI64 = AtomicI64::new(0);
    clock() + SignedDuration::from_secs(2 * ASKED.fetch_add(1, Ordering::Relaxed))
}

fn a_limit_of_uploads_is_obeyed(index: &mut TestIndex) {
    index.serve_with(|options| {
        options.limits.uploads_per_minute_max = 1;
        options.clock = hurrying;
    });
    let paths = write(index, &TestDistribution::new("demo", "1.0"));
    let files = FileSet::check(&paths).unwrap();
    let mut options = ClientOptions::new(Arc::new(clock), "tilsit-test");
    options.retries = 40;
    options.timeouts.longest_retry = std::time::Duration::from_millis(10);
    let client = IndexClient::new(options);
    let repository = repository(index, &index.token);
    publish(&files, &repository, &client, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(index.files("demo").len(), 2);
    let events = index.events.lock().unwrap();
    let refused = events.iter().any(|event| event.to_json()["status"] == 429);
    assert!(refused, "{events:?}");
}
