//! Tests of this module's parent, `compact_page`.

use proptest::prelude::*;
use tilsit_packaging::version::Version;
use tilsit_simple_api::{CoreMetadataFile, FileSink, Hashes, Sha256Digest};

use super::*;

fn compact(files: &[File]) -> (CompactPage, Vec<u8>) {
    let mut builder = Builder::new(Some("foo-bar".parse().unwrap()));
    for file in files {
        builder.take(file.into());
    }
    builder.finish(ProjectPage::new("foo-bar"))
}

fn whole(page: &CompactPage, details: &[u8]) -> Vec<File> {
    let files = page.blocks().flat_map(|release| {
        let block = release.block();
        let block = usize::try_from(block.start).unwrap()..usize::try_from(block.end).unwrap();
        page.details(&release, &details[block]).unwrap()
    });
    files.collect()
}

fn releases(page: &CompactPage) -> Vec<(String, Vec<String>)> {
    let wheel = |file: CompactFile| match file.wheel() {
        Some(text) => page.text(text).to_owned(),
        None => format!("{:?}", file.sdist_kind().unwrap()),
    };
    let files = |release: &CompactRelease| page.files(release).map(wheel).collect();
    page.releases()
        .map(|release| (page.version(&release).to_owned(), files(&release)))
        .collect()
}

#[test]
fn files_are_sorted_into_releases() {
    let names = [
        "foo_bar-10.0-py3-none-any.whl",
        "foo-bar-1.0.tar.gz",
        "Foo_Bar-1.0.0-py3-none-any.whl",
        "foo_bar-1.0-1build-cp311-cp311-linux_x86_64.whl",
        "foo.bar-9.0.zip",
        "foo-bar-9.0.exe",
        "other-9.0-py3-none-any.whl",
        "foo_bar-1.0-py3-none.whl",
        "foo_bar-one-py3-none-any.whl",
        "foo_bar-10.0-py3-none-any.whl.asc",
    ];
    let files: Vec<File> = names.map(|name| File::new(name, name)).to_vec();
    let (page, details) = compact(&files);
    insta::assert_debug_snapshot!(releases(&page), @r#"
    [
        (
            "1.0",
            [
                "TarGz",
                "py3-none-any",
                "1build-cp311-cp311-linux_x86_64",
            ],
        ),
        (
            "9.0",
            [
                "Zip",
            ],
        ),
        (
            "10.0",
            [
                "py3-none-any",
            ],
        ),
    ]
    "#);
    let behind = &whole(&page, &details)[5..];
    let behind: Vec<&str> = behind.iter().map(|file| &*file.name).collect();
    assert_eq!(behind, &names[5..]);
    assert_eq!(CompactPage::read(page.bytes().to_vec()), Some(page));
}

#[test]
fn a_text_that_is_no_tag_does_not_become_one() {
    let mut yanked = File::new("foo_bar-1.0-py3-none-any.whl", "x");
    yanked.yanked = Yanked::Yes(Some("no-such-tag-at-all".into()));
    let wrong = File::new("foo_bar-1.0-no-such-tag-at-all.whl", "x");
    let (page, _) = compact(&[yanked, wrong]);
    assert_eq!(page.files(&page.release(0)).len(), 1);
}

fn file() -> impl Strategy<Value = File> {
    let name = prop_oneof![
        "foo_bar-[0-3][.][0-3](-[0-9]b?)?-(py3|cp311)-none-(any|linux_x86_64)[.]whl",
        "foo[-_.]bar-[0-3][.][0-3][.](tar[.]gz|zip)",
        "[a-z]{1,5}-?[0-9]?[.](exe|whl|tar[.]gz)",
    ];
    let url = prop_oneof![
        "https://files[.]example/packages/[0-9a-f]{2}/",
        "[.][.]/[.][.]/files/[0-9a-f]{2}/",
        "[a-z?&%]{0,6}",
    ];
    let digest = any::<Option<[u8; 32]>>();
    let metadata = any::<Option<Option<[u8; 32]>>>();
    let text = "[ -~]{1,6}";
    (
        (name, url, any::<bool>()),
        (digest, metadata, any::<bool>()),
        (any::<Option<u32>>(), any::<Option<i32>>()),
        proptest::option::of(text),
        proptest::option::of(proptest::option::of(text)),
        proptest::option::of(text),
    )
        .prop_map(
            |(names, hashes, (size, time), python, yanked, provenance)| {
                let (name, mut url, ends_with_name) = names;
                if ends_with_name {
                    url.push_str(&name);
                }
                let (digest, metadata, other) = hashes;
                let hashes = |digest: Option<[u8; 32]>| {
                    let mut hashes = Hashes::default();
                    hashes.sha256 = digest.map(Sha256Digest);
                    if other {
                        hashes.add("md5", &"0f".repeat(16)).unwrap();
                    }
                    hashes
                };
                let time = time.map(|time| Timestamp::from_microsecond(i64::from(time)).unwrap());
                File {
                    hashes: hashes(digest),
                    requires_python: python.map(Into::into),
                    size_bytes: size.map(u64::from),
                    upload_time: time,
                    yanked: yanked.map_or(Yanked::No, |why| Yanked::Yes(why.map(Into::into))),
                    core_metadata: match metadata {
                        None => CoreMetadataFile::No,
                        Some(None) => CoreMetadataFile::Yes,
                        Some(digest) => CoreMetadataFile::Hashed(hashes(digest)),
                    },
                    provenance: provenance.map(Into::into),
                    ..File::new(name, url)
                }
            },
        )
}

proptest! {
    /// Every file comes back as it was, those of a release in the page's order; and names mean here
    /// what they mean where they are read whole.
    #[test]
    fn nothing_is_lost(files in proptest::collection::vec(file(), 0..20)) {
        let (page, details) = compact(&files);
        prop_assert_eq!(CompactPage::read(page.bytes().to_vec()), Some(page.clone()));
        let project = "foo-bar".parse().unwrap();
        let version = |file: &File| {
            file.distribution_of(&project).ok().map(|name| name.version().clone())
        };
        let mut expected = files.clone();
        expected.sort_by_key(|file| {
            let version = version(file);
            (version.is_none(), version)
        });
        prop_assert_eq!(whole(&page, &details), expected);
        for release in page.releases() {
            let of_page: Version = page.version(&release).parse().unwrap();
            let found = files.iter().filter(|file| version(file).as_ref() == Some(&of_page));
            prop_assert_eq!(found.count(), page.files(&release).len());
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = CompactPage::read(bytes);
    }
}
