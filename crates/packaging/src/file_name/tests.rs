//! Tests of this module's parent, `file_name`.

use super::{DistributionFileName, SdistFileName, SdistKind, VariantLabel, WheelFileName};

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

#[test]
fn wheels() {
    for (text, name, version, build, tags, variant) in [
        (
            "foo-1.0-py3-none-any.whl",
            "foo",
            "1.0",
            None,
            "py3-none-any",
            None,
        ),
        (
            "Foo_Bar-1.0.post1+Local_2-py2.py3-none-any.whl",
            "foo-bar",
            "1.0.post1+local.2",
            None,
            "py2.py3-none-any",
            None,
        ),
        (
            "foo.bar-1-7abc-cp313-cp313t-win_amd64.whl",
            "foo-bar",
            "1",
            Some("7abc"),
            "cp313-cp313t-win_amd64",
            None,
        ),
        (
            "foo-1-007-py3-none-any.whl",
            "foo",
            "1",
            Some("7"),
            "py3-none-any",
            None,
        ),
        (
            "foo-1-cp313-abi3-linux_x86_64-x86_64_v3.whl",
            "foo",
            "1",
            None,
            "cp313-abi3-linux_x86_64",
            Some("x86_64_v3"),
        ),
        (
            "foo-1-2-cp313-abi3-linux_x86_64-cu12.whl",
            "foo",
            "1",
            Some("2"),
            "cp313-abi3-linux_x86_64",
            Some("cu12"),
        ),
    ] {
        let wheel: WheelFileName = text
            .parse()
            .unwrap_or_else(|error| panic!("{}", chain(&error)));
        assert_eq!(wheel.name, name);
        assert_eq!(wheel.version.to_string(), version);
        assert_eq!(
            wheel.build.as_ref().map(ToString::to_string).as_deref(),
            build
        );
        assert_eq!(wheel.tags.to_string(), tags);
        assert_eq!(wheel.variant.as_ref().map(VariantLabel::as_str), variant);
        assert_eq!(wheel.to_string().parse::<WheelFileName>().unwrap(), wheel);
    }
}

#[test]
fn sdists() {
    for (text, name, version, kind) in [
        ("foo-1.0.tar.gz", "foo", "1.0", SdistKind::TarGz),
        ("Foo.Bar-baz-1.0.zip", "foo-bar-baz", "1.0", SdistKind::Zip),
        (
            "foo_bar-1.0rc1.tar.gz",
            "foo-bar",
            "1.0rc1",
            SdistKind::TarGz,
        ),
    ] {
        let sdist: SdistFileName = text.parse().unwrap();
        assert_eq!(
            (
                sdist.name.as_str(),
                sdist.version.to_string().as_str(),
                sdist.kind
            ),
            (name, version, kind)
        );
        assert_eq!(sdist.to_string().parse::<SdistFileName>().unwrap(), sdist);
    }
    let project = "foo-1".parse().unwrap();
    assert_eq!(
        SdistFileName::parse_for("foo-1-1.0-2.tar.gz", &project)
            .unwrap()
            .version
            .to_string(),
        "1.0.post2"
    );
    let project = "foo".parse().unwrap();
    assert_eq!(
        SdistFileName::parse_for("foo-1.0-2.tar.gz", &project)
            .unwrap()
            .version
            .to_string(),
        "1.0.post2"
    );
}

#[test]
fn faults() {
    let project = "bar".parse().unwrap();
    let faults: Vec<String> = [
        "foo-1.0.whl",
        "foo-1.0-1-2-py3-none-any-a-b.whl",
        "foo__bar-1.0-py3-none-any.whl",
        "-1.0-py3-none-any.whl",
        "foo-1.x-py3-none-any.whl",
        "foo-1.0-abc-py3-none-any.whl",
        "foo-1.0-99999999999999999999-py3-none-any.whl",
        "foo-1.0-py3.-none-any.whl",
        "foo-1.0-py3-none-any-UPPER.whl",
        "foo-1.0-py3-none-any-.whl",
        "foo-1.0.tar.xz",
        "foo1.0.tar.gz",
        "-1.0.zip",
        "foo-1.x.zip",
    ]
    .iter()
    .map(|text| chain(&text.parse::<DistributionFileName>().unwrap_err()))
    .chain(
        [
            "foo-1.0-py3-none-any.whl",
            "foo-1.0.tar.gz",
            "bar-1.x.tar.gz",
        ]
        .iter()
        .map(|text| chain(&DistributionFileName::parse_for(text, &project).unwrap_err())),
    )
    .collect();
    insta::assert_snapshot!(faults.join("\n"), @r"
`foo-1.0.whl` is not the name of a wheel: it has 2 parts parted by `-`
`foo-1.0-1-2-py3-none-any-a-b.whl` is not the name of a wheel: it has 9 parts parted by `-`
`foo__bar-1.0-py3-none-any.whl` is not the name of a distribution: `foo__bar` is no project name
`-1.0-py3-none-any.whl` is not the name of a distribution: `` is no project name
`foo-1.x-py3-none-any.whl` is not the name of a distribution: the version is wrong: `1.x` is not a version: `.` is unexpected at byte 1
`foo-1.0-abc-py3-none-any.whl` is not the name of a wheel: `abc` is no build tag
`foo-1.0-99999999999999999999-py3-none-any.whl` is not the name of a wheel: `99999999999999999999` is no build tag
`foo-1.0-py3.-none-any.whl` is not the name of a wheel: its tags are wrong: `py3.-none-any` is not a tag: a part of it is empty
`foo-1.0-py3-none-any-UPPER.whl` is not the name of a wheel: `UPPER` is no variant label
`foo-1.0-py3-none-any-.whl` is not the name of a wheel: `` is no variant label
`foo-1.0.tar.xz` is not a source distribution: it does not end in `.tar.gz` or `.zip`
`foo1.0.tar.gz` is not the name of a source distribution: it has 1 parts parted by `-`
`-1.0.zip` is not the name of a distribution: `` is no project name
`foo-1.x.zip` is not the name of a distribution: the version is wrong: `1.x` is not a version: `.` is unexpected at byte 1
`foo-1.0-py3-none-any.whl` is no file of `bar`
`foo-1.0.tar.gz` is no file of `bar`
`bar-1.x.tar.gz` is not the name of a distribution: the version is wrong: `1.x` is not a version: `.` is unexpected at byte 1
");
}
