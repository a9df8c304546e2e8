//! Whole indexes: exported for a web server, imported from folders, backed up while they are used,
//! and restored.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tilsit_files::LinkMode;
use tilsit_index_client::IndexUrl;
use tilsit_index_server::{
    ExportError, ExportOptions, ExportReport, ImportReport, export, find_files, import,
};
use tilsit_index_store::{Actor, BlockingStore, Reading, StoreError, StoreOptions};
use tilsit_testing::{Loss, TestDistribution};

use crate::clients::session::{Session, run_well};
use crate::file_store::large;
use crate::http::{Form, request};
use crate::own_client::client;
use crate::proxied::{Nginx, free_port};
use crate::support::{TestIndex, clock, on_both_databases};

on_both_databases!(
    a_tree_is_served_by_nginx_and_read_from_disk,
    a_second_export_follows_what_changed,
    what_is_not_public_is_not_exported,
    a_folder_of_another_is_not_written_to,
    a_tree_comes_back_with_times_and_yanks,
    a_folder_is_imported_and_refusals_are_listed,
    an_export_of_devpi_is_imported,
);

/// How the documents say that nginx serves a tree.
const SERVER: &str = "map $http_accept $page {
 default index.html;
 ~application/vnd\\.pypi\\.simple\\.v1\\+json index.json;
}
server {
 listen 127.0.0.1:PORT;
 root TREE;
 location ~ ^/simple/(.*/)?$ {
  rewrite ^ $uri$page last;
 }
 location ~ ^/simple/.*index\\.html$ {
  types {}
  default_type \"text/html; charset=utf-8\";
  add_header Vary Accept;
 }
 location ~ ^/simple/.*index\\.json$ {
  types {}
  default_type application/vnd.pypi.simple.v1+json;
  add_header Vary Accept;
 }
 location /files/ {
  types {}
  default_type application/octet-stream;
  add_header Cache-Control \"public, max-age=31536000, immutable\";
 }
}";

fn publish(index: &TestIndex, name: &str, version: &str) -> TestDistribution {
    let distribution = TestDistribution::new(name, version);
    for form in [Form::wheel(&distribution), Form::sdist(&distribution)] {
        let answer = index.upload(&form);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    distribution
}

fn store(index: &TestIndex) -> BlockingStore {
    BlockingStore::open(&index.options, clock()).unwrap()
}

fn tree(index: &TestIndex) -> PathBuf {
    index.folder.path().join("tree")
}

fn exported(index: &TestIndex, everything: bool) -> Result<ExportReport, ExportError> {
    let options = ExportOptions {
        folder: tree(index),
        everything,
        link_mode: LinkMode::Hardlink,
    };
    let store = store(index);
    let mut go_on = |_| ControlFlow::Continue(());
    store.wait(export(store.store(), &options, &mut go_on))
}

pub(crate) fn imported(index: &TestIndex, source: &Path) -> ImportReport {
    let store = store(index);
    let files = find_files(source).unwrap();
    store.wait(async {
        let owner = store.store().user(&"alice".parse().unwrap()).await.unwrap();
        let mut go_on = |_: &_| ControlFlow::Continue(());
        import(store.store(), &files, owner, clock(), &mut go_on)
            .await
            .unwrap()
    })
}

/// Another index, on SQLite, empty.
fn another_index() -> TestIndex {
    TestIndex::on_sqlite()
}

fn listed(url: &str, project: &str) -> Vec<String> {
    let url: IndexUrl = url.parse().unwrap();
    let client = client();
    let page = client
        .project_page(&url, &project.parse().unwrap())
        .and_then(|page| client.whole_page(&page))
        .unwrap();
    page.files
        .iter()
        .map(|file| file.name.to_string())
        .collect()
}

fn a_tree_is_served_by_nginx_and_read_from_disk(index: &TestIndex) {
    let demo = publish(index, "demo", "1.0");
    publish(index, "other", "1.0+local");
    exported(index, false).unwrap();
    let names = [demo.wheel_name(), demo.sdist_name()];
    let folder = tree(index);
    assert_eq!(
        listed(&format!("file://{}/simple/", folder.display()), "demo"),
        names
    );

    let port = free_port();
    let blocks = SERVER
        .replace("PORT", &port.to_string())
        .replace("TREE", &folder.display().to_string());
    let Some(_nginx) = Nginx::start(&index.folder.path().join("nginx"), port, &blocks) else {
        return;
    };
    let address = ([127, 0, 0, 1], port).into();
    let json = "application/vnd.pypi.simple.v1+json";
    for (accept, content_type) in [
        (json, json),
        ("text/html", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ] {
        for path in ["/simple/", "/simple/demo/"] {
            let answer = request(address, "GET", path, &[("Accept", accept)], b"");
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-type"), Some(content_type), "{path}");
        }
    }
    let served = request(address, "GET", "/simple/demo/", &[("Accept", json)], b"");
    assert_eq!(served.body, index.json("/simple/demo/").body);
    let wheel = index.file_path("demo", &demo.wheel_name());
    let metadata = request(address, "GET", &format!("{wheel}.metadata"), &[], b"");
    assert_eq!(metadata.text(), demo.metadata());
    let url = format!("http://127.0.0.1:{port}/simple/");
    assert_eq!(listed(&url, "demo"), names);

    let Some(session) = Session::start(index) else {
        return;
    };
    let install = ["install", "--no-cache-dir", "--target", "installed"];
    let mut pip = session.command("pip", "");
    pip.args(install)
        .args(["--index-url", &url, "demo", "other"]);
    run_well(&mut pip);
    for stem in ["demo-1.0", "other-1.0+local"] {
        let folder = format!("installed/{stem}.dist-info");
        assert!(index.folder.path().join(folder).is_dir(), "{stem}");
    }
}

fn a_second_export_follows_what_changed(index: &TestIndex) {
    let demo = publish(index, "demo", "1.0");
    publish(index, "gone", "1.0");
    let first = exported(index, false).unwrap();
    assert_eq!(
        (first.projects, first.pages_written, first.files_placed),
        (2, 2, 4)
    );
    let second = exported(index, false).unwrap();
    let nothing = ExportReport {
        projects: 2,
        ..ExportReport::default()
    };
    assert_eq!(second, nothing);

    let store = store(index);
    let actor = Actor::COMMAND_LINE;
    let gone = "gone".parse().unwrap();
    let deleted = store.store().delete_project(actor, &gone, clock());
    store.wait(deleted).unwrap();
    let name = demo.sdist_name();
    let project = "demo".parse().unwrap();
    let deleted = store.store().delete_file(actor, &project, &name, clock());
    store.wait(deleted).unwrap();
    let next = publish(index, "demo", "2.0");
    // A cut export leaves a page's temporary file, or a file that no page names.
    std::fs::write(tree(index).join("files/left"), "over").unwrap();
    let third = exported(index, false).unwrap();
    assert_eq!((third.pages_written, third.files_placed), (1, 2));
    // An sdist, a wheel with its metadata, an sdist, and what was left over.
    assert_eq!((third.projects_removed, third.files_removed), (1, 5));
    assert!(!tree(index).join("simple/gone").exists());
    let url = format!("file://{}/simple/", tree(index).display());
    let names = [demo.wheel_name(), next.wheel_name(), next.sdist_name()];
    assert_eq!(listed(&url, "demo"), names);
}

fn what_is_not_public_is_not_exported(index: &TestIndex) {
    publish(index, "open", "1.0");
    let hidden = publish(index, "hidden", "1.0");
    exported(index, false).unwrap();
    let path = index.file_path("hidden", &hidden.wheel_name());
    let path = tree(index).join(path.trim_start_matches('/'));
    assert!(path.exists());
    let store = store(index);
    let name = "hidden".parse().unwrap();
    let change =
        store
            .store()
            .change_reading(Actor::COMMAND_LINE, &name, Some(Reading::People), clock());
    store.wait(change).unwrap();
    let report = exported(index, false).unwrap();
    assert_eq!((report.projects, report.projects_removed), (1, 1));
    assert!(!path.exists());
    let list = std::fs::read_to_string(tree(index).join("simple/index.html")).unwrap();
    assert!(list.contains("open") && !list.contains("hidden"), "{list}");
    assert_eq!(exported(index, true).unwrap().projects, 2);
    assert!(path.exists());
}

fn a_folder_of_another_is_not_written_to(index: &TestIndex) {
    std::fs::create_dir_all(tree(index)).unwrap();
    std::fs::write(tree(index).join("thesis.txt"), "words").unwrap();
    let error = exported(index, false).unwrap_err();
    assert!(matches!(error, ExportError::NotOurs(_)), "{error}");
    assert_eq!(std::fs::read_dir(tree(index)).unwrap().count(), 1);
}

fn a_tree_comes_back_with_times_and_yanks(index: &TestIndex) {
    let other = another_index();
    // Uploaded long ago.
    let old = TestDistribution::new("demo", "1.0");
    let folder = index.folder.path().join("old");
    let file = folder.join("root/dev/demo").join(old.wheel_name());
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, old.wheel()).unwrap();
    let entry = r#"{"dumpversion": "2", "indexes": {"root/dev": {"files": [{"type": "releasefile",
        "relpath": "root/dev/demo/NAME", "log": [{"what": "upload", "when": [2020, 2, 29, 1, 2, 3]}]}]}}}"#;
    let entry = entry.replace("NAME", &old.wheel_name());
    std::fs::write(folder.join("dataindex.json"), entry).unwrap();
    assert_eq!(imported(index, &folder).imported, 1);
    publish(index, "demo", "2.0");
    let store = store(index);
    let release = ("demo".parse().unwrap(), "1.0".parse().unwrap());
    let yanked = store.store().yank_release(
        Actor::COMMAND_LINE,
        (&release.0, &release.1),
        Some("broken"),
        clock(),
    );
    store.wait(yanked).unwrap();
    exported(index, false).unwrap();

    let report = imported(&other, &tree(index));
    assert_eq!((report.imported, report.skipped), (3, 0));
    assert!(report.refused.is_empty(), "{report:?}");
    let page = |index: &TestIndex| index.json("/simple/demo/").json()["files"].clone();
    assert_eq!(page(&other), page(index));
    assert_eq!(page(&other)[0]["yanked"], "broken");
    let uploaded = page(&other)[0]["upload-time"].to_string();
    assert!(uploaded.contains("2020-02-29T01:02:03"), "{uploaded}");
    assert!(other.audit().is_empty(), "{:?}", other.audit());
    // A file that is not what its page says is refused.
    let third = another_index();
    let wheel = index.file_path("demo", &old.wheel_name());
    let wheel = tree(index).join(wheel.trim_start_matches('/'));
    std::fs::remove_file(&wheel).unwrap();
    std::fs::write(&wheel, old.file("more.py", b"").wheel()).unwrap();
    let report = imported(&third, &tree(index));
    assert_eq!(report.imported, 2);
    assert!(report.refused[0].reason.contains("SHA-256"), "{report:?}");
}

fn a_folder_is_imported_and_refusals_are_listed(index: &TestIndex) {
    let folder = index.folder.path().join("packages");
    let deep = folder.join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    let (one, two) = (
        TestDistribution::new("one", "1.0"),
        TestDistribution::new("two", "1.0"),
    );
    let lie = TestDistribution::new("lie", "1.0");
    for (path, bytes) in [
        (deep.join(one.wheel_name()), one.wheel()),
        (folder.join(one.sdist_name()), one.sdist()),
        (folder.join(two.wheel_name()), two.wheel()),
        (folder.join("notes.txt"), b"no distribution".to_vec()),
        (folder.join(".hidden-1.0.tar.gz"), one.sdist()),
        // What is in it is of another project; is cut; has a name of old; is no archive for pip.
        (folder.join("truth-1.0-py3-none-any.whl"), lie.wheel()),
        (
            folder.join("cut-1.0-py3-none-any.whl"),
            two.wheel()[..99].to_vec(),
        ),
        (folder.join("One.Old-1.0.zip"), one.wheel()),
        (folder.join("egg-1.0-py3.9.egg"), one.wheel()),
    ] {
        std::fs::write(path, bytes).unwrap();
    }
    let report = imported(index, &folder);
    assert_eq!((report.imported, report.skipped), (3, 0), "{report:?}");
    let refused: Vec<(&str, &str)> = report
        .refused
        .iter()
        .map(|file| {
            let name = file.path.file_name().unwrap();
            (name.to_str().unwrap(), file.reason.as_str())
        })
        .collect();
    let names: Vec<&str> = refused.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "One.Old-1.0.zip",
            "cut-1.0-py3-none-any.whl",
            "egg-1.0-py3.9.egg",
            "truth-1.0-py3-none-any.whl"
        ]
    );
    assert!(refused[0].1.contains("must be named"), "{refused:?}");
    assert_eq!(index.files("one").len(), 2);
    assert_eq!(index.files("two"), [two.wheel_name()]);
    // Again: nothing is done twice. Another user has no business in the projects.
    let again = imported(index, &folder);
    assert_eq!((again.imported, again.skipped), (0, 3));
    assert_eq!(again.refused.len(), 4);
    assert!(index.audit().is_empty(), "{:?}", index.audit());
    // The same name with other bytes is no import.
    std::fs::write(folder.join(two.wheel_name()), two.file("x.py", b"").wheel()).unwrap();
    let other = imported(index, &folder);
    assert_eq!((other.imported, other.skipped), (0, 2));
    let told = other
        .refused
        .iter()
        .any(|file| file.reason.contains("with other content"));
    assert!(told, "{other:?}");
}

/// The list may name what it likes; only what is below its folder is read.
fn an_export_of_devpi_is_imported(index: &TestIndex) {
    let folder = index.folder.path().join("devpi");
    std::fs::create_dir_all(&folder).unwrap();
    let list = r#"{"dumpversion": "1", "indexes": {"a/b": {"files": [
        {"type": "releasefile", "relpath": "../../../etc/passwd"}]}}}"#;
    std::fs::write(folder.join("dataindex.json"), list).unwrap();
    let error = find_files(&folder).unwrap_err().to_string();
    assert!(error.contains("outside of its folder"), "{error}");
    // What the list names and is not there is told with the rest.
    let list = list.replace("../../../etc/passwd", "a/b/x-1.0.tar.gz");
    std::fs::write(folder.join("dataindex.json"), list).unwrap();
    let report = imported(index, &folder);
    assert_eq!(report.refused.len(), 1, "{report:?}");
    assert_eq!(report.imported, 0);
}

/// Four uploaders while backups are made: what was answered before one begins is in it, whole.
#[test]
fn a_backup_is_whole_while_uploads_run() {
    let index = TestIndex::on_sqlite();
    let folder = index.folder.path().join("backup");
    // Opened before uploads run: in the tests' time those of today are long given up.
    let store = store(&index);
    let before = publish(&index, "before", "1.0");
    std::thread::scope(|scope| {
        for uploader in 0..4 {
            let index = &index;
            scope.spawn(move || {
                for number in 0..10 {
                    publish(index, &format!("p{uploader}"), &format!("1.{number}"));
                }
            });
        }
        for _ in 0..5 {
            back_up(&store, &folder).unwrap();
        }
    });
    let answered = index.digests("p0");
    let report = back_up(&store, &folder).unwrap();
    assert_eq!(report, 82);

    let restored = index.folder.path().join("restored");
    restore(&folder, &restored).unwrap();
    let mut again = another_index();
    again.options = StoreOptions::in_folder(&restored);
    again.serve();
    assert!(again.audit().is_empty(), "{:?}", again.audit());
    assert_eq!(again.digests("p0"), answered);
    for project in ["before", "p0", "p1", "p2", "p3"] {
        for name in index.files(project) {
            let path = again.file_path(project, &name);
            assert_eq!(again.get(&path, &[]).body, index.get(&path, &[]).body);
        }
    }
    // The accounts and tokens are those of the index.
    let answer = Form::wheel(&before).send(again.address, "__token__", &index.token);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Of each backup that is finished while uploads and deletions run, every file can be served.
#[test]
fn each_backup_is_consistent_while_files_come_and_go() {
    let index = TestIndex::on_sqlite();
    let (store, another) = (store(&index), store(&index));
    publish(&index, "demo", "0.1");
    std::thread::scope(|scope| {
        let index = &index;
        let changes = scope.spawn(move || {
            let store = another;
            for number in 0..20 {
                let made = publish(index, "demo", &format!("1.{number}"));
                let (name, project) = (made.sdist_name(), "demo".parse().unwrap());
                let actor = Actor::COMMAND_LINE;
                let deleted = store.store().delete_file(actor, &project, &name, clock());
                store.wait(deleted).unwrap();
            }
        });
        let mut number = 0;
        while !changes.is_finished() || number == 0 {
            let backup = index.folder.path().join(format!("backup-{number}"));
            match back_up(&store, &backup) {
                Ok(_) => {}
                // It says so when it cannot keep up; then there is no backup.
                Err(StoreError::KeepsChanging(_)) => {
                    assert!(!backup.join("index.sqlite3").exists());
                    continue;
                }
                Err(error) => panic!("{error}"),
            }
            let restored = index.folder.path().join(format!("restored-{number}"));
            restore(&backup, &restored).unwrap();
            let store = BlockingStore::open(&StoreOptions::in_folder(&restored), clock()).unwrap();
            let audit = store.wait(store.store().audit(&mut |_| ControlFlow::Continue(())));
            let findings = audit.unwrap().findings;
            assert!(findings.is_empty(), "{findings:?}");
            number += 1;
        }
    });
}

#[test]
fn what_is_no_sound_backup_is_not_restored() {
    let index = TestIndex::on_sqlite();
    let demo = publish(&index, "demo", "1.0");
    let store = store(&index);
    let (backup, data) = (
        index.folder.path().join("backup"),
        index.folder.path().join("restored"),
    );
    let missing = restore(&backup, &data).unwrap_err();
    assert!(matches!(missing, StoreError::NoBackup(_)), "{missing}");
    back_up(&store, &backup).unwrap();
    let taken = restore(&backup, &index.options.data).unwrap_err();
    assert!(matches!(taken, StoreError::NotEmpty(_)), "{taken}");
    let wheel = index.file_path("demo", &demo.wheel_name());
    let wheel = backup.join(wheel.trim_start_matches('/'));
    let bytes = std::fs::read(&wheel).unwrap();
    let mut damaged = bytes.clone();
    damaged[40] ^= 1;
    std::fs::write(&wheel, damaged).unwrap();
    let error = restore(&backup, &data).unwrap_err();
    assert!(matches!(error, StoreError::DamagedBackup { .. }), "{error}");
    assert!(!data.exists());
    std::fs::remove_file(&wheel).unwrap();
    let error = restore(&backup, &data).unwrap_err();
    assert!(matches!(error, StoreError::DamagedBackup { .. }), "{error}");
    assert!(!data.exists());
    // The next backup mends it.
    back_up(&store, &backup).unwrap();
    restore(&backup, &data).unwrap();
}

/// Where files lie in a store of objects, a tree and a backup have them all the same, and go on from
/// what is there already.
#[test]
fn files_come_out_of_a_store_of_objects() {
    let index = TestIndex::on_objects();
    let demo = publish(&index, "demo", "1.0");
    let large = large("1.0");
    assert_eq!(index.upload(&large).status, 200);
    let proxy = &index.objects.as_ref().unwrap().1;
    let (backup, data) = (
        index.folder.path().join("backup"),
        index.folder.path().join("restored"),
    );
    proxy.lose_after((0, 0), Loss::Cut);
    assert!(exported(&index, false).is_err());
    assert!(back_up(&store(&index), &backup).is_err());
    proxy.heal();
    assert_eq!(exported(&index, false).unwrap().files_placed, 3);
    assert_eq!(back_up(&store(&index), &backup).unwrap(), 3);
    restore(&backup, &data).unwrap();
    for (project, name) in [
        ("demo", demo.wheel_name()),
        ("demo", demo.sdist_name()),
        ("x", large.file_name.clone()),
    ] {
        let path = index.file_path(project, &name);
        let served = index.get(&path, &[]).body;
        for root in [tree(&index), backup.clone(), data.clone()] {
            let placed = std::fs::read(root.join(path.trim_start_matches('/'))).unwrap();
            assert_eq!(placed, served, "{}", root.display());
        }
    }
    let restored = BlockingStore::open(&StoreOptions::in_folder(&data), clock()).unwrap();
    let mut go_on = |_| ControlFlow::Continue(());
    let audit = restored.wait(restored.store().audit(&mut go_on));
    assert_eq!(audit.unwrap().findings, []);

    proxy.carried();
    assert_eq!(back_up(&store(&index), &backup).unwrap(), 3);
    let (_, answered) = proxy.carried();
    let size = large.content.len() as u64;
    assert!(
        answered < size,
        "{answered} bytes came for a backup that was up to date"
    );
}

#[test]
fn postgresql_s_own_program_makes_its_backups() {
    let Some(index) = TestIndex::on_postgres() else {
        return;
    };
    let error = back_up(&store(&index), &index.folder.path().join("backup")).unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
}

fn back_up(store: &BlockingStore, folder: &Path) -> Result<usize, StoreError> {
    let mut go_on = |_, _| ControlFlow::Continue(());
    let done = store.store().backup(folder, LinkMode::Copy, &mut go_on);
    store.wait(done).map(|report| report.files)
}

fn restore(backup: &Path, data: &Path) -> Result<(), StoreError> {
    let mut go_on = |_, _| ControlFlow::Continue(());
    BlockingStore::restore(backup, data, LinkMode::Copy, &mut go_on).map(|_| ())
}
