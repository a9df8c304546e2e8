//! Tests of this module's parent, `hashes`.

use super::*;

const DIGEST: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

#[test]
fn a_digest_is_read_and_shown() {
    let digest: Sha256Digest = DIGEST.parse().unwrap();
    assert_eq!(digest.to_string(), DIGEST);
    assert_eq!(
        DIGEST.to_uppercase().parse::<Sha256Digest>().unwrap(),
        digest
    );
}

#[test]
fn a_wrong_digest_is_refused() {
    for text in [
        "",
        "00",
        &DIGEST[1..],
        &DIGEST.replace('f', "g"),
        &format!("{DIGEST}0"),
        &"é".repeat(32),
    ] {
        assert!(text.parse::<Sha256Digest>().is_err(), "{text}");
    }
}

#[test]
fn fragments() {
    let table: &[(&str, &[&str])] = &[
        ("", &[]),
        ("egg=name", &[]),
        (&format!("sha256={DIGEST}"), &["sha256"]),
        (&format!("SHA256={DIGEST}&egg=name"), &["sha256"]),
        (
            &format!(
                "md5={}&sha256={DIGEST}&sha512={DIGEST}{DIGEST}",
                &DIGEST[..32]
            ),
            &["md5", "sha256", "sha512"],
        ),
    ];
    for (fragment, expected) in table {
        let hashes = Hashes::from_fragment(fragment).unwrap();
        let found: Vec<&str> = hashes.iter().map(|(name, _)| name).collect();
        assert_eq!(&found, expected, "{fragment}");
    }
    assert!(Hashes::from_fragment("sha256=zz").is_err());
    assert!(Hashes::from_fragment("md5=zz").is_err());
}

#[test]
fn an_unknown_algorithm_is_kept() {
    let mut hashes = Hashes::default();
    hashes.add("whirl", "Pool").unwrap();
    assert_eq!(
        hashes.iter().collect::<Vec<_>>(),
        [("whirl", "Pool".to_owned())]
    );
}
