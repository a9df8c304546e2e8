//! How fast the vocabulary is: parsing, comparing, and calculating with markers and ranges.
//!
//! Over `fixtures/packaging/{versions,requirements}.txt`; the same loops in Python are in
//! `benches/compare.py`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

fn lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/packaging")
        .join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

fn parsing(criterion: &mut Criterion) {
    let versions = lines("versions.txt");
    let requirements = lines("requirements.txt");
    let specifiers: Vec<String> = requirements
        .iter()
        .filter_map(|text| Some(text.parse::<Requirement>().ok()?.specifiers()?.to_string()))
        .collect();
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Elements(versions.len() as u64));
    group.bench_function("versions", |bencher| {
        bencher.iter(|| {
            versions
                .iter()
                .filter(|text| black_box(text.parse::<Version>()).is_ok())
                .count()
        });
    });
    group.throughput(Throughput::Elements(specifiers.len() as u64));
    group.bench_function("specifiers", |bencher| {
        bencher.iter(|| {
            specifiers
                .iter()
                .filter(|text| black_box(text.parse::<VersionSpecifiers>()).is_ok())
                .count()
        });
    });
    group.throughput(Throughput::Elements(requirements.len() as u64));
    group.bench_function("requirements", |bencher| {
        bencher.iter(|| {
            requirements
                .iter()
                .filter(|text| black_box(text.parse::<Requirement>()).is_ok())
                .count()
        });
    });
    group.finish();
}

fn comparing(criterion: &mut Criterion) {
    let versions: Vec<Version> = lines("versions.txt")
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let mut group = criterion.benchmark_group("compare");
    group.throughput(Throughput::Elements(versions.len() as u64));
    group.bench_function("sort versions", |bencher| {
        bencher.iter(|| {
            let mut sorted = versions.clone();
            sorted.sort();
            sorted
        });
    });
    let specifiers: VersionSpecifiers = ">=1.0,<3,!=2.1.*".parse().expect("specifiers");
    let range = VersionRange::from(&specifiers);
    group.bench_function("specifiers contain", |bencher| {
        bencher.iter(|| {
            versions
                .iter()
                .filter(|version| specifiers.contains(version))
                .count()
        });
    });
    group.bench_function("a range contains", |bencher| {
        bencher.iter(|| {
            versions
                .iter()
                .filter(|version| range.contains(version))
                .count()
        });
    });
    group.finish();
}

fn markers(criterion: &mut Criterion) {
    let marker = |text: &str| text.parse::<Marker>().expect("a marker");
    let left =
        marker("python_version >= '3.8' and (sys_platform == 'linux' or sys_platform == 'darwin')");
    let right = marker("python_version < '3.11' and sys_platform != 'win32' or extra == 'test'");
    let mut group = criterion.benchmark_group("markers");
    group.bench_function("and", |bencher| {
        bencher.iter(|| black_box(left).and(black_box(right)));
    });
    group.bench_function("is disjoint", |bencher| {
        bencher.iter(|| black_box(left).is_disjoint(black_box(right.not())));
    });
    group.bench_function("display", |bencher| {
        bencher.iter(|| black_box(right).to_string());
    });
    group.finish();
}

criterion_group!(benches, parsing, comparing, markers);
criterion_main!(benches);
