//! Reading, finding and writing pins.

use super::{find, parse, remove, write};
use crate::discovery::Surroundings;
use crate::request::PythonRequest;

#[test]
fn reads_what_pyenv_and_uv_write() {
    let cases: [(&str, &[&str]); 7] = [
        ("3.12\n", &["3.12"]),
        ("# ours\n\n3.12.1 # stable\n3.11\n", &["3.12.1", "3.11"]),
        ("3.12:3.11 3.10\r\n", &["3.12", "3.11", "3.10"]),
        (">=3.10, <3.13\n", &[">=3.10, <3.13"]),
        (
            "/opt/my python/bin/python3\n",
            &["/opt/my python/bin/python3"],
        ),
        ("\u{feff}pypy@3.9\n", &["pypy@3.9"]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text), expected, "{text:?}");
    }
}

#[test]
fn the_nearest_pin_counts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let deep = root.join("project/src");
    tilsit_files::create_dir_all(root.join("pyenv/versions/my-env")).unwrap();
    tilsit_files::create_dir_all(&deep).unwrap();
    let mut surroundings = Surroundings {
        working_folder: deep.clone(),
        ..Surroundings::default()
    };
    surroundings.shims.pyenv_root = Some(root.join("pyenv"));
    let request = |surroundings: &Surroundings| {
        let pin = find(surroundings).unwrap();
        pin.map(|pin| pin.request.to_string())
    };
    let set = |name: &str, text: &str| tilsit_files::write(root.join(name), text).unwrap();
    set(".python-version", "3.9\n");
    assert_eq!(request(&surroundings).as_deref(), Some("3.9"));
    set("project/.python-versions", "3.11\n3.10\n");
    assert_eq!(request(&surroundings).as_deref(), Some("3.11"));
    set("project/.python-version", "system\n");
    assert_eq!(request(&surroundings), None);
    set("project/.python-version", "my-env\n");
    let environment = root.join("pyenv/versions/my-env");
    let expected = environment.display().to_string();
    assert_eq!(request(&surroundings), Some(expected));
    set("project/.python-version", "../tools/python\n");
    let expected = root.join("project/../tools/python").display().to_string();
    assert_eq!(request(&surroundings), Some(expected));
    set("project/.python-version", ">>3\n");
    let error = find(&surroundings).unwrap_err().to_string();
    assert!(
        error.contains("project/.python-version` does not name"),
        "{error}"
    );

    let wanted: PythonRequest = "3.12".parse().unwrap();
    let path = write(&deep, &wanted).unwrap();
    assert_eq!(tilsit_files::read_to_string(&path).unwrap(), "3.12\n");
    assert_eq!(find(&surroundings).unwrap().unwrap().request, wanted);
    assert_eq!(remove(&deep).unwrap(), Some(path));
    assert_eq!(remove(&deep).unwrap(), None);
}
