//! Pins, before and after the first lock.

use super::*;
use crate::lock::Lock;

fn pin(name: &str, version: &str, hash: &str) -> Pin {
    Pin {
        name: name.parse().unwrap(),
        version: version.parse().unwrap(),
        marker: tilsit_packaging::marker::Marker::TRUE,
        hashes: std::iter::once(hash.to_owned()).collect(),
    }
}

const LOCK: &str = r#"lock-version = "1.0"
created-by = "tilsit"

[[packages]]
name = "flask"
version = "3.0"
dependencies = [{ name = "werkzeug" }]
index = "https://index.example/simple/"
wheels = [{ name = "flask-3.0-py3-none-any.whl", url = "https://index.example/flask-3.0-py3-none-any.whl", hashes = { sha256 = "aa" } }]

[packages.tool.tilsit]
requires = ["werkzeug>=3"]

[[packages]]
name = "werkzeug"
version = "3.1"
index = "https://index.example/simple/"
wheels = [{ name = "werkzeug-3.1-py3-none-any.whl", url = "https://index.example/werkzeug-3.1-py3-none-any.whl", hashes = { sha256 = "bb" } }]

[[packages]]
name = "here"
directory = { path = "here" }

[tool.tilsit]
version = 1
fingerprint = "x"
digest = "x"

[tool.tilsit.groups]
dev = ["flask"]
"#;

#[test]
fn what_became_of_each_pin_is_told() {
    let lock = Lock::parse(LOCK, Path::new("pylock.toml")).unwrap();
    let fate = |pin: Pin| kept(&[pin], &lock).remove(0).fate;
    assert_eq!(fate(pin("flask", "3.0", "sha256:aa")), PinFate::Same);
    assert_eq!(fate(pin("flask", "3.0", "md5:old")), PinFate::Same);
    assert_eq!(fate(pin("flask", "3.0", "sha256:cc")), PinFate::OtherFiles);
    assert_eq!(fate(pin("gone", "1", "sha256:aa")), PinFate::Gone);
    assert_eq!(fate(pin("here", "1", "sha256:aa")), PinFate::Placed);
    assert_eq!(
        fate(pin("werkzeug", "2.0", "sha256:dd")),
        PinFate::Other {
            versions: vec!["3.1".parse().unwrap()],
            why: Some("flask requires `werkzeug>=3`".to_owned()),
        }
    );
}

#[test]
fn pins_are_what_the_next_lock_prefers() {
    let before = Lock::parse(LOCK, Path::new("pylock.toml")).unwrap();
    let lock = lock_of(&[pin("flask", "2.3", "sha256:aa")], Some(&before));
    let versions: Vec<String> = lock
        .pylock
        .packages
        .iter()
        .map(|package| {
            let version = package.version.as_ref();
            format!(
                "{} {}",
                package.name,
                version.map_or_else(String::new, ToString::to_string)
            )
        })
        .collect();
    assert_eq!(versions, ["flask 2.3", "werkzeug 3.1", "here "]);
}
