//! Licences as metadata states them.

use super::{CLASSIFIERS, NAMES, StatedLicense};
use crate::license::LicenseExpression;
use crate::metadata::CoreMetadata;

fn stated(lines: &str) -> StatedLicense {
    let text = format!("Metadata-Version: 2.4\nName: a\nVersion: 1\n{lines}\n");
    let (metadata, _) = CoreMetadata::parse(text.as_bytes()).unwrap();
    StatedLicense::of(&metadata)
}

#[test]
fn what_metadata_states_is_read_as_far_as_it_leaves_no_doubt() {
    let mit = "Classifier: License :: OSI Approved :: MIT License";
    let bsd = "Classifier: License :: OSI Approved :: BSD License";
    let apache = "Classifier: License :: OSI Approved :: Apache Software License";
    for (lines, words) in [
        (
            "License-Expression: mit or apache-2.0".to_owned(),
            "MIT OR Apache-2.0",
        ),
        (mit.to_owned(), "MIT"),
        (
            format!("{mit}\n{bsd}"),
            "MIT, and BSD-2-Clause or BSD-3-Clause",
        ),
        (format!("License: BSD-3-Clause\n{bsd}"), "BSD-3-Clause"),
        (format!("License: Apache 2.0\n{apache}"), "Apache-2.0"),
        (format!("License: see LICENSE\n{mit}"), "MIT"),
        // Two that differ are no licence that is known.
        (
            format!("License: GPL-3.0-only\n{mit}"),
            "GPL-3.0-only, and other classifiers",
        ),
        (
            format!("License: BSD\n{mit}"),
            "MIT, and BSD-2-Clause or BSD-3-Clause",
        ),
        ("License: The  MIT License".to_owned(), "MIT"),
        (
            "License: MIT AND Apache-2.0".to_owned(),
            "MIT AND Apache-2.0",
        ),
        ("License: BSD".to_owned(), "BSD-2-Clause or BSD-3-Clause"),
        ("License: my own".to_owned(), "my own"),
        ("License: UNKNOWN".to_owned(), ""),
        ("Classifier: License :: OSI Approved".to_owned(), ""),
        (
            format!("{mit}\nClassifier: License :: Other/Proprietary License"),
            "Other/Proprietary License",
        ),
    ] {
        assert_eq!(stated(&lines).words(), words, "{lines}");
    }
}

#[test]
fn of_several_that_are_possible_all_must_be_accepted() {
    let bsd = stated("License: BSD");
    assert!(!bsd.is_satisfied_by(&mut |license| license.id == "BSD-3-Clause"));
    assert!(bsd.is_satisfied_by(&mut |license| license.id.starts_with("BSD-")));
    assert!(!stated("License: my own").is_satisfied_by(&mut |_| true));
    assert!(!stated("").is_satisfied_by(&mut |_| true));
    assert_eq!(bsd.to_expression(), None);
    let both = stated(
        "Classifier: License :: OSI Approved :: MIT License\nLicense: BSD-3-Clause\nClassifier: License :: OSI Approved :: ISC License (ISCL)",
    );
    assert_eq!(both.words(), "BSD-3-Clause, and other classifiers");
    let both = stated(
        "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: ISC License (ISCL)",
    );
    assert_eq!(both.to_expression().unwrap().as_str(), "MIT AND ISC");
}

#[test]
fn every_licence_of_the_tables_is_one_of_spdx() {
    let ids = CLASSIFIERS.iter().flat_map(|(ids, _)| *ids);
    for id in ids.chain(NAMES.iter().flat_map(|(ids, _)| *ids)) {
        let expression: LicenseExpression = id.parse().unwrap();
        assert_eq!(expression.as_str(), *id);
        assert_eq!(expression.deprecated(), Vec::<&str>::new(), "{id}");
    }
    for (_, names) in NAMES {
        for name in *names {
            assert_eq!(*name, name.to_lowercase());
            assert!(!name.starts_with("the "), "{name}");
        }
    }
}
