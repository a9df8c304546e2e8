//! A full file, each version's fields, problems, and laws of reading and writing.

use proptest::prelude::*;

use super::*;

const RELEASE: &str = "Metadata-Version: 2.6\nName: Hello_World\nVersion: 1.0\n";

/// A file of the newest version with some more lines.
fn read(lines: &str) -> (CoreMetadata, Vec<String>) {
    let (metadata, problems) = CoreMetadata::parse(format!("{RELEASE}{lines}").as_bytes()).unwrap();
    (metadata, problems.iter().map(ToString::to_string).collect())
}

const EVERYTHING: &str = "\
Metadata-Version: 2.6
Name: BeagleVote
Version: 1.0a2
Dynamic: Obsoletes-Dist
Platform: ObscureUnix
Platform: RareDOS
Supported-Platform: RedHat 7.2
Summary: A module for collecting votes from beagles.
Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM
Keywords: dog,puppy,voting
Home-page: https://index.example/beagle
Download-URL: …/BeagleVote-0.45.tgz
Author: C. Schultz, Universal Features Syndicate,
        Los Angeles, CA
Author-email: \"C. Schultz\" <cschultz@index.example>
Maintainer: Snoopy
Maintainer-email: snoopy@index.example
License-Expression: Apache-2.0 OR BSD-2-Clause
License-File: LICENSE.APACHE
License-File: licenses/LICENSE.BSD
Classifier: Environment :: Console (Text Based)
Requires-Dist: pkginfo
Requires-Python: >=3.9
Requires-External: libpng (>=1.5)
Project-URL: Bug Tracker, https://index.example/issues,1
Provides-Extra: pdf
Provides-Dist: OtherProject
Obsoletes-Dist: Gorgon
Import-Name: beaglevote
Import-Name: _beaglevote; private
Import-Namespace: spam.eggs
Requires: re
Provides: xml
Obsoletes: xml.old

The *description*.
";

#[test]
fn everything_is_written_as_it_was_read() {
    let (metadata, problems) = CoreMetadata::parse(EVERYTHING.as_bytes()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(metadata.name(), "BeagleVote");
    assert_eq!(metadata.project_name().as_str(), "beaglevote");
    assert_eq!(
        metadata.author.as_deref(),
        Some("C. Schultz, Universal Features Syndicate,\nLos Angeles, CA")
    );
    assert_eq!(metadata.keywords, ["dog", "puppy", "voting"]);
    let url = (
        "Bug Tracker".to_owned(),
        "https://index.example/issues,1".to_owned(),
    );
    assert_eq!(metadata.project_urls, [url]);
    assert_eq!(
        metadata.description.as_deref(),
        Some("The *description*.\n")
    );
    assert!(metadata.is_dynamic(Field::ObsoletesDist));
    assert_eq!(String::from_utf8(metadata.to_bytes()).unwrap(), EVERYTHING);
}

#[test]
fn every_field_is_read() {
    // Each line of the file above is a field; none may be lost on the way.
    for field in Field::ALL {
        if *field == Field::Description || *field == Field::License {
            continue;
        }
        assert!(EVERYTHING.contains(&format!("{field}: ")), "{field}");
    }
    let (metadata, _) = read("License: GPL\nDescription: here\n");
    assert_eq!(metadata.license.as_deref(), Some("GPL"));
    assert_eq!(metadata.description.as_deref(), Some("here"));
}

#[test]
fn a_file_must_say_which_release_it_is() {
    let cases: &[(&str, &str)] = &[
        ("", "the metadata has no `Metadata-Version`"),
        (
            "Metadata-Version: 2.1\nVersion: 1\n",
            "the metadata has no `Name`",
        ),
        (
            "Metadata-Version: 2.1\nName: a\n\nVersion: 1\n",
            "the metadata has no `Version`",
        ),
        (
            "Metadata-Version: 2.1\nName: a\nName: a\nVersion: 1\n",
            "the metadata has `Name` twice, on lines 2 and 3",
        ),
        (
            "Metadata-Version: 3.0\nName: a\nVersion: 1\n",
            "metadata line 1: version 3.0 is not supported (the newest is 2.6)",
        ),
        (
            "Metadata-Version: two\nName: a\nVersion: 1\n",
            "metadata line 1: `Metadata-Version` is not valid: `two` is no metadata version: it should be two numbers, as `2.4`",
        ),
        (
            "Name: a\nVersion: 1\n",
            "the metadata has no `Metadata-Version`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(
            CoreMetadata::parse(text.as_bytes())
                .unwrap_err()
                .to_string(),
            *message
        );
    }
    for text in [
        "Metadata-Version: 2.1\nName: -a\nVersion: 1\n",
        "Metadata-Version: 2.1\nName: a\nVersion: x\n",
    ] {
        let error = CoreMetadata::parse(text.as_bytes()).unwrap_err();
        assert!(
            matches!(error, MetadataError::Invalid { line: 2 | 3, .. }),
            "{error}"
        );
    }
}

/// Lines of a file, and a problem that they make.
const PROBLEMS: &[(&str, &str)] = &[
    (
        "Hello: x\n",
        "line 4: `Hello`: no field of core metadata has this name",
    ),
    (
        "Summary: a\nsummary: b\n",
        "line 5: `Summary`: the field may not be repeated",
    ),
    (
        "Summary: a\n b\n",
        "line 4: `Summary`: the summary has more than one line",
    ),
    (
        "Description-Content-Type: text/html\n",
        "line 4: `Description-Content-Type`: `text/html` is none of `text/plain`, `text/x-rst` and `text/markdown`",
    ),
    (
        "License-Expression: Foo\n",
        "line 4: `License-Expression`: `Foo` is no license of the SPDX list and does not start with `LicenseRef-`",
    ),
    (
        "License: x\nLicense-Expression: MIT\n",
        "`License-Expression`: `License` may not stand beside a license expression",
    ),
    (
        "Classifier: License :: OSI Approved\nLicense-Expression: MIT\n",
        "`Classifier`: license classifiers may not stand beside a license expression",
    ),
    (
        "License-File: ../x\n",
        "line 4: `License-File`: `../x` is not a plain relative path with `/` between its parts",
    ),
    (
        "License-File: a*\n",
        "line 4: `License-File`: `a*` is a pattern, not the path of a file",
    ),
    (
        "Project-URL: A, x\nProject-URL: A, y\n",
        "line 5: `Project-URL`: the label `A` is given twice",
    ),
    (
        "Dynamic: Name\n",
        "line 4: `Dynamic`: `Name` can not be dynamic",
    ),
    (
        "Dynamic: Foo\n",
        "line 4: `Dynamic`: `Foo` is no field of core metadata",
    ),
    (
        "Import-Name: a-b\n",
        "line 4: `Import-Name`: `a-b` in `a-b` is not a Python identifier",
    ),
    (
        "Import-Namespace: a.class\n",
        "line 4: `Import-Namespace`: `class` in `a.class` is a Python keyword",
    ),
    (
        "Import-Name: a; public\n",
        "line 4: `Import-Name`: `a` may be followed by `; private` and nothing else",
    ),
    (
        "Description: a\n\nb",
        "line 6: `Description`: there is a description in the headers and one in the body, which counts",
    ),
    (
        "Content-Type: Multipart/mixed\n\nb",
        "line 6: `Description`: the body is a MIME multipart message, not a description",
    ),
];

#[test]
fn everything_else_is_a_problem() {
    for (lines, problem) in PROBLEMS {
        let (_, problems) = read(lines);
        assert!(
            problems.iter().any(|found| found == problem),
            "{problems:?}"
        );
    }
    let (metadata, problems) =
        CoreMetadata::parse(b"Metadata-Version: 1.0\nName: a\nVersion: 1\nAuthor: \xc0\n\n\xc0")
            .unwrap();
    assert_eq!((metadata.author, metadata.description), (None, None));
    let reasons: Vec<&str> = problems.iter().map(|problem| &*problem.reason).collect();
    assert_eq!(reasons, ["the value is not UTF-8", "the body is not UTF-8"]);
}

#[test]
fn each_version_has_its_fields() {
    for version in [
        "1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6",
    ] {
        let number: MetadataVersion = version.parse().unwrap();
        for &field in Field::ALL.iter().filter(|field| field.may_be_dynamic()) {
            let text = format!("Metadata-Version: {version}\nName: a\nVersion: 1\n{field}: MIT\n");
            let (_, problems) = CoreMetadata::parse(text.as_bytes()).unwrap();
            let is_new = problems
                .iter()
                .any(|problem| problem.reason.contains("came with"));
            assert_eq!(is_new, field.added() > number, "{field} in {version}");
        }
    }
    for (version, reason) in [
        ("1.3", "version 1.3 was never published"),
        ("2.0", "version 2.0 was never published"),
        ("2.7", "version 2.7 is newer than 2.6"),
    ] {
        let text = format!("Metadata-Version: {version}\nName: a\nVersion: 1\n");
        let (_, problems) = CoreMetadata::parse(text.as_bytes()).unwrap();
        assert_eq!(problems[0].reason, reason);
    }
}

#[test]
fn content_types() {
    let cases = [
        ("text/plain", Some(Markup::Plain)),
        ("TEXT/X-RST; charset=utf-8", Some(Markup::ReStructuredText)),
        ("text/markdown", Some(Markup::GithubMarkdown)),
        (
            "text/markdown;variant=GFM ; charset=\"UTF-8\"",
            Some(Markup::GithubMarkdown),
        ),
        (
            "text/markdown; charset=UTF-8; variant=CommonMark",
            Some(Markup::CommonMark),
        ),
        ("text/plain; variant=gfm; x=\"a\\\"b\"", Some(Markup::Plain)),
        ("text/markdown; variant=gfm", None),
        ("text/plain; charset=ascii", None),
        ("text/plain; x", None),
        ("text/plain; x=\"y", None),
        ("text/plain;", None),
        ("text/plain x", None),
        ("", None),
    ];
    for (text, markup) in cases {
        let parsed: Result<DescriptionContentType, _> = text.parse();
        assert_eq!(
            parsed.ok().map(|parsed| parsed.markup()),
            markup,
            "{text:?}"
        );
    }
}

#[test]
fn an_empty_import_name_says_that_nothing_can_be_imported() {
    assert_eq!(read("").0.import_names, None);
    let (metadata, problems) = read("Import-Name:\n");
    assert_eq!(
        (metadata.import_names.as_deref(), problems.len()),
        (Some(&[][..]), 0)
    );
    assert!(metadata.to_bytes().ends_with(b"Import-Name: \n"));
}

#[test]
fn new_metadata_is_checked() {
    let metadata = CoreMetadata::new("Foo.Bar", "1.0".parse().unwrap()).unwrap();
    assert_eq!(
        metadata.to_bytes(),
        b"Metadata-Version: 2.6\nName: Foo.Bar\nVersion: 1.0\n"
    );
    assert!(CoreMetadata::new("_", "1.0".parse().unwrap()).is_err());
}

proptest! {
    #[test]
    fn writing_then_reading_is_identity(
        summary in proptest::option::of("[a-zé:;]{1,9}"),
        license in proptest::option::of("[a-z]{1,9}(\n\n?[a-z]{1,9}){0,3}"),
        description in proptest::option::of("[^\r]{1,30}"),
        keywords in proptest::collection::vec("[a-z ]{1,5}", 0..3),
        extras in proptest::collection::vec("[a-z0-9]{1,5}", 0..3),
        urls in proptest::collection::btree_map("[a-z ]{0,5}x", "[a-z,]{0,5}y", 0..3),
    ) {
        let mut metadata = CoreMetadata::new("a", "1.0".parse().unwrap()).unwrap();
        metadata.summary = summary;
        metadata.license = license;
        metadata.description = description;
        metadata.keywords = keywords.iter().map(|word| word.trim().to_owned()).collect();
        if metadata.keywords == [""] {
            metadata.keywords = vec!["x".to_owned()];
        }
        metadata.provides_extra = extras.iter().map(|extra| extra.parse().unwrap()).collect();
        metadata.project_urls = urls.into_iter().map(|(label, url)| (label.trim().to_owned(), url)).collect();
        let unique: std::collections::BTreeSet<_> = metadata.project_urls.iter().map(|(label, _)| label).collect();
        prop_assume!(unique.len() == metadata.project_urls.len());
        let bytes = metadata.to_bytes();
        let (read, problems) = CoreMetadata::parse(&bytes).unwrap();
        prop_assert_eq!(problems, []);
        prop_assert_eq!(read, metadata);
    }

    #[test]
    fn what_was_read_is_written_the_same_way(text in "((Name|Summary|License|Dynamic|Import-Name|x|Keywords|Description)?[: \n|a,]{1,4}){0,9}") {
        let file = format!("{RELEASE}{text}");
        if let Ok((metadata, _)) = CoreMetadata::parse(file.as_bytes()) {
            let written = metadata.to_bytes();
            let (again, _) = CoreMetadata::parse(&written).unwrap();
            prop_assert_eq!(again.to_bytes(), written);
        }
    }
}
