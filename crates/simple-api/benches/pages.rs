//! How fast pages are read: a page of 5,000 files in both forms, as a popular project has.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tilsit_simple_api::{ProjectPage, parse_html, parse_json, to_json};
use url::Url;

fn html() -> String {
    let mut text = String::from(
        "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"1.4\">\n    \
         <title>Links for numpy</title>\n  </head>\n  <body>\n    <h1>Links for numpy</h1>\n",
    );
    for number in 0..5_000 {
        let hash = format!("{number:064x}");
        let name = format!(
            "numpy-1.{}.{}-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            number / 50,
            number % 50
        );
        writeln!(
            text,
            "<a href=\"https://files.example/packages/{}/{}/{}/{name}#sha256={hash}\" \
             data-requires-python=\"&gt;=3.9\" data-dist-info-metadata=\"sha256={hash}\" \
             data-core-metadata=\"sha256={hash}\">{name}</a><br />",
            &hash[..2],
            &hash[2..4],
            &hash[4..],
        )
        .expect("a text takes any text");
    }
    text + "</body>\n</html>\n"
}

fn json(page: &ProjectPage) -> Vec<u8> {
    let mut page = page.clone();
    for file in &mut page.files {
        file.size_bytes = Some(1_000_000);
        file.upload_time = "2026-01-02T03:04:05.678901Z".parse().ok();
    }
    to_json(&page)
}

fn pages(criterion: &mut Criterion) {
    let url: Url = "https://index.example/simple/numpy/"
        .parse()
        .expect("it is a URL");
    let html = html();
    let page = parse_html(html.as_bytes(), &url).expect("the page is well formed");
    let json = json(&page);
    let mut group = criterion.benchmark_group("a page of 5,000 files");
    group.throughput(Throughput::Bytes(html.len() as u64));
    group.bench_function("parse_html", |bencher| {
        bencher.iter(|| parse_html(black_box(html.as_bytes()), &url));
    });
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("parse_json", |bencher| {
        bencher.iter(|| parse_json(black_box(&json), Some(&url)));
    });
    group.bench_function("to_json", |bencher| {
        bencher.iter(|| to_json(black_box(&page)));
    });
    group.finish();
}

criterion_group!(benches, pages);
criterion_main!(benches);
