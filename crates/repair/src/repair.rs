//! The repair of a wheel: audit, plan, and the new wheel.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tilsit_archive::ReadAt;
use tilsit_dist::wheel::{CopyError, Wheel, WheelEntry, WheelWriter, WheelWriterOptions};
use tilsit_files::{AtomicFile, Durability};

use crate::architecture::Architecture;
use crate::audit::{Audit, AuditOptions, audit};
use crate::error::RepairError;
use crate::licences::licences;
use crate::owner::{self, Owner};
use crate::pack::{Packed, pack};
use crate::plan::{Graft, Plan, plan};
use crate::policy::Libc;
use crate::sbom::{self, Part};
use crate::system::WheelSystem;
use crate::tags;
use crate::wheel_name;

/// How a wheel is repaired.
#[derive(Clone, Debug)]
pub struct RepairOptions {
    /// How it is audited; what is wanted is set by the platform below.
    pub audit: AuditOptions,
    /// The platform tag, with or without the machine, or `auto`.
    pub platform: String,
    /// Give the wheel this tag, also where it could have a better one besides.
    pub only_platform: bool,
    /// Give the wheel the tags at all.
    pub update_tags: bool,
    /// Leave out what no loader reads, such as debug information.
    pub strip: bool,
    /// What the folder of libraries is called, behind the name of the project.
    pub libraries_folder: String,
    /// The time stamp of the files, as seconds since 1970.
    pub modified_seconds: u64,
    /// The root of the system that the libraries are from, whose databases name their packages.
    pub system: PathBuf,
    /// Compress all files anew, this hard (0 to 9); else those that stay the same are taken over.
    pub level: Option<u8>,
}

/// How hard files are compressed that change: compiled code gets the size of zlib's usual level with it.
const USUAL_LEVEL: u8 = 5;

/// A repaired wheel.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// Where it is.
    pub path: PathBuf,
    /// The platform tags that it keeps.
    pub tags: Vec<String>,
    /// The libraries that were taken into it: where each was, and its name in the wheel.
    pub grafted: Vec<(PathBuf, String)>,
    /// What a person should know: files that were passed over, and why; licences that are missing.
    pub notes: Vec<String>,
}

/// Repairs a wheel into a folder.
///
/// # Errors
/// When the wheel cannot be audited, cannot keep the platform, or cannot be written.
pub fn repair<S: ReadAt>(
    wheel: &Wheel<S>,
    options: &RepairOptions,
    folder: &Path,
) -> Result<Repaired, RepairError> {
    let system = WheelSystem::of(wheel.file_name());
    if system != WheelSystem::Linux {
        let wheel = wheel.text_name().to_owned();
        return Err(RepairError::OtherSystem { wheel, system });
    }
    let base = base_of(&options.platform);
    check_platform(wheel, options)?;
    let audit_options = AuditOptions {
        wanted: Some(base.to_owned()),
        ..options.audit.clone()
    };
    let audit = audit(wheel, &audit_options)?;
    let plan = plan(wheel, &audit, options)?;
    let machine = audit.policies.architecture.name();
    let name = if options.update_tags {
        tags::renamed(wheel.text_name(), machine, &plan.tags)
    } else {
        wheel.text_name().to_owned()
    };
    let repairer = Repairer {
        wheel,
        plan: &plan,
        options,
        name: &name,
        audit: &audit,
    };
    let path = folder.join(&name);
    let file = AtomicFile::create(&path)?;
    let missing = repairer.write(BufWriter::new(file.file()))?;
    file.commit(Durability::Fast)?;
    let missing = missing.into_iter();
    let missing = missing.map(|package| format!("of the package `{package}` no licence was found"));
    let grafted = plan.grafts.values();
    Ok(Repaired {
        path,
        grafted: grafted
            .map(|graft| (graft.from.clone(), graft.name.clone()))
            .collect(),
        tags: plan.tags,
        notes: audit.notes.into_iter().chain(missing).collect(),
    })
}

/// The platform without its machine.
fn base_of(platform: &str) -> &str {
    let machine = Architecture::of_tag(platform);
    let base = machine.and_then(|machine| platform.strip_suffix(machine.name()));
    base.and_then(|base| base.strip_suffix('_'))
        .unwrap_or(platform)
}

/// A platform of another machine or C library than those in the wheel's name is a mistake.
fn check_platform<S: ReadAt>(wheel: &Wheel<S>, options: &RepairOptions) -> Result<(), RepairError> {
    let platform = options.platform.as_str();
    let name = wheel.file_name();
    let fault = |reason: &str| RepairError::Platform {
        wheel: wheel.text_name().to_owned(),
        platform: platform.to_owned(),
        reason: reason.to_owned(),
    };
    let machines = (
        Architecture::of_tag(platform),
        wheel_name::architecture(name),
    );
    if let (Some(wanted), Some(own)) = machines
        && wanted != own
    {
        return Err(fault(&format!("it is for {}", own.name())));
    }
    match (Libc::of_tag(platform), wheel_name::libc(name)) {
        (Some(Libc::Glibc), Some(Libc::Musl)) => Err(fault("it is for musl")),
        (Some(Libc::Musl), Some(Libc::Glibc)) => Err(fault("it is for glibc")),
        _ => Ok(()),
    }
}

struct Repairer<'r, S> {
    wheel: &'r Wheel<S>,
    plan: &'r Plan,
    options: &'r RepairOptions,
    name: &'r str,
    audit: &'r Audit,
}

impl<S: ReadAt> Repairer<'_, S> {
    /// The new wheel: what is installed, the libraries, and `.dist-info` last. Gives back the packages
    /// whose licences are missing.
    fn write<W: Write>(&self, output: W) -> Result<Vec<String>, RepairError> {
        let dist_info = self.wheel.dist_info();
        let stem = dist_info.strip_suffix(".dist-info").unwrap_or(dist_info);
        let options = WheelWriterOptions {
            modified: tilsit_archive::zip::DosTime::from_unix(self.options.modified_seconds),
            level: self.options.level.unwrap_or(USUAL_LEVEL),
        };
        let packed = pack(self.wheel, self.audit, self.plan, (self.options, &options))?;
        let mut writer = WheelWriter::new(output, stem, options);
        let is_metadata = |file: &&WheelEntry| {
            let rest = file.name.strip_prefix(dist_info);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let (metadata, installed): (Vec<&WheelEntry>, Vec<_>) =
            self.wheel.files().iter().partition(is_metadata);
        for file in installed {
            self.write_file(&mut writer, file, &packed)?;
        }
        let missing = self.write_grafts(&mut writer, &packed)?;
        for file in metadata {
            let rest = &file.name[dist_info.len() + 1..];
            match rest {
                // A signature is one of the old RECORD.
                "RECORD" | "RECORD.jws" | "RECORD.p7s" => {}
                "WHEEL" if self.options.update_tags => {
                    let contents = self.read(file)?;
                    let machine = self.audit.policies.architecture.name();
                    let text = String::from_utf8_lossy(&contents);
                    let text = tags::rewritten(&text, machine, &self.plan.tags, self.has_code());
                    writer.add_dist_info("WHEEL", text.as_bytes())?;
                }
                _ => self.write_file(&mut writer, file, &packed)?,
            }
        }
        writer.finish()?;
        Ok(missing)
    }

    /// Whether compiled code, or a library of it, lies among the modules.
    fn has_code(&self) -> bool {
        let is_among_modules = |file: &WheelEntry| {
            file.name == file.path() && self.audit.files.contains_key(&file.name)
        };
        !self.plan.grafts.is_empty() || self.wheel.files().iter().any(is_among_modules)
    }

    fn read(&self, file: &WheelEntry) -> Result<Vec<u8>, RepairError> {
        let mut contents = Vec::new();
        let mut reader = self.wheel.reader();
        reader.stream(file, &mut |piece| contents.extend_from_slice(piece))?;
        Ok(contents)
    }

    fn write_file<W: Write>(
        &self,
        writer: &mut WheelWriter<W>,
        file: &WheelEntry,
        packed: &Packed,
    ) -> Result<(), RepairError> {
        let Some(contents) = packed.files.get(&file.name) else {
            return writer
                .copy_file(self.wheel, file)
                .map_err(|error| match error {
                    CopyError::Read(error) => error.into(),
                    CopyError::Write(error) => error.into(),
                });
        };
        let change = self.plan.changes.get(&file.name);
        let Some(moved_to) = change.and_then(|change| change.moved_to.as_ref()) else {
            return Ok(writer.add_packed(&file.name, contents, file.executable)?);
        };
        writer.add_packed(moved_to, contents, true)?;
        Ok(writer.add_file(&file.name, starter(moved_to).as_bytes(), true)?)
    }

    /// The libraries, the licences of the packages that they are from, and the bill of materials. Gives
    /// back the packages whose licences are missing.
    fn write_grafts<W: Write>(
        &self,
        writer: &mut WheelWriter<W>,
        packed: &Packed,
    ) -> Result<Vec<String>, RepairError> {
        let libraries: Vec<&Graft> = self.plan.libraries().collect();
        if libraries.is_empty() {
            return Ok(Vec::new());
        }
        for library in &libraries {
            let path = format!("{}/{}", self.plan.folder, library.name);
            writer.add_packed(&path, &packed.grafts[&library.name], true)?;
        }
        let from: Vec<&Path> = libraries.iter().map(|graft| graft.from.as_path()).collect();
        let owners = owner::owners(&self.options.system, &from);
        let licences = self.write_licences(writer, owners.iter().flatten())?;
        let parts = libraries.iter().zip(&owners).map(|(library, owner)| Part {
            name: &library.name,
            sha256: packed.grafts[&library.name].sha256(),
            owner: owner.as_ref(),
            licences: owner
                .as_ref()
                .map_or(&[], |owner| licences[owner.name.as_str()].as_slice()),
        });
        let parts: Vec<Part<'_>> = parts.collect();
        let document = sbom::document(self.wheel.file_name(), self.name, &parts);
        writer.add_dist_info(&self.sbom_path(), &document)?;
        let missing = licences.iter().filter(|(_, paths)| paths.is_empty());
        Ok(missing.map(|(package, _)| (*package).to_owned()).collect())
    }

    /// Writes the licences of the packages, each once; their paths in `.dist-info`, by package.
    fn write_licences<'o, W: Write>(
        &self,
        writer: &mut WheelWriter<W>,
        owners: impl Iterator<Item = &'o Owner>,
    ) -> Result<BTreeMap<&'o str, Vec<String>>, RepairError> {
        let mut paths: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for owner in owners {
            if paths.contains_key(owner.name.as_str()) {
                continue;
            }
            let mut written = Vec::new();
            for (name, text) in licences(&self.options.system, owner)? {
                let path = format!("licenses/{}/{}/{name}", self.plan.folder, owner.name);
                // An earlier repair may have left the same one.
                if self.is_free(&path) {
                    writer.add_dist_info(&path, &text)?;
                }
                written.push(path);
            }
            paths.insert(&owner.name, written);
        }
        Ok(paths)
    }

    /// A free name: an earlier repair may have left its own.
    fn sbom_path(&self) -> String {
        let first = "sboms/tilsit.cdx.json".to_owned();
        let further = (2..).map(|number| format!("sboms/tilsit-{number}.cdx.json"));
        let mut names = std::iter::once(first).chain(further);
        names.find(|path| self.is_free(path)).unwrap_or_default()
    }

    /// Whether the wheel has no such file in its `.dist-info`.
    fn is_free(&self, path: &str) -> bool {
        let path = format!("{}/{path}", self.wheel.dist_info());
        self.wheel.files().iter().all(|file| file.name != path)
    }
}

/// A script that starts a program in the folder of modules: from the folder of scripts nothing leads
/// to the libraries.
fn starter(program: &str) -> String {
    format!(
        "#!python\n\
         import os\n\
         import sys\n\
         import sysconfig\n\
         \n\
         program = os.path.join(sysconfig.get_path(\"platlib\"), {program:?})\n\
         os.execv(program, sys.argv)\n"
    )
}
