//! An egg or an installer becomes a wheel.

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tilsit_archive::zip::ZipError;
use tilsit_files::{AtomicFile, FileError};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::problem::Problem;

use super::file_name::{EggFileName, WininstFileName};
use super::members::{Member, Members, members};
use super::metadata::metadata;
use crate::wheel::change::{ChangeError, commit, path_in};
use crate::wheel::{WheelFile, WheelWriter, WheelWriterOptions};

/// Why something does not become a wheel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no sound archive.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// A program without an archive.
    #[error("`{}` is no installer: there is no archive at its end", .0.display())]
    NoArchive(PathBuf),
    /// It is larger than anything that is converted.
    #[error("`{}` is too large for an installer of `bdist_wininst`", .0.display())]
    TooLarge(PathBuf),
    /// It does not say what it is.
    #[error("`{}` does not say which release it is: {reason}", .path.display())]
    Release {
        /// The egg or installer.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The wheel cannot be written, or would be refused.
    #[error(transparent)]
    Wheel(#[from] ChangeError),
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The wheel.
    pub path: PathBuf,
    /// Lines of `requires.txt` that are left out, and why.
    pub problems: Vec<Problem>,
}

/// Makes a wheel of an egg, an unpacked egg or an installer of `bdist_wininst`; `generator` is who does.
///
/// # Errors
/// When it is none of these, does not say which release it is, or the wheel cannot be written.
pub fn convert(path: &Path, out: &Path, generator: &str) -> Result<Converted, ConvertError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_installer = path
        .extension()
        .is_some_and(|suffix| suffix.eq_ignore_ascii_case("exe"));
    let found = members(path)?;
    let source = if is_installer {
        Source::of_installer(found, &name)
    } else {
        Source::of_egg(found, &name)
    };
    let source = source.map_err(|reason| ConvertError::Release {
        path: path.to_path_buf(),
        reason,
    })?;
    source.write(out, generator)
}

/// What a wheel is made of.
struct Source {
    pkg_info: Vec<u8>,
    requires: String,
    entry_points: Option<Vec<u8>>,
    /// Files by where they go: the scheme, none for the root.
    files: BTreeMap<(Option<&'static str>, String), Member>,
    tags: String,
}

impl Source {
    fn of_egg(members: Members, file_name: &str) -> Result<Self, String> {
        let name = EggFileName::parse(file_name)
            .ok_or_else(|| format!("`{file_name}` is not named as an egg"))?;
        let mut source = Self::empty();
        let mut pkg_info = None;
        for (path, member) in members {
            match path.strip_prefix("EGG-INFO/") {
                Some("PKG-INFO") => pkg_info = Some(member.contents),
                Some("requires.txt") => source.requires = text(&member),
                Some("entry_points.txt") => source.entry_points = Some(member.contents),
                Some(inside) => {
                    if let Some(script) = inside.strip_prefix("scripts/") {
                        source.add(Some("scripts"), script, member);
                    }
                }
                None => source.add(None, &path, member),
            }
        }
        source.drop_made_again();
        source.pkg_info = pkg_info.unwrap_or_else(|| {
            format!(
                "Metadata-Version: 2.1\nName: {}\nVersion: {}\n",
                name.name, name.version
            )
            .into_bytes()
        });
        source.tags = match (name.python, &name.platform) {
            (Some(python), Some(platform)) => compiled_tags(python, platform),
            (Some((major, minor)), None) => format!("py{major}{minor}-none-any"),
            (None, _) => "py2.py3-none-any".to_owned(),
        };
        Ok(source)
    }

    fn of_installer(members: Members, file_name: &str) -> Result<Self, String> {
        let name = WininstFileName::parse(file_name);
        let mut source = Self::empty();
        let (mut pkg_info, mut is_compiled, mut module_tag) = (None, false, None);
        for (path, member) in members {
            let Some((folder, inside)) = path.split_once('/') else {
                continue;
            };
            is_compiled |= folder == "PLATLIB" || inside.strip_suffix(".pyd").is_some();
            module_tag = module_tag.or_else(|| tag_of_module(inside));
            match (folder, egg_info(inside)) {
                (_, Some("" | "PKG-INFO")) => pkg_info = Some(member.contents),
                (_, Some("requires.txt")) => source.requires = text(&member),
                (_, Some("entry_points.txt")) => source.entry_points = Some(member.contents),
                ("PURELIB" | "PLATLIB", None) => source.add(None, inside, member),
                ("SCRIPTS", None) => source.add(Some("scripts"), inside, member),
                ("HEADERS", None) => source.add(Some("headers"), inside, member),
                ("DATA", None) => source.add(Some("data"), inside, member),
                _ => {}
            }
        }
        source.drop_made_again();
        source.pkg_info = pkg_info.ok_or("it has no `.egg-info`")?;
        source.tags = match (is_compiled, name.python.or(module_tag), &name.platform) {
            (false, Some((major, minor)), _) => format!("py{major}{minor}-none-any"),
            (false, None, _) => "py2.py3-none-any".to_owned(),
            (true, Some(python), Some(platform)) => compiled_tags(python, platform),
            (true, _, _) => {
                return Err(
                    "its name does not tell which Python and which Windows its code is for"
                        .to_owned(),
                );
            }
        };
        Ok(source)
    }

    fn empty() -> Self {
        Self {
            pkg_info: Vec::new(),
            requires: String::new(),
            entry_points: None,
            files: BTreeMap::new(),
            tags: String::new(),
        }
    }

    fn add(&mut self, scheme: Option<&'static str>, path: &str, member: Member) {
        self.files.insert((scheme, path.to_owned()), member);
    }

    /// Leaves out what Python makes again, or what only a zipped egg needs.
    fn drop_made_again(&mut self) {
        let paths: Vec<String> = self.files.keys().map(|(_, path)| path.clone()).collect();
        let is_source = |path: &str| path.strip_suffix(".py").is_some();
        let has = |path: &str| paths.iter().any(|known| known == path);
        self.files.retain(|(_, path), member| {
            let is_cached = path.split('/').any(|step| step == "__pycache__");
            let source = path.strip_suffix('c').filter(|path| is_source(path));
            let stem = path.strip_suffix(".py");
            let is_stub = stem.is_some_and(|stem| {
                [".so", ".pyd", ".dll"]
                    .iter()
                    .any(|suffix| has(&format!("{stem}{suffix}")))
                    && member.contents.starts_with(b"def __bootstrap__():")
            });
            !is_cached && !source.is_some_and(has) && !is_stub
        });
    }

    fn write(self, out: &Path, generator: &str) -> Result<Converted, ConvertError> {
        let (metadata, problems) = metadata(&self.pkg_info, &self.requires);
        let parsed = CoreMetadata::parse(&metadata).map_err(|error| ChangeError::Wanted {
            what: "this metadata".to_owned(),
            reason: error.to_string(),
        })?;
        let (name, version) = (parsed.0.project_name().as_file_name(), &parsed.0.version);
        let stem = format!("{name}-{version}");
        let file_name = format!("{stem}-{}.whl", self.tags);
        tilsit_files::create_dir_all(out)?;
        let file = AtomicFile::create(path_in(out, &file_name)?)?;
        let mut writer = WheelWriter::new(
            BufWriter::new(file.file()),
            &stem,
            WheelWriterOptions::default(),
        );
        let write = |writer: &mut WheelWriter<BufWriter<&std::fs::File>>| {
            for ((scheme, path), member) in &self.files {
                let path = match scheme {
                    Some(scheme) => format!("{stem}.data/{scheme}/{path}"),
                    None => path.clone(),
                };
                writer.add_file(&path, &member.contents, member.executable)?;
            }
            writer.add_dist_info("METADATA", &metadata)?;
            if let Some(entry_points) = &self.entry_points {
                writer.add_dist_info("entry_points.txt", entry_points)?;
            }
            let wheel_file = WheelFile {
                root_is_purelib: self.tags.ends_with("-none-any"),
                ..WheelFile::pure(generator, expanded(&self.tags).iter().map(String::as_str))
            };
            writer.add_dist_info("WHEEL", &wheel_file.to_bytes())
        };
        write(&mut writer).map_err(ChangeError::from)?;
        writer.finish().map_err(ChangeError::from)?;
        Ok(Converted {
            path: commit(file, &file_name)?,
            problems,
        })
    }
}

fn text(member: &Member) -> String {
    String::from_utf8_lossy(&member.contents).into_owned()
}

/// Where something is in an `.egg-info` at the root: `""` for that itself, which may be a file.
fn egg_info(path: &str) -> Option<&str> {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    first.ends_with(".egg-info").then_some(rest)
}

/// The Python of a compiled module: `_speedups.cp36-win_amd64.pyd`.
fn tag_of_module(path: &str) -> Option<(u32, u32)> {
    let stem = path.strip_suffix(".pyd")?;
    let (_, tag) = stem.rsplit_once('.')?;
    let (python, _) = tag.split_once('-')?;
    let digits = python.strip_prefix("cp")?;
    let (major, minor) = digits.split_at_checked(1)?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The tags of code that was compiled for CPython: until 3.7 the ABI says how memory is counted, and in
/// Python 2 how wide its texts are, which on Linux nearly all builds had wide.
fn compiled_tags((major, minor): (u32, u32), platform: &str) -> String {
    let python = format!("cp{major}{minor}");
    let flags = match (major, minor) {
        (2, _) if platform.starts_with("linux") => "mu",
        (2, _) | (3, 0..=7) => "m",
        _ => "",
    };
    let platform = platform.replace(['-', '.', ' '], "_").to_ascii_lowercase();
    format!("{python}-{python}{flags}-{platform}")
}

fn expanded(tags: &str) -> Vec<String> {
    let (pythons, rest) = tags.split_once('-').unwrap_or((tags, ""));
    pythons
        .split('.')
        .map(|python| format!("{python}-{rest}"))
        .collect()
}
