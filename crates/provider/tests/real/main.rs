//! Resolutions of real projects on pip's own default index, held against uv's (profile `real`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use tilsit_index_client::{ClientOptions, IndexClient, IndexUrl};
use tilsit_packaging::marker::{EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::tag::CompatibleTags;
use tilsit_provider::{
    FilePolicy, NoBuilder, Resolution, ResolveOptions, Resolving, Sources, resolve,
};
use tilsit_resolver::{ResolverOptions, RootRequirement};

/// What a Python says of itself.
#[derive(serde::Deserialize)]
struct Oracle {
    index: String,
    markers: EnvironmentValues,
    tags: Vec<String>,
}

fn oracle(python: &Path) -> Oracle {
    let script = "
import json
from pip._internal.models.index import PyPI
from pip._vendor.packaging.markers import default_environment
from pip._vendor.packaging.tags import sys_tags
print(json.dumps({'index': PyPI.simple_url, 'markers': default_environment(), 'tags': [str(tag) for tag in sys_tags()]}))
";
    let output = Command::new(python)
        .args(["-I", "-c", script])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ours(oracle: &Oracle, cache: &Path, requirements: &[&str]) -> Resolution {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test stands in for the program"
    )]
    let clock = Timestamp::now;
    let mut options = ClientOptions::new(Arc::new(clock), "tilsit-test/1.0");
    options.cache = Some(cache.to_owned());
    let client = IndexClient::new(options);
    let index: IndexUrl = oracle.index.parse().unwrap();
    let environment = MarkerEnvironment::new(oracle.markers.clone()).unwrap();
    let options = ResolveOptions {
        resolver: ResolverOptions::new(environment),
        sources: Sources {
            indexes: vec![index],
            ..Sources::default()
        },
        files: FilePolicy::new(tags(oracle)),
        no_dependencies: false,
        pages_only: false,
        installed: std::collections::BTreeMap::new(),
        forbidden: Vec::new(),
    };
    let line = |text: &&str| RootRequirement::new(text.parse().unwrap(), "the test");
    let resolving = Resolving {
        requirements: requirements.iter().map(line).collect(),
        constraints: Vec::new(),
        options: &options,
        client: &client,
        builder: &NoBuilder,
        temporary: cache.to_owned(),
    };
    resolve(&resolving, &mut |_| ControlFlow::Continue(()))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn tags(oracle: &Oracle) -> CompatibleTags {
    CompatibleTags::new(oracle.tags.iter().map(|tag| tag.parse().unwrap()))
}

fn uv(oracle: &Oracle, python: &Path, environment: &Path, requirements: &[&str]) -> Vec<String> {
    let cache = tempfile::tempdir().unwrap();
    let mut child = Command::new(environment.join("bin/uv"))
        .args([
            "pip",
            "compile",
            "-",
            "--no-header",
            "--no-annotate",
            "--no-config",
            "--quiet",
        ])
        .args(["--index-url", &oracle.index])
        .arg("--python")
        .arg(python)
        .arg("--cache-dir")
        .arg(cache.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(requirements.join("\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn pins_equal_those_of_uv() {
    let python = tilsit_testing::python().expect("the real ring has a Python");
    let Some(environment) =
        tilsit_testing::require("uv", tilsit_testing::python_environment("uv", &["uv"]))
    else {
        return;
    };
    let oracle = oracle(&python);
    let cache = tempfile::tempdir().unwrap();
    for requirements in [
        &["flask"][..],
        &["jupyter"],
        &["boto3", "urllib3<1.25.4"],
        &["boto3", "s3fs"],
        &["black[d]>=24", "pytest<8", "requests[socks]"],
    ] {
        let start = Instant::now();
        let resolution = ours(&oracle, cache.path(), requirements);
        let cold = start.elapsed();
        let start = Instant::now();
        let again = ours(&oracle, cache.path(), requirements);
        println!(
            "{requirements:?}: {} pins, {cold:?}, again {:?}",
            resolution.pins.len(),
            start.elapsed()
        );
        let shown = |resolution: &Resolution| -> Vec<String> {
            resolution
                .pins
                .iter()
                .map(|pin| format!("{}=={}", pin.name, pin.version))
                .collect()
        };
        assert_eq!(shown(&resolution), shown(&again));
        assert_eq!(
            shown(&resolution),
            uv(&oracle, &python, &environment, requirements),
            "{requirements:?}"
        );
        assert!(
            resolution
                .pins
                .iter()
                .all(|pin| !pin.hashes.is_empty() && pin.file.is_wheel)
        );
    }
}
