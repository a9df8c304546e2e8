//! A local index of wheels and sdists that a test lists, and a resolution from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_index_client::{ClientOptions, IndexClient, IndexUrl};
use tilsit_packaging::tag::CompatibleTags;
use tilsit_provider::{
    FilePolicy, NoBuilder, Resolution, ResolveError, ResolveEvent, ResolveOptions, Resolving,
    Sources, resolve,
};
use tilsit_resolver::in_memory::linux;
use tilsit_resolver::{ResolverOptions, RootRequirement};
use url::Url;

/// An index in a folder: `simple/<project>/index.html` and the files beside it.
pub(crate) struct Index {
    folder: TempDir,
    pages: BTreeMap<String, String>,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            pages: BTreeMap::new(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn url(&self) -> IndexUrl {
        IndexUrl::new(Url::from_directory_path(self.folder.path().join("simple")).unwrap()).unwrap()
    }

    /// Adds a wheel; `attributes` stand in its link.
    pub(crate) fn wheel(&mut self, file_name: &str, requires: &[&str], attributes: &str) {
        let mut parts = file_name.split('-');
        let (name, version) = (parts.next().unwrap(), parts.next().unwrap());
        let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
        let metadata = metadata("2.1", name, version, requires);
        let path = format!("{name}-{version}.dist-info/METADATA");
        writer.add_file(&path, metadata.as_bytes(), false).unwrap();
        self.file(name, file_name, &writer.finish().unwrap(), attributes);
    }

    /// Adds an sdist whose PKG-INFO has this version of the metadata.
    pub(crate) fn sdist(
        &mut self,
        name: &str,
        version: &str,
        metadata_version: &str,
        requires: &[&str],
    ) {
        let stem = format!("{name}-{version}");
        let mut writer = tilsit_dist::sdist::SdistWriter::new(&stem, 0);
        writer.add_file(
            "PKG-INFO",
            metadata(metadata_version, name, version, requires).into(),
            false,
        );
        writer.add_file("pyproject.toml", Vec::new(), false);
        self.file(
            name,
            &format!("{stem}.tar.gz"),
            &writer.finish().unwrap(),
            "",
        );
    }

    pub(crate) fn file(&mut self, name: &str, file_name: &str, bytes: &[u8], attributes: &str) {
        let folder = self.folder.path().join("simple").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file_name), bytes).unwrap();
        let page = self.pages.entry(name.to_owned()).or_default();
        writeln!(page, "<a href=\"{file_name}\" {attributes}>{file_name}</a>").unwrap();
        std::fs::write(folder.join("index.html"), page).unwrap();
    }
}

fn metadata(metadata_version: &str, name: &str, version: &str, requires: &[&str]) -> String {
    let mut text =
        format!("Metadata-Version: {metadata_version}\nName: {name}\nVersion: {version}\n");
    for line in requires {
        writeln!(text, "Requires-Dist: {line}").unwrap();
        if let Some((_, extra)) = line.split_once("extra == '") {
            writeln!(text, "Provides-Extra: {}", extra.trim_end_matches('\'')).unwrap();
        }
    }
    text
}

/// Linux with Python 3.12.4; wheels for `cp312` and `py3`.
pub(crate) fn options(indexes: &[&Index]) -> ResolveOptions {
    let tags = [
        "cp312-cp312-manylinux_2_17_x86_64",
        "cp312-abi3-manylinux_2_17_x86_64",
        "py3-none-any",
    ];
    ResolveOptions {
        resolver: ResolverOptions::new(linux("3.12.4")),
        sources: Sources {
            indexes: indexes.iter().map(|index| index.url()).collect(),
            ..Sources::default()
        },
        files: FilePolicy::new(CompatibleTags::new(
            tags.iter().map(|tag| tag.parse().unwrap()),
        )),
        no_dependencies: false,
        pages_only: false,
        installed: BTreeMap::new(),
        forbidden: Vec::new(),
    }
}

pub(crate) fn try_resolve(
    options: &ResolveOptions,
    requirements: &[&str],
) -> Result<Resolution, ResolveError> {
    resolve_with(options, requirements, &mut |_| {})
}

pub(crate) fn resolve_with(
    options: &ResolveOptions,
    requirements: &[&str],
    on_event: &mut dyn FnMut(ResolveEvent<'_>),
) -> Result<Resolution, ResolveError> {
    let temporary = tempfile::tempdir().unwrap();
    let clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    let client = IndexClient::new(ClientOptions::new(clock, "tilsit-test/1.0"));
    let line = |text: &&str| RootRequirement::new(text.parse().unwrap(), "the test");
    let resolving = Resolving {
        requirements: requirements.iter().map(line).collect(),
        constraints: Vec::new(),
        options,
        client: &client,
        builder: &NoBuilder,
        temporary: temporary.path().to_owned(),
    };
    resolve(&resolving, &mut |event| {
        on_event(event);
        ControlFlow::Continue(())
    })
}

/// The file names of the pins.
pub(crate) fn files(options: &ResolveOptions, requirements: &[&str]) -> Vec<String> {
    let resolution = try_resolve(options, requirements).unwrap_or_else(|error| panic!("{error}"));
    resolution
        .pins
        .iter()
        .map(|pin| pin.file.remote.name.to_string())
        .collect()
}

/// What is said when there is no resolution.
pub(crate) fn refusal(options: &ResolveOptions, requirements: &[&str]) -> String {
    try_resolve(options, requirements).unwrap_err().to_string()
}
