//! Small wheels and sdists, made in memory: valid as they come, and easily made wrong.
//!
//! Written with the archive writers and plain text, not with the crates that read distributions,
//! so that a test compares two hands.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tilsit_archive::compression::gzip;
use tilsit_archive::tar::TarWriter;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};

/// A distribution to be made. The name is the normalised one with `-`.
#[derive(Debug, Clone)]
pub struct TestDistribution {
    /// The project's name as the metadata writes it.
    pub name: String,
    /// The version.
    pub version: String,
    /// The wheel's tags.
    pub tags: String,
    /// More lines of the metadata's head.
    pub headers: Vec<String>,
    /// The metadata's body.
    pub description: String,
    /// Modules and other files, by path from the wheel's root.
    pub files: Vec<(String, Vec<u8>)>,
}

impl TestDistribution {
    /// A pure Python distribution with one module that prints its name and version.
    pub fn new(name: &str, version: &str) -> Self {
        let module = name.replace(['-', '.'], "_").to_lowercase();
        let code =
            format!("VERSION = {version:?}\n\n\ndef main():\n    print('{name}', VERSION)\n");
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            tags: "py3-none-any".to_owned(),
            headers: Vec::new(),
            description: format!("# {name}\n\nA test.\n"),
            files: vec![(format!("{module}.py"), code.into_bytes())],
        }
    }

    /// Adds a line to the metadata's head.
    #[must_use]
    pub fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, path: &str, contents: &[u8]) -> Self {
        self.files.push((path.to_owned(), contents.to_vec()));
        self
    }

    /// The file name of the wheel.
    pub fn wheel_name(&self) -> String {
        format!("{}-{}.whl", self.stem(), self.tags)
    }

    /// The file name of the sdist.
    pub fn sdist_name(&self) -> String {
        format!("{}.tar.gz", self.stem())
    }

    /// The text of METADATA or PKG-INFO.
    pub fn metadata(&self) -> String {
        let mut text = format!(
            "Metadata-Version: 2.4\nName: {}\nVersion: {}\n",
            self.name, self.version
        );
        for line in &self.headers {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str("Description-Content-Type: text/markdown\n\n");
        text.push_str(&self.description);
        text
    }

    /// The bytes of the wheel.
    ///
    /// # Panics
    /// When a file's path cannot be one.
    pub fn wheel(&self) -> Vec<u8> {
        let info = format!("{}.dist-info", self.stem());
        let mut files = self.files.clone();
        files.push((format!("{info}/METADATA"), self.metadata().into_bytes()));
        let wheel = format!(
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {}\n",
            self.tags
        );
        files.push((format!("{info}/WHEEL"), wheel.into_bytes()));
        let mut record = String::new();
        for (path, contents) in &files {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(contents));
            record.extend([
                path,
                ",sha256=",
                &hash,
                ",",
                &contents.len().to_string(),
                "\n",
            ]);
        }
        record.extend([&info, "/RECORD,,\n"]);
        files.push((format!("{info}/RECORD"), record.into_bytes()));
        zip(&files)
    }

    /// The bytes of the sdist: PKG-INFO, a `pyproject.toml` and the files below `src`.
    ///
    /// # Panics
    /// When a file's path cannot be one.
    pub fn sdist(&self) -> Vec<u8> {
        let stem = self.stem();
        let mut tar = TarWriter::new(Vec::new(), 1_700_000_000);
        let project = format!(
            "[project]\nname = {:?}\nversion = {:?}\n",
            self.name, self.version
        );
        let mut add = |path: &str, contents: &[u8]| {
            let path = format!("{stem}/{path}");
            tar.add_file(&path, contents, false).expect("a plain path");
        };
        add("PKG-INFO", self.metadata().as_bytes());
        add("pyproject.toml", project.as_bytes());
        for (path, contents) in &self.files {
            add(&format!("src/{path}"), contents);
        }
        gzip(&tar.finish().expect("memory takes every write"), 6)
    }

    /// `name-version` as file names have it.
    pub fn stem(&self) -> String {
        let name = self.name.replace(['-', '.'], "_").to_lowercase();
        format!("{name}-{}", self.version)
    }
}

/// A zip archive of these files.
///
/// # Panics
/// When a file's path cannot be one.
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    for (path, contents) in files {
        zip.add_file(path, contents, false).expect("a plain path");
    }
    zip.finish().expect("memory takes every write")
}
