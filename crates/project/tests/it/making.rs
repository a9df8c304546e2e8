//! Makes locks of workspaces on disk with an index in memory, and looks whether what they select in
//! an environment is right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use tilsit_index_client::RemoteFile;
use tilsit_packaging::marker::MarkerEnvironment;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::tag::{CompatibleTags, Tag};
use tilsit_packaging::version::Version;
use tilsit_project::inputs::fingerprint;
use tilsit_project::lock::{Answer, Assembly, Lock, Origins, Selection};
use tilsit_project::sources::editables;
use tilsit_project::{Inputs, MemberMetadata, Workspace};
use tilsit_provider::{BuildSource, MetadataBuilder, NoBuilder, Pin, PinnedFile, Resolution};
use tilsit_resolver::in_memory::Index;
use tilsit_resolver::{
    Answer as Fact, Dependencies, Metadata, Question, Release, Resolver, ResolverOptions, Target,
};
use tilsit_simple_api::{CoreMetadataFile, Hashes};

/// Writes files below a folder.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    }
}

/// The lock of a workspace; `None` where there is no resolution.
pub(crate) fn lock(
    workspace: &Workspace,
    index: &mut Index,
    before: Option<&Lock>,
) -> Option<Lock> {
    lock_with(workspace, index, before, &|_| ())
}

/// The same with other options of the resolver.
pub(crate) fn lock_with(
    workspace: &Workspace,
    index: &mut Index,
    before: Option<&Lock>,
    change: &dyn Fn(&mut ResolverOptions),
) -> Option<Lock> {
    let inputs = Inputs::of(workspace, &">=3.8".parse().unwrap()).unwrap();
    let metadata = MemberMetadata::new(workspace, &NoBuilder);
    for member in workspace.members.values() {
        let url = member.url();
        let slim = metadata.metadata(BuildSource::Url(&url)).unwrap();
        let metadata = Metadata {
            requires: slim
                .requires_dist
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            provides_extra: slim
                .provides_extra
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            requires_python: slim
                .requires_python
                .as_ref()
                .map(|text| Arc::new(text.parse().unwrap())),
        };
        let version = slim.version.parse().unwrap();
        index.add_url(&url, member.name.clone(), version, metadata);
    }
    let mut resolutions = Vec::new();
    for world in &inputs.worlds {
        let mut universal = inputs.universal.clone();
        if let Some(before) = before {
            universal.environments = before.environments(world.marker, &universal);
        }
        let mut options = ResolverOptions::for_target(Target::Universal(universal));
        if let Some(before) = before {
            options.preferences = before.preferences(world.marker, &|_| false);
        }
        change(&mut options);
        let resolver = Resolver::new(world.requirements.clone(), Vec::new(), options);
        let solved = index.drive(resolver).ok()?;
        resolutions.push((world.marker, provided(&solved, index)));
    }
    let answers: Vec<Answer<'_>> = resolutions
        .iter()
        .map(|(world, resolution)| Answer {
            world: *world,
            resolution,
        })
        .collect();
    let editables = editables(workspace)
        .into_iter()
        .map(|(_, url)| url)
        .collect();
    let assembly = Assembly {
        workspace,
        inputs: &inputs,
        answers: &answers,
        origins: &Origins::new(),
        editables: &editables,
        fingerprint: &fingerprint(workspace, &inputs, ""),
    };
    Some(assembly.lock().unwrap())
}

/// A resolution as a provider gives it, with one wheel for each release.
fn provided(solved: &tilsit_resolver::Resolution, index: &Index) -> Resolution {
    let pins = solved.pins.iter().map(|pin| {
        let name = format!(
            "{}-{}-py3-none-any.whl",
            pin.name.as_str().replace('-', "_"),
            pin.version
        );
        let mut hashes = Hashes::default();
        hashes.add("sha256", &"a".repeat(64)).unwrap();
        let file = PinnedFile {
            remote: RemoteFile {
                url: format!("https://index.example/files/{name}")
                    .parse()
                    .unwrap(),
                name: name.into(),
                hashes,
                size_bytes: Some(1),
                core_metadata: CoreMetadataFile::No,
                upload_time: None,
            },
            is_wheel: true,
            requires_python: None,
        };
        Pin {
            name: pin.name.clone(),
            version: pin.version.clone(),
            url: pin.url.clone(),
            marker: pin.marker,
            extras: pin.extras.clone(),
            required_by: pin.required_by.clone(),
            requires: metadata(index, pin.release()).requires,
            dependencies: pin.dependencies.clone(),
            files: vec![file.clone()],
            file,
            hashes: Vec::new(),
            index: pin
                .url
                .is_none()
                .then(|| "https://index.example/simple/".parse().unwrap()),
        }
    });
    Resolution {
        pins: pins.collect(),
        forks: solved.forks.clone(),
        statuses: Vec::new(),
        notices: Vec::new(),
    }
}

fn metadata(index: &Index, release: Release) -> Metadata {
    match index.answer(&Question::Dependencies(release)) {
        Fact::Dependencies(_, Dependencies::Found(metadata)) => metadata,
        _ => panic!("a release of the index has metadata"),
    }
}

/// The tags of a Python that takes pure wheels only.
pub(crate) fn pure() -> CompatibleTags {
    CompatibleTags::new([Tag::new("py3", "none", "any")])
}

/// The versions that a lock selects in an environment, by name; `0` where it says none.
pub(crate) fn selected(
    lock: &Lock,
    selection: &Selection,
    environment: &MarkerEnvironment,
) -> Result<BTreeMap<ProjectName, Version>, String> {
    let selected = lock.select(selection, environment, &pure(), &mut |_| false);
    let selected = selected.map_err(|error| error.to_string())?;
    let versions = selected.iter().map(|one| {
        let version = one.package.version.clone();
        let version = version.unwrap_or_else(|| Version::from_release(&[0]));
        (one.package.name.clone(), version)
    });
    Ok(versions.collect())
}

/// What is wrong with what a lock selects: what is required and not there or in another version, or
/// what is there and not required. The reference walks the workspace's own tables and the index.
pub(crate) fn fault(
    workspace: &Workspace,
    index: &Index,
    lock: &Lock,
    selection: &Selection,
    environment: &MarkerEnvironment,
) -> Option<String> {
    let versions = match selected(lock, selection, environment) {
        Ok(versions) => versions,
        Err(error) => return Some(error),
    };
    let mut open = Vec::new();
    for member in workspace.members.values() {
        let is_meant = selection.members.is_empty() || selection.members.contains(&member.name);
        if !is_meant {
            continue;
        }
        if !selection.only_groups {
            let extras: Vec<ExtraName> = member
                .extras()
                .filter(|extra| selection.extras.contains(extra) != selection.all_extras)
                .cloned()
                .collect();
            open.push((member.name.clone(), extras));
        }
        for group in &selection.groups {
            let requires = of_group(member, group);
            let checked = check(requires, environment, &[], &versions, workspace, &mut open);
            if let Err(words) = checked {
                return Some(words);
            }
        }
    }
    let mut reached = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some((name, extras)) = open.pop() {
        if !seen.insert((name.clone(), extras.clone())) {
            continue;
        }
        reached.insert(name.clone());
        let requires = match of_member(workspace, &name, &extras) {
            Some(requires) => requires,
            None => match versions.get(&name) {
                Some(version) => of_release(index, &name, version),
                None => return Some(format!("{name} is required and not there")),
            },
        };
        if let Err(words) = check(
            &requires,
            environment,
            &extras,
            &versions,
            workspace,
            &mut open,
        ) {
            return Some(words);
        }
    }
    let packages = reached.iter().filter(|name| {
        let member = workspace.members.get(*name);
        member.is_none_or(|member| member.is_package)
    });
    let packages: BTreeSet<&ProjectName> = packages.collect();
    let there: BTreeSet<&ProjectName> = versions.keys().collect();
    (packages != there).then(|| format!("needed {packages:?}, selected {there:?}"))
}

/// What a member requires with some of its extras.
fn of_member(
    workspace: &Workspace,
    name: &ProjectName,
    extras: &[ExtraName],
) -> Option<Vec<Requirement>> {
    let member = workspace.members.get(name)?;
    let mut requires = member.project.dependencies.clone();
    for (extra, more) in &member.project.optional_dependencies {
        if extras.contains(extra) {
            requires.extend(more.iter().cloned());
        }
    }
    Some(requires)
}

fn of_release(index: &Index, name: &ProjectName, version: &Version) -> Vec<Requirement> {
    let release = Release {
        name: name.clone(),
        version: version.clone(),
        url: None,
    };
    metadata(index, release).requires
}

type Open = Vec<(ProjectName, Vec<ExtraName>)>;

fn of_group<'a>(
    member: &'a tilsit_project::workspace::Member,
    group: &GroupName,
) -> &'a [Requirement] {
    member.groups.get(group).map_or(&[], Vec::as_slice)
}

fn check(
    requires: &[Requirement],
    environment: &MarkerEnvironment,
    extras: &[ExtraName],
    versions: &BTreeMap<ProjectName, Version>,
    workspace: &Workspace,
    open: &mut Open,
) -> Result<(), String> {
    for requirement in requires {
        if !requirement.marker.evaluate(environment, extras) {
            continue;
        }
        let name = &requirement.name;
        if !workspace.members.contains_key(name) {
            let version = versions.get(name);
            let version = version.ok_or_else(|| format!("`{requirement}` is not answered"))?;
            let specifiers = requirement.specifiers();
            if specifiers.is_some_and(|specifiers| !specifiers.contains(version)) {
                return Err(format!("`{requirement}` is answered by {version}"));
            }
        }
        open.push((name.clone(), requirement.extras.clone()));
    }
    Ok(())
}
