//! Files in a store of objects that is away, slow, or lost in the middle: clear answers, nothing half
//! published, and all of it well again when the store is. And several servers on one store.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tilsit_index_server::{RunningServer, ServeError, ServeOptions};
use tilsit_index_store::{Finding, StoreError};
use tilsit_testing::{Loss, LossyProxy, TestDistribution};

use crate::http::{Form, basic, request};
use crate::managing::Browser;
use crate::support::{TestIndex, clock};

const AWAY: &str = "the index's file store does not answer; try again in a while\n";

fn index() -> (TestIndex, LossyProxy) {
    let index = TestIndex::on_objects();
    let proxy = index.objects.as_ref().unwrap().1.clone();
    (index, proxy)
}

/// A wheel of which nothing is kept in memory.
pub(crate) fn large(version: &str) -> Form {
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let noise: Vec<u8> = noise.take(100 * 1024).collect();
    Form::wheel(&TestDistribution::new("x", version).file("noise.bin", &noise))
}

fn nothing_harmful(index: &TestIndex) {
    let findings = index.audit();
    assert!(
        findings.iter().all(|finding| !finding.is_harmful()),
        "{findings:?}"
    );
}

/// The store goes away after so many bytes of an upload, on the way there and on the way back.
#[test]
fn an_upload_is_there_whole_or_not_at_all() {
    let (index, proxy) = index();
    proxy.carried();
    assert_eq!(index.upload(&large("0.0")).status, 200);
    let (to_server, back) = proxy.carried();
    // Each attempt that fails takes the time of its retries.
    let places = if tilsit_testing::ring::in_acceptance() {
        25
    } else {
        3
    };
    let part = |whole: u64, place: u64| whole * place / places;
    let there = (0..places).map(|place| (part(to_server, place), u64::MAX));
    let and_back = (0..places).map(|place| (u64::MAX, part(back, place)));
    let ends = [(to_server - 1, u64::MAX), (u64::MAX, back - 1)];
    let budgets = there.chain(and_back).chain(ends);
    for (number, budget) in budgets.enumerate() {
        let form = large(&format!("1.{number}"));
        proxy.lose_after(budget, Loss::Cut);
        let answer = index.upload(&form);
        proxy.heal();
        assert_eq!(
            (answer.status, &*answer.text()),
            (503, AWAY),
            "after {budget:?}"
        );
        assert!(answer.header("retry-after").is_some());
        assert!(!index.files("x").contains(&form.file_name));
        nothing_harmful(&index);
        let again = index.upload(&form);
        assert_eq!(again.status, 200, "after {budget:?}: {}", again.text());
        let path = index.file_path("x", &form.file_name);
        assert!(index.get(&path, &[]).body == form.content);
        // What was left of the first attempt has a name now.
        assert_eq!(index.audit(), []);
    }
}

#[test]
fn readers_are_told_and_pages_go_on() {
    let (index, proxy) = index();
    let (large, small) = (
        large("1.0"),
        Form::sdist(&TestDistribution::new("x", "1.0")),
    );
    for form in [&large, &small] {
        assert_eq!(index.upload(form).status, 200);
    }
    let path = index.file_path("x", &large.file_name);
    let in_memory = index.file_path("x", &small.file_name);
    assert_eq!(index.get(&in_memory, &[]).body, small.content);
    proxy.lose_after((0, 0), Loss::Cut);
    for path in [path.clone(), format!("{path}.metadata")] {
        let away = index.get(&path, &[]);
        assert_eq!((away.status, &*away.text()), (503, AWAY));
        assert!(away.header("retry-after").is_some());
    }
    assert_eq!(index.get("/health/ready", &[]).status, 503);
    let told = index.get("/health/ready", &[]).text();
    assert_eq!(told, "the file store does not answer\n");
    assert_eq!(index.files("x").len(), 2);
    assert_eq!(index.get(&in_memory, &[]).body, small.content);
    proxy.heal();
    assert_eq!(index.get("/health/ready", &[]).text(), "ready\n");
    assert!(index.get(&path, &[]).body == large.content);
}

/// A client must see that bytes are missing.
#[test]
fn a_download_that_is_cut_ends_without_its_end() {
    let (index, proxy) = index();
    let form = large("1.0");
    assert_eq!(index.upload(&form).status, 200);
    let path = index.file_path("x", &form.file_name);
    proxy.lose_after((u64::MAX, 50 * 1024), Loss::Cut);
    let mut connection = TcpStream::connect(index.address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    let mut got = Vec::new();
    // The end is an end of file or an error; a connection that stays open would be a timeout.
    let ended = connection.read_to_end(&mut got);
    let kind = ended.err().map(|error| error.kind());
    assert_ne!(kind, Some(std::io::ErrorKind::WouldBlock));
    assert!(got.starts_with(b"HTTP/1.1 200 "));
    assert!(got.len() < form.content.len());
    proxy.heal();
    assert!(index.get(&path, &[]).body == form.content);
}

/// The store is asked for the rest, and the client notices nothing.
#[test]
fn a_download_goes_on_when_the_store_is_back() {
    let (index, proxy) = index();
    let form = large("1.0");
    assert_eq!(index.upload(&form).status, 200);
    let path = index.file_path("x", &form.file_name);
    proxy.carried();
    proxy.lose_after((u64::MAX, 50 * 1024), Loss::Cut);
    let whole = std::thread::scope(|scope| {
        let download = scope.spawn(|| index.get(&path, &[]));
        while proxy.carried_back() < 50 * 1024 {
            std::thread::sleep(Duration::from_millis(1));
        }
        proxy.heal();
        download.join().unwrap()
    });
    assert!(whole.body == form.content);
}

#[test]
fn a_store_that_hangs_is_given_up() {
    let (mut index, proxy) = index();
    index.serve_with(|options| {
        options.blobs.as_mut().unwrap().pause_max = Duration::from_secs(1);
    });
    let form = large("1.0");
    assert_eq!(index.upload(&form).status, 200);
    let path = index.file_path("x", &form.file_name);
    proxy.lose_after((0, 0), Loss::Stall);
    let begun = Instant::now();
    let read = index.get(&path, &[]);
    assert_eq!((read.status, &*read.text()), (503, AWAY));
    let answer = index.upload(&large("1.1"));
    assert_eq!((answer.status, &*answer.text()), (503, AWAY));
    assert!(begun.elapsed() < Duration::from_secs(20));
    proxy.heal();
    assert_eq!(index.upload(&large("1.1")).status, 200);
}

#[test]
fn what_is_deleted_while_the_store_is_away_is_deleted() {
    let (index, proxy) = index();
    let form = large("1.0");
    assert_eq!(index.upload(&form).status, 200);
    let path = index.file_path("x", &form.file_name);
    let mut browser = Browser::alice(&index);
    let deletion = [
        ("what", "file"),
        ("target", &*form.file_name),
        ("confirmation", &*form.file_name),
    ];
    proxy.lose_after((0, 0), Loss::Cut);
    let answer = browser.submit("/manage/project/x/delete/", &deletion);
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("it is deleted"), "{}", answer.text());
    proxy.heal();
    assert!(index.files("x").is_empty());
    assert_eq!(index.get(&path, &[]).status, 404);
    // The file and its metadata, of which the audit tells.
    let findings = index.audit();
    let is_left = |finding: &Finding| matches!(finding, Finding::Unnamed { place } if place.starts_with("s3://"));
    assert_eq!(findings.len(), 2);
    assert!(findings.iter().all(is_left), "{findings:?}");
}

#[test]
fn a_server_does_not_start_on_a_store_that_is_away() {
    let (mut index, proxy) = index();
    drop(index.server.take());
    proxy.lose_after((0, 0), Loss::Cut);
    let mut options = ServeOptions::new(&index.options.data, "127.0.0.1:0".parse().unwrap(), clock);
    options.blobs.clone_from(&index.options.blobs);
    let refused = RunningServer::start(options, |_| {}).err();
    assert!(
        matches!(refused, Some(ServeError::Store(StoreError::Objects { .. }))),
        "{refused:?}"
    );
}

/// Two servers that share nothing but the database and the store, as on two machines.
#[test]
fn two_servers_on_one_store_serve_the_same() {
    let Some(index) = TestIndex::on_postgres_and_objects() else {
        return;
    };
    let other_folder = tempfile::tempdir().unwrap();
    let mut options = ServeOptions::new(other_folder.path(), "127.0.0.1:0".parse().unwrap(), clock);
    options.database_url.clone_from(&index.options.database_url);
    options.blobs.clone_from(&index.options.blobs);
    let other = RunningServer::start(options, |_| {}).unwrap();
    for (number, address) in [index.address, other.address()].into_iter().enumerate() {
        let form = large(&format!("1.{number}"));
        let answer = form.send(address, "__token__", &index.token);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let path = index.file_path("x", &form.file_name);
        for reader in [index.address, other.address()] {
            let authorization = basic("__token__", &index.token);
            let headers = [
                ("Authorization", &*authorization),
                ("Range", "bytes=1000-1999"),
            ];
            let part = request(reader, "GET", &path, &headers, b"");
            assert_eq!(part.status, 206);
            assert!(part.body == form.content[1000..2000]);
        }
    }
    assert_eq!(index.audit(), []);
    other.stop().unwrap();
}
