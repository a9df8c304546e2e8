//! Bundles that are written and read, and those that are refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_packaging::pylock::{SelectOptions, SelectedSource};
use tilsit_packaging::tag::{CompatibleTags, Tag};

use super::{Bundle, BundledWheel, MANIFEST, Manifest, Target};
use crate::inputs::hex;
use crate::lock::{Lock, Selection};

const WHEEL: &str = "app-1.0-py3-none-any.whl";
const BUILT: &str = "own-2.0-py3-none-any.whl";

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A lock of a wheel and a folder.
fn lock() -> String {
    format!(
        "lock-version = '1.0'\ncreated-by = 'tilsit'\n[[packages]]\nname = 'app'\nversion = '1.0'\n\
         [[packages.wheels]]\nurl = 'https://index.example/{WHEEL}'\nhashes = {{ sha256 = '{}' }}\n\
         [[packages]]\nname = 'own'\n[packages.directory]\npath = '.'\n",
        sha256(b"a wheel")
    )
}

fn manifest() -> Manifest {
    let wheel = |file: &str, bytes: &[u8], is_built| BundledWheel {
        name: file.parse().unwrap(),
        file: file.to_owned(),
        sha256: sha256(bytes),
        size_bytes: bytes.len() as u64,
        is_built,
    };
    Manifest {
        lock: "pylock.toml".to_owned(),
        lock_sha256: sha256(lock().as_bytes()),
        targets: vec![Target {
            python: "3.12".to_owned(),
            platform: "x86_64-linux".to_owned(),
        }],
        selection: Selection {
            groups: vec!["dev".parse().unwrap()],
            ..Selection::default()
        },
        omitted: vec!["left-out".parse().unwrap()],
        files: vec![
            wheel(WHEEL, b"a wheel", false),
            wheel(BUILT, b"built", true),
        ],
    }
}

/// The bundle of a list, whatever it says.
fn written(folder: &Path, manifest: &Manifest) -> PathBuf {
    let wheels: BTreeMap<String, PathBuf> = [(WHEEL, "a wheel"), (BUILT, "built")]
        .into_iter()
        .map(|(name, bytes)| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).unwrap();
            (name.to_owned(), path)
        })
        .collect();
    let path = folder.join("bundle.zip");
    manifest.write(&path, &lock(), &wheels).unwrap();
    path
}

/// A bundle of these files.
fn of_files(folder: &Path, files: &[(&str, &[u8])]) -> PathBuf {
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    for (name, contents) in files {
        writer.add_file(name, contents, false).unwrap();
    }
    let path = folder.join("made.zip");
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    path
}

/// What is unpacked of a bundle for an environment with these tags; the reason where it is refused.
fn unpacked(path: &Path, tags: &[&str]) -> Result<Vec<String>, String> {
    let folder = TempDir::new().unwrap();
    let bundle = Bundle::open(path).map_err(|error| error.to_string())?;
    let lock = Lock::parse(&bundle.lock, Path::new("pylock.toml")).unwrap();
    let tags = tags.iter().map(|tag| tag.parse::<Tag>().unwrap());
    let tags = CompatibleTags::new(tags);
    let environment = tilsit_resolver::in_memory::linux("3.12.4");
    let options = SelectOptions {
        environment: &environment,
        tags: &tags,
        extras: &[],
        dependency_groups: None,
    };
    let selected = lock.pylock.select(&options, &mut |_| false);
    let selected = selected.map_err(|error| error.to_string())?;
    assert!(matches!(selected[1].source, SelectedSource::Directory(_)));
    let pins = bundle.unpack(&selected, &tags, folder.path());
    let pins = pins.map_err(|error| error.to_string())?;
    let words = pins.iter().map(|pin| {
        let path = pin.file.remote.url.to_file_path().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        format!("{} {}: {text}", pin.name, pin.version)
    });
    Ok(words.collect())
}

#[test]
fn a_bundle_holds_what_was_put_into_it_and_is_the_same_each_time() {
    let folder = TempDir::new().unwrap();
    let path = written(folder.path(), &manifest());
    let bundle = Bundle::open(&path).unwrap();
    assert_eq!(bundle.manifest, manifest());
    assert_eq!(bundle.lock, lock());
    assert_eq!(
        unpacked(&path, &["py3-none-any"]),
        Ok(vec![
            "app 1.0: a wheel".to_owned(),
            "own 2.0: built".to_owned()
        ])
    );
    let before = std::fs::read(&path).unwrap();
    written(folder.path(), &manifest());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_not_what_the_list_says_is_refused() {
    let folder = TempDir::new().unwrap();
    let refused = |change: &dyn Fn(&mut Manifest)| {
        let mut changed = manifest();
        change(&mut changed);
        unpacked(&written(folder.path(), &changed), &["py3-none-any"]).unwrap_err()
    };
    for (change, reason) in [
        (
            &(|list: &mut Manifest| list.files[0].size_bytes = 8) as &dyn Fn(&mut Manifest),
            "has 7 bytes, not 8",
        ),
        (
            &|list| list.files[1].sha256 = "0".repeat(64),
            "`wheels/own-2.0-py3-none-any.whl` has another hash",
        ),
        (&|list| drop(list.files.pop()), "is not on it"),
        (
            &|list| {
                let mut more = list.files[0].clone();
                more.file = "app-1.1-py3-none-any.whl".to_owned();
                list.files.push(more);
            },
            "`wheels/app-1.1-py3-none-any.whl` is not in it",
        ),
        (
            &|list| list.lock_sha256 = "0".repeat(64),
            "`pylock.toml` has another hash",
        ),
        // The list agrees with the file, and the lock does not.
        (
            &|list| list.files[1].is_built = false,
            "is not the file that the lock names for `own`",
        ),
    ] {
        let error = refused(change);
        assert!(error.contains(reason), "{reason}: {error}");
    }
}

#[test]
fn a_wheel_that_was_exchanged_with_its_hash_is_not_that_of_the_lock() {
    let folder = TempDir::new().unwrap();
    let mut list = manifest();
    list.files.remove(1);
    list.files[0].sha256 = sha256(b"another");
    // It says that it was built, which the lock does not.
    list.files[0].is_built = true;
    let path = of_files(
        folder.path(),
        &[
            (MANIFEST, list.to_json().as_bytes()),
            ("pylock.toml", lock().as_bytes()),
            (&format!("wheels/{WHEEL}"), b"another"),
        ],
    );
    let error = unpacked(&path, &["py3-none-any"]).unwrap_err();
    assert_eq!(
        error,
        format!("`{WHEEL}` of the bundle is not the file that the lock names for `app`")
    );
}

#[test]
fn damaged_archives_and_foreign_files_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = written(folder.path(), &manifest());
    let whole = std::fs::read(&path).unwrap();
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(Bundle::open(&path).is_err(), "{length}");
    }
    // One byte of a wheel, which is stored as it is.
    let place = whole
        .windows(7)
        .position(|part| part == b"a wheel")
        .unwrap();
    let mut changed = whole.clone();
    changed[place] = b'A';
    std::fs::write(&path, &changed).unwrap();
    assert!(unpacked(&path, &["py3-none-any"]).is_err());
    let (list, lock) = (manifest().to_json(), lock());
    let (wheel, built) = (format!("wheels/{WHEEL}"), format!("wheels/{BUILT}"));
    for name in [
        "other.txt",
        "wheels/evil.pth",
        "wheels/sub/app-1.0-py3-none-any.whl",
    ] {
        let files: [(&str, &[u8]); 5] = [
            (MANIFEST, list.as_bytes()),
            ("pylock.toml", lock.as_bytes()),
            (&wheel, b"a wheel"),
            (&built, b"built"),
            (name, b"x"),
        ];
        let error = Bundle::open(&of_files(folder.path(), &files)).unwrap_err();
        assert!(
            error.to_string().contains("is not on it"),
            "{name}: {error}"
        );
    }
    let error = Bundle::open(&of_files(folder.path(), &[("a", b"x")])).unwrap_err();
    assert!(
        error.to_string().contains("`bundle.json` is not in it"),
        "{error}"
    );
}

#[test]
fn an_environment_that_it_was_not_made_for_is_told() {
    let folder = TempDir::new().unwrap();
    let path = written(folder.path(), &manifest());
    let mut list = manifest();
    list.files[1].file = "own-2.0-cp313-cp313-win_amd64.whl".to_owned();
    list.files[1].name = list.files[1].file.parse().unwrap();
    let bundle = of_files(
        folder.path(),
        &[
            (MANIFEST, list.to_json().as_bytes()),
            ("pylock.toml", lock().as_bytes()),
            (&format!("wheels/{WHEEL}"), b"a wheel"),
            (&format!("wheels/{}", list.files[1].file), b"built"),
        ],
    );
    assert!(unpacked(&path, &["py3-none-any"]).is_ok());
    assert_eq!(
        unpacked(&bundle, &["py3-none-any"]).unwrap_err(),
        "the bundle has no wheel of `own` for this environment; it was made for Python 3.12 on \
         x86_64-linux"
    );
}

#[test]
fn lists_that_say_what_cannot_be_are_refused() {
    let text = manifest().to_json();
    assert_eq!(Manifest::parse(text.as_bytes()), Ok(manifest()));
    for (from, to, reason) in [
        (
            "\"version\": 1",
            "\"version\": 2",
            "has version 2, and 1 is the newest",
        ),
        ("\"version\": 1", "\"version\": 0", "the version `0`"),
        (
            "\"pylock.toml\"",
            "\"../pylock.toml\"",
            "the lock `../pylock.toml`",
        ),
        (
            "\"pylock.toml\"",
            "\"pylock.a/b.toml\"",
            "the lock `pylock.a/b.toml`",
        ),
        (WHEEL, "../app-1.0-py3-none-any.whl", "the file"),
        (WHEEL, "app-1.0-py3-none-a/b.whl", "the file"),
        (WHEEL, BUILT, "it is there twice"),
        ("\"dev\"", "\"-\"", "the group `-`"),
        (
            "\"built\": true",
            "\"built\": true, \"more\": 1",
            "unknown field `more`",
        ),
        ("\"size\": 7", "\"size\": -7", "`bundle.json` is not valid"),
        (&sha256(b"built"), "abc", "it is no SHA-256"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = Manifest::parse(changed.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{to}: {error}");
    }
}
