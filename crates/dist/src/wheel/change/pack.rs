//! A folder becomes a wheel.

use std::collections::BTreeSet;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tilsit_files::{AtomicFile, FileKind};
use tilsit_packaging::headers::Message;
use tilsit_packaging::version::Version;

use super::{ChangeError, check_build, commit, path_in, with_headers};
use crate::wheel::{WheelWriter, WheelWriterOptions};

/// What is other than in the folder.
#[derive(Clone, Debug, Default)]
pub struct PackOptions {
    /// The build number; `""` for none.
    pub build: Option<String>,
    /// The local part of the version, behind `+`; `""` for none.
    pub local_version: Option<String>,
    /// How the wheel is written.
    pub writer: WheelWriterOptions,
}

/// Packs an unpacked wheel into another folder, and gives the path of the wheel. Its name is told by the
/// `.dist-info` folder and the tags of WHEEL; RECORD is made anew, signatures of the old one are left out.
///
/// # Errors
/// When the folder is no unpacked wheel, or the wheel cannot be written or would be refused.
pub fn pack(folder: &Path, out: &Path, options: &PackOptions) -> Result<PathBuf, ChangeError> {
    let packing = Packing::of(folder, options)?;
    let name = packing.name()?;
    tilsit_files::create_dir_all(out)?;
    let file = AtomicFile::create(path_in(out, &name)?)?;
    packing.write(file.file())?;
    commit(file, &name)
}

struct Packing<'a> {
    folder: &'a Path,
    options: &'a PackOptions,
    /// `{name}-{version}` in the folder, and in the wheel.
    old_stem: String,
    stem: String,
    /// The new METADATA, where it is another one.
    metadata: Option<Vec<u8>>,
    /// The new WHEEL.
    wheel_file: Vec<u8>,
    tags: Vec<String>,
    build: Option<String>,
}

impl<'a> Packing<'a> {
    fn of(folder: &'a Path, options: &'a PackOptions) -> Result<Self, ChangeError> {
        let fault = |reason: String| ChangeError::Folder {
            folder: folder.to_path_buf(),
            reason,
        };
        let mut stems = tilsit_files::read_dir(folder)?
            .into_iter()
            .filter_map(|entry| {
                let name = entry.name.to_str()?.strip_suffix(".dist-info")?.to_owned();
                (entry.kind == FileKind::Folder).then_some(name)
            });
        let old_stem = match (stems.next(), stems.next()) {
            (Some(stem), None) => stem,
            (None, _) => return Err(fault("it has no `.dist-info` folder".to_owned())),
            _ => return Err(fault("it has several `.dist-info` folders".to_owned())),
        };
        let dist_info = folder.join(format!("{old_stem}.dist-info"));
        let (mut stem, mut metadata) = (old_stem.clone(), None);
        if let Some(local) = &options.local_version {
            let parts = old_stem.rsplit_once('-');
            let (name, version) = parts.ok_or_else(|| fault("it has no version".to_owned()))?;
            let version = with_local(version, local)?;
            stem = format!("{name}-{version}");
            let text = tilsit_files::read(dist_info.join("METADATA"))?;
            metadata = Some(with_headers(&text, &["Version"], &[("Version", &version)]));
        }
        let text = tilsit_files::read(dist_info.join("WHEEL"))?;
        let message = Message::parse(&text);
        let tags: Vec<String> = message.values("Tag").map(Into::into).collect();
        if tags.is_empty() {
            return Err(fault("its WHEEL has no tags, which a name has".to_owned()));
        }
        let told = message.value("Build").map(Into::into);
        let build = options.build.clone().or(told);
        let build = build.filter(|build: &String| !build.is_empty());
        check_build(build.as_deref().unwrap_or_default())?;
        let with = build.as_deref().map(|build| ("Build", build));
        let wheel_file = with_headers(&text, &["Build"], with.as_slice());
        Ok(Self {
            folder,
            options,
            old_stem,
            stem,
            metadata,
            wheel_file,
            tags,
            build,
        })
    }

    fn name(&self) -> Result<String, ChangeError> {
        let mut parts = [const { BTreeSet::new() }; 3];
        for tag in &self.tags {
            let members: Vec<&str> = tag.split('-').collect();
            let Ok(members) = <[&str; 3]>::try_from(members) else {
                return Err(ChangeError::Folder {
                    folder: self.folder.to_path_buf(),
                    reason: format!("its WHEEL has the tag `{tag}`, which has not three parts"),
                });
            };
            for (part, member) in parts.iter_mut().zip(members) {
                part.insert(member);
            }
        }
        let tags = parts.map(|part| part.into_iter().collect::<Vec<_>>().join("."));
        let build = self.build.as_ref().map(|build| format!("-{build}"));
        let (stem, build) = (&self.stem, build.unwrap_or_default());
        Ok(format!("{stem}{build}-{}.whl", tags.join("-")))
    }

    fn write(&self, output: &std::fs::File) -> Result<(), ChangeError> {
        let output = BufWriter::new(output);
        let mut writer = WheelWriter::new(output, &self.stem, self.options.writer);
        let (old_info, old_data) = (
            format!("{}.dist-info/", self.old_stem),
            format!("{}.data/", self.old_stem),
        );
        let mut files = Vec::new();
        for entry in tilsit_files::walk(self.folder)? {
            if entry.kind == FileKind::Folder {
                continue;
            }
            let path = self.relative(&entry.path)?;
            files.push((path.starts_with(&old_info), path, entry));
        }
        // What describes the wheel comes last, as the standard recommends.
        files.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
        for (_, path, entry) in files {
            let in_info = path.strip_prefix(&old_info);
            let contents = match in_info {
                Some("RECORD" | "RECORD.jws" | "RECORD.p7s") => continue,
                Some("WHEEL") => self.wheel_file.clone(),
                Some("METADATA") if self.metadata.is_some() => {
                    self.metadata.clone().unwrap_or_default()
                }
                _ => {
                    self.check_kind(&entry.path, entry.kind)?;
                    tilsit_files::read(&entry.path)?
                }
            };
            let metadata = tilsit_files::metadata(&entry.path)?;
            let executable = tilsit_files::is_executable(&entry.path, &metadata);
            let path = match (in_info, path.strip_prefix(&old_data)) {
                (Some(rest), _) => format!("{}.dist-info/{rest}", self.stem),
                (None, Some(rest)) => format!("{}.data/{rest}", self.stem),
                (None, None) => path,
            };
            writer.add_file(&path, &contents, executable)?;
        }
        writer.finish()?;
        Ok(())
    }

    /// The path in the wheel.
    fn relative(&self, path: &Path) -> Result<String, ChangeError> {
        let relative = path.strip_prefix(self.folder).unwrap_or(path);
        let steps = relative.iter().map(|step| step.to_str());
        let steps: Option<Vec<&str>> = steps.collect();
        let steps = steps.ok_or_else(|| ChangeError::Folder {
            folder: self.folder.to_path_buf(),
            reason: format!("the name of `{}` is not Unicode", relative.display()),
        })?;
        Ok(steps.join("/"))
    }

    /// A link may lead to a file of the folder, and nowhere else.
    fn check_kind(&self, path: &Path, kind: FileKind) -> Result<(), ChangeError> {
        let is_inside = || -> Result<bool, ChangeError> {
            let root = tilsit_files::canonicalize(self.folder)?;
            let real = tilsit_files::canonicalize(path)?;
            Ok(real.starts_with(root) && tilsit_files::metadata(&real)?.is_file())
        };
        if kind == FileKind::File || (kind == FileKind::Symlink && is_inside()?) {
            return Ok(());
        }
        Err(ChangeError::Folder {
            folder: self.folder.to_path_buf(),
            reason: format!("`{}` is no file of it", path.display()),
        })
    }
}

/// A version with another local part.
fn with_local(version: &str, local: &str) -> Result<String, ChangeError> {
    let (base, _) = version.split_once('+').unwrap_or((version, ""));
    let version = match local {
        "" => base.to_owned(),
        local => format!("{base}+{local}"),
    };
    let fault = |reason: String| ChangeError::Wanted {
        what: format!("the version `{version}`"),
        reason,
    };
    if version.contains('-') {
        return Err(fault("`-` is written `_` in names of wheels".to_owned()));
    }
    match version.parse::<Version>() {
        Ok(_) => Ok(version),
        Err(error) => Err(fault(error.to_string())),
    }
}
