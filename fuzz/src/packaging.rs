//! The vocabulary of `tilsit-packaging`: versions, specifiers, requirements, markers, tags, names.

use tilsit_packaging::file_name::{DistributionFileName, SdistFileName, WheelFileName};
use tilsit_packaging::marker::{Marker, MarkerExpression};
use tilsit_packaging::name::{ProjectName, normalize};
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::tag::TagSet;
use tilsit_packaging::version::Version;

/// A version: what is displayed parses again to an equal one, and it is where its parts put it.
pub fn version(data: &[u8]) {
    let Some(version) = text(data).and_then(|text| text.parse::<Version>().ok()) else {
        return;
    };
    let shown = version.to_string();
    let again: Version = shown.parse().expect("a version displays as one");
    assert_eq!(again, version);
    assert_eq!(again.to_string(), shown);
    assert_eq!(Version::from_parts(version.to_parts()), version);
    assert_eq!(version.trimmed(), version);
    assert!(version.without_local() <= version && version.base().cmp(&version.base()).is_eq());
}

/// Two lines, each a set of specifiers or a version: their ranges hold what they contain.
pub fn version_specifiers(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let (left, right) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(specifiers) = left.parse::<VersionSpecifiers>() else {
        return;
    };
    let again: VersionSpecifiers = specifiers
        .to_string()
        .parse()
        .expect("specifiers display as such");
    assert_eq!(again, specifiers);
    let range = VersionRange::from(&specifiers);
    assert_eq!(range.complement().complement(), range);
    assert!(range.is_disjoint(&range.complement()) && range.union(&range.complement()).is_full());
    if let Some(spelled) = range.to_specifiers() {
        assert_eq!(VersionRange::from(&spelled), range);
    }
    let named = specifiers
        .iter()
        .filter_map(|specifier| specifier.version());
    let is_textual = specifiers
        .iter()
        .any(|specifier| specifier.text().is_some());
    for version in named.cloned().chain(right.parse().ok()) {
        let is_inside = specifiers.contains(&version);
        assert!(
            is_textual || range.contains(&version) == is_inside,
            "{version} in {specifiers}"
        );
    }
    if let Ok(other) = right.parse::<VersionSpecifiers>() {
        let other = VersionRange::from(&other);
        let both = range.intersection(&other);
        assert!(both.is_subset_of(&range) && both.is_subset_of(&other));
        assert_eq!(both.is_empty(), range.is_disjoint(&other));
        assert_eq!(range.difference(&other).union(&both), range);
    }
}

/// A requirement: what is displayed parses again to an equal one; a fault lies inside the text.
pub fn requirement(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let published = Requirement::parse_published(text);
    if let Ok(requirement) = text.parse() {
        assert_eq!(published.as_ref(), Ok(&requirement), "mending only adds");
    }
    match text.parse::<Requirement>() {
        Ok(requirement) if text.len() <= 2_000 && is_exact(requirement.marker) => {
            let again: Requirement = requirement
                .to_string()
                .parse()
                .expect("a requirement displays as one");
            assert_eq!(again, requirement);
        }
        Ok(_) => {}
        Err(error) => {
            assert!(error.span.start <= text.len(), "{error}");
            assert_eq!(error.pointed_out().lines().count(), 2);
        }
    }
}

/// A marker: as written it displays and parses again to itself, and so does its meaning.
pub fn marker(data: &[u8]) {
    let Some(text) = text(data).filter(|text| text.len() <= 2_000) else {
        return;
    };
    let Ok(expression) = text.parse::<MarkerExpression>() else {
        return;
    };
    let again: MarkerExpression = expression
        .to_string()
        .parse()
        .expect("an expression displays as one");
    assert_eq!(again, expression);
    let Ok(marker) = expression.to_marker() else {
        return;
    };
    assert_eq!(marker.not().not(), marker);
    assert!(marker.implies(marker) && marker.is_disjoint(marker.not()));
    if is_exact(marker) {
        let again: Marker = marker
            .to_string()
            .parse()
            .expect("a marker displays as one");
        assert_eq!(again, marker);
    }
}

/// Whether the marker asks for nothing whose complement cannot be written.
fn is_exact(marker: Marker) -> bool {
    let shown = marker.to_string();
    ![
        "platform_release",
        "implementation_version",
        "===",
        "~=",
        "\" <",
        "\" >",
        "\" ==",
        "\" !=",
    ]
    .iter()
    .any(|part| shown.contains(part))
}

/// The file name of a wheel.
pub fn wheel_file_name(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    if let Ok(wheel) = text.parse::<WheelFileName>() {
        let again: WheelFileName = wheel
            .to_string()
            .parse()
            .expect("a file name displays as one");
        assert_eq!(again, wheel);
        assert!(wheel.tags.iter().count() <= 4096);
    }
    // Neither form of name is taken for the other.
    if let Ok(DistributionFileName::Sdist(sdist)) = text.parse() {
        assert!(text.ends_with(sdist.kind.extension()));
    }
}

/// The file name of a source distribution, with and without the project known.
pub fn sdist_file_name(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let Ok(sdist) = text.parse::<SdistFileName>() else {
        return;
    };
    let again: SdistFileName = sdist
        .to_string()
        .parse()
        .expect("a file name displays as one");
    assert_eq!(again, sdist);
    assert!(SdistFileName::parse_for(text, &sdist.name).is_ok());
}

/// The tags of a wheel.
pub fn wheel_tags(data: &[u8]) {
    let Some(tags) = text(data).and_then(|text| text.parse::<TagSet>().ok()) else {
        return;
    };
    let again: TagSet = tags.to_string().parse().expect("tags display as such");
    assert_eq!(again, tags);
}

/// The name of a project.
pub fn project_name(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let normal = normalize(text);
    assert_eq!(normalize(&normal), normal);
    if let Ok(name) = text.parse::<ProjectName>() {
        assert_eq!(name.as_str(), normal);
        assert_eq!(normal.parse::<ProjectName>().as_ref(), Ok(&name));
        assert_eq!(
            name.as_file_name().parse::<ProjectName>().as_ref(),
            Ok(&name)
        );
    }
}

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
