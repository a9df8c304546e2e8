//! Laws of order, of sets and of logic, over generated values.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tilsit_packaging::marker::{EnvironmentValues, Marker, MarkerEnvironment};
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::{PreReleaseKind, Version, VersionParts};

/// Versions near one another, so that equal and nested ones occur.
fn version() -> impl Strategy<Value = Version> {
    let kind = select(vec![
        PreReleaseKind::Alpha,
        PreReleaseKind::Beta,
        PreReleaseKind::Candidate,
    ]);
    let number = || select(vec![0, 1, 2, 4096, 1 << 29, u64::MAX]);
    let local = option::weighted(0.2, "[a-c0-1]{1,2}(\\.[a-b0-1]{1,2})?");
    let parts = (
        select(vec![0, 0, 0, 0, 1]),
        vec(number(), 1..6),
        option::of((kind, number())),
        option::of(number()),
        option::of(number()),
        local,
    );
    parts.prop_map(|(epoch, release, pre, post, dev, local)| {
        let local = local.map_or_else(Vec::new, |local| {
            let version: Version = format!("0+{local}").parse().expect("a local label");
            version.local().to_vec()
        });
        let release = release.into_iter().collect();
        Version::from_parts(VersionParts {
            epoch,
            release,
            pre,
            post,
            dev,
            local,
        })
    })
}

fn specifiers() -> impl Strategy<Value = VersionSpecifiers> {
    let operator = select(vec!["==", "!=", "<", "<=", ">", ">=", "~=", "==*", "!=*"]);
    let one = (operator, version()).prop_filter_map(
        "not every version fits every operator",
        |(operator, version)| {
            let text = match operator.strip_suffix('*') {
                Some(operator) => format!("{operator}{}.*", version.base()),
                None if operator == "==" || operator == "!=" => format!("{operator}{version}"),
                None => format!("{operator}{}", version.without_local()),
            };
            text.parse::<VersionSpecifiers>().ok()
        },
    );
    vec(one, 0..3).prop_map(|sets| {
        sets.iter()
            .fold(VersionSpecifiers::any(), |joined, set| joined.and(set))
    })
}

fn range() -> impl Strategy<Value = VersionRange> {
    vec(specifiers(), 1..3).prop_map(|sets| {
        sets.iter()
            .map(VersionRange::from)
            .reduce(|left, right| left.union(&right))
            .expect("at least one")
    })
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #[test]
    fn the_order_of_versions_is_total(one in version(), two in version(), three in version()) {
        prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
        prop_assert_eq!(one == two, one.cmp(&two).is_eq());
        if one == two {
            prop_assert_eq!(hash(&one), hash(&two));
        }
        if one <= two && two <= three {
            prop_assert!(one <= three);
        }
    }

    #[test]
    fn versions_display_and_parse(version in version()) {
        let shown = version.to_string();
        let again: Version = shown.parse().unwrap();
        prop_assert_eq!(&again, &version);
        prop_assert_eq!(again.to_string(), shown);
        prop_assert_eq!(version.trimmed(), version.clone());
        prop_assert!(version.without_local() <= version);
    }

    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,20}") {
        if let Ok(version) = text.parse::<Version>() {
            prop_assert_eq!(version.to_string().parse::<Version>(), Ok(version));
        }
        let _ = text.parse::<VersionSpecifiers>();
        let _ = text.parse::<Marker>();
        let _ = text.parse::<tilsit_packaging::requirement::Requirement>();
    }

    #[test]
    fn a_range_holds_what_its_specifiers_contain(specifiers in specifiers(), version in version()) {
        let range = VersionRange::from(&specifiers);
        prop_assert_eq!(range.contains(&version), specifiers.contains(&version), "{} in {}", version, specifiers);
        prop_assert_eq!(specifiers.to_string().parse::<VersionSpecifiers>(), Ok(specifiers));
        if let Some(spelled) = range.to_specifiers() {
            prop_assert_eq!(VersionRange::from(&spelled), range);
        }
    }

    #[test]
    fn ranges_are_sets(one in range(), two in range(), three in range(), version in version()) {
        let (inside_one, inside_two) = (one.contains(&version), two.contains(&version));
        prop_assert_eq!(one.union(&two).contains(&version), inside_one || inside_two);
        prop_assert_eq!(one.intersection(&two).contains(&version), inside_one && inside_two);
        prop_assert_eq!(one.difference(&two).contains(&version), inside_one && !inside_two);
        prop_assert_eq!(one.complement().contains(&version), !inside_one);
        prop_assert_eq!(one.union(&two), two.union(&one));
        prop_assert_eq!(one.intersection(&two.union(&three)), one.intersection(&two).union(&one.intersection(&three)));
        prop_assert_eq!(one.union(&two).complement(), one.complement().intersection(&two.complement()));
        prop_assert_eq!(one.is_disjoint(&two), one.intersection(&two).is_empty());
        prop_assert_eq!(one.is_subset_of(&two), one.union(&two) == two);
        prop_assert!(VersionRange::singleton(version.clone()).is_subset_of(&one) == inside_one);
    }

    #[test]
    fn simplified_ranges_hold_the_same_versions(range in range(), mut versions in vec(version(), 1..8)) {
        versions.sort();
        let simple = range.simplify(versions.iter());
        prop_assert!(simple.cuts().len() <= range.cuts().len());
        for version in &versions {
            prop_assert_eq!(simple.contains(version), range.contains(version), "{} in {}", version, range);
        }
    }
}

/// Texts of markers whose meaning can be negated exactly.
fn marker() -> impl Strategy<Value = String> {
    let comparison = select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let python = (
        select(vec!["python_version", "python_full_version"]),
        comparison,
        select(vec!["3.8", "3.9", "3.9.1", "3.10"]),
    )
        .prop_map(|(variable, operator, value)| format!("{variable} {operator} '{value}'"));
    let equality = || select(vec!["==", "!="]);
    let platform = (
        select(vec!["sys_platform", "os_name"]),
        equality(),
        select(vec!["linux", "win32", "nt"]),
    )
        .prop_map(|(variable, operator, value)| format!("{variable} {operator} '{value}'"));
    let part = select(vec![
        "sys_platform in 'linux darwin'",
        "'win' in sys_platform",
        "os_name not in 'nt posix'",
        "python_version in '3.8 3.10'",
        "'a' in extras",
    ])
    .prop_map(str::to_owned);
    let extra = (equality(), select(vec!["a", "b"]))
        .prop_map(|(operator, name)| format!("extra {operator} '{name}'"));
    let leaf = prop_oneof![python, platform, part, extra];
    leaf.prop_recursive(3, 12, 2, |inner| {
        (inner.clone(), select(vec!["and", "or"]), inner)
            .prop_map(|(left, word, right)| format!("({left}) {word} ({right})"))
    })
}

fn environment() -> impl Strategy<Value = MarkerEnvironment> {
    let python = select(vec!["3.7.5", "3.8.0", "3.9.0rc1", "3.9.1", "3.10.2"]);
    let platform = select(vec![
        ("linux", "posix"),
        ("win32", "nt"),
        ("darwin", "posix"),
        ("cygwin", "posix"),
    ]);
    (python, platform).prop_map(|(python, (platform, os))| {
        let short: Vec<&str> = python.split('.').take(2).collect();
        let values = EnvironmentValues {
            implementation_name: "cpython".into(),
            implementation_version: python.into(),
            os_name: os.into(),
            platform_machine: "x86_64".into(),
            platform_python_implementation: "CPython".into(),
            platform_release: "6.1".into(),
            platform_system: "Linux".into(),
            platform_version: String::new(),
            python_full_version: python.into(),
            python_version: short.join("."),
            sys_platform: platform.into(),
        };
        MarkerEnvironment::new(values).expect("an environment")
    })
}

fn extras() -> impl Strategy<Value = Vec<ExtraName>> {
    vec(
        select(vec!["a", "b", "c"]).prop_map(|name| name.parse().expect("a name")),
        0..3,
    )
}

proptest! {
    #[test]
    fn markers_are_logic(left in marker(), right in marker(), environment in environment(), extras in extras()) {
        let (left, right): (Marker, Marker) = (left.parse().unwrap(), right.parse().unwrap());
        let (holds_left, holds_right) = (left.evaluate(&environment, &extras), right.evaluate(&environment, &extras));
        prop_assert_eq!(left.and(right).evaluate(&environment, &extras), holds_left && holds_right);
        prop_assert_eq!(left.or(right).evaluate(&environment, &extras), holds_left || holds_right);
        prop_assert_eq!(left.not().evaluate(&environment, &extras), !holds_left);
        prop_assert_eq!(left.not().not(), left);
        prop_assert_eq!(left.and(right).not(), left.not().or(right.not()));
        prop_assert_eq!(left.or(left.and(right)), left);
        prop_assert!(!(left.is_disjoint(right) && holds_left && holds_right));
        prop_assert!(!left.implies(right) || !holds_left || holds_right);
        prop_assert_eq!(left.with_extras(&extras).evaluate(&environment, &extras), holds_left);
        prop_assert!(!holds_left || left.evaluate_any_extra(&environment));
    }

    #[test]
    fn markers_display_and_parse(text in marker()) {
        let marker: Marker = text.parse().unwrap();
        for marker in [marker, marker.not()] {
            let shown = marker.to_string();
            prop_assert_eq!(shown.parse::<Marker>().unwrap(), marker, "{}", shown);
        }
    }

    #[test]
    fn platforms_are_taken_out_and_put_back(text in marker(), world in marker()) {
        let (marker, world): (Marker, Marker) = (text.parse().unwrap(), world.parse().unwrap());
        for world in [world, Marker::platforms(), world.and(Marker::platforms())] {
            prop_assert_eq!(marker.simplify_within(world).and(world), marker.and(world), "{}", world);
        }
    }

    #[test]
    fn requires_python_is_taken_out_and_put_back(text in marker(), environment in environment()) {
        let marker: Marker = text.parse().unwrap();
        let requires = VersionRange::from(&">=3.8.1,<3.11".parse::<VersionSpecifiers>().unwrap());
        let pythons = Marker::python(&requires);
        let simple = marker.simplify_within(pythons);
        prop_assert_eq!(simple.and(pythons), marker.and(pythons));
        if requires.contains(environment.python_full_version()) {
            prop_assert_eq!(simple.evaluate(&environment, &[]), marker.evaluate(&environment, &[]));
        }
    }
}
