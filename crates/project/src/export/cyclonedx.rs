//! A bill of materials: `CycloneDX` 1.5 as JSON. The same lock gives the same bytes.
//!
//! Licences are left out: the lock does not know them, and a guess would be worse than nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};
use tilsit_packaging::pylock::{DistributionFile, Package, PackageSource};

use super::Folders;
use crate::inputs::hex;
use crate::lock::{Graph, Node, archive_url, repository};

/// What the bill is of.
#[derive(Clone, Copy, Debug)]
pub struct Component<'a> {
    /// The name of the project.
    pub name: &'a str,
    /// Its version, if it is known.
    pub version: Option<&'a str>,
    /// The version of this program.
    pub tool_version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bill<'a> {
    #[serde(rename = "bomFormat")]
    format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Entry>,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    tools: Tools<'a>,
    component: Entry,
}

#[derive(Serialize)]
struct Tools<'a> {
    components: [Tool<'a>; 1],
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

/// The bill of what is wanted, without what `is_omitted`.
pub fn cyclonedx(
    graph: &Graph<'_>,
    component: Component<'_>,
    folders: Folders<'_>,
    is_omitted: &dyn Fn(&Package) -> bool,
) -> String {
    let own = format!("{}-root", component.name);
    let mut references: BTreeMap<usize, String> = BTreeMap::new();
    let mut components: Vec<Entry> = Vec::new();
    for (place, node) in graph.nodes.iter().enumerate() {
        match node.package.filter(|package| !is_omitted(package)) {
            Some(package) => {
                let mut entry = entry(package, node, folders);
                // Two commits of one project may look the same from here.
                while components
                    .iter()
                    .any(|one| one.reference == entry.reference)
                {
                    entry.reference.push('\'');
                }
                references.insert(place, entry.reference.clone());
                components.push(entry);
            }
            // What is not installed itself stands for the whole.
            None if node.is_root => {
                references.insert(place, own.clone());
            }
            None => {}
        }
    }
    let dependencies = dependencies(graph, &references, &own);
    let mut bill = Bill {
        format: "CycloneDX",
        spec_version: "1.5",
        serial_number: String::new(),
        version: 1,
        metadata: Metadata {
            tools: Tools {
                components: [Tool {
                    kind: "application",
                    name: "tilsit",
                    version: component.tool_version,
                }],
            },
            component: Entry {
                kind: "application",
                reference: own,
                name: component.name.to_owned(),
                version: component.version.map(str::to_owned),
                purl: None,
                external_references: Vec::new(),
                properties: Vec::new(),
            },
        },
        components,
        dependencies,
    };
    bill.serial_number = serial_number(&written(&bill));
    let mut text = written(&bill);
    text.push('\n');
    text
}

fn written(bill: &Bill<'_>) -> String {
    serde_json::to_string_pretty(bill).expect("a bill is plain data")
}

/// A UUID (version 8, RFC 9562) that is made of the contents.
fn serial_number(text: &str) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex(&bytes);
    let parts = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ];
    format!("urn:uuid:{}", parts.join("-"))
}

fn dependencies(
    graph: &Graph<'_>,
    references: &BTreeMap<usize, String>,
    own: &str,
) -> Vec<Dependency> {
    let mut leads: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    leads.insert(own, BTreeSet::new());
    for (place, reference) in references {
        let targets = leads.entry(own).or_default();
        if graph.nodes[*place].is_root && reference != own {
            targets.insert(reference);
        }
        leads.entry(reference).or_default();
    }
    for edge in &graph.edges {
        if let (Some(from), Some(to)) = (references.get(&edge.from), references.get(&edge.to))
            && from != to
        {
            leads.entry(from).or_default().insert(to);
        }
    }
    let leads = leads.into_iter();
    leads
        .map(|(reference, targets)| Dependency {
            reference: reference.to_owned(),
            depends_on: targets.into_iter().map(str::to_owned).collect(),
        })
        .collect()
}

fn entry(package: &Package, node: &Node<'_>, folders: Folders<'_>) -> Entry {
    let name = package.name.to_string();
    let version = package.version.as_ref().map(ToString::to_string);
    let mut purl = format!("pkg:pypi/{name}");
    if let Some(version) = &version {
        purl.push('@');
        purl.push_str(&escaped(version));
    }
    let mut external_references = Vec::new();
    let mut is_of_index = true;
    match &package.source {
        PackageSource::Distributions { sdist, wheels } => {
            let files = sdist.iter().chain(wheels);
            external_references.extend(files.map(|file| distribution(file, folders)));
        }
        PackageSource::Vcs(vcs) => {
            if let Ok(url) = repository(vcs, folders.lock) {
                purl = format!("{purl}?vcs_url={}", escaped(&url));
                external_references.push(reference("vcs", url, Vec::new()));
            }
        }
        PackageSource::Archive(archive) => {
            if let Ok(url) = archive_url(archive, folders.lock) {
                let url = url.split('#').next().unwrap_or_default().to_owned();
                purl = format!("{purl}?download_url={}", escaped(&url));
                external_references.push(reference("distribution", url, hashes(&archive.hashes)));
            }
        }
        PackageSource::Directory(_) => is_of_index = false,
    }
    let mut properties = Vec::new();
    if !node.marker.is_true() {
        properties.push(Property {
            name: "tilsit:marker",
            value: node.marker.to_string(),
        });
    }
    if let PackageSource::Directory(directory) = &package.source {
        properties.push(Property {
            name: "tilsit:path",
            value: folders.path(&directory.path),
        });
    }
    Entry {
        kind: "library",
        reference: match &version {
            Some(version) => format!("{name}@{version}"),
            None => name.clone(),
        },
        purl: is_of_index.then_some(purl),
        name,
        version,
        external_references,
        properties,
    }
}

fn distribution(file: &DistributionFile, folders: Folders<'_>) -> Reference {
    let url = match (&file.url, &file.path) {
        (Some(url), _) => url.clone(),
        (None, path) => folders.path(path.as_deref().unwrap_or_default()),
    };
    reference("distribution", url, hashes(&file.hashes))
}

fn reference(kind: &'static str, url: String, hashes: Vec<Hash>) -> Reference {
    Reference { kind, url, hashes }
}

/// The hashes of which the form knows the algorithm.
fn hashes(stated: &BTreeMap<String, String>) -> Vec<Hash> {
    let known = stated.iter().filter_map(|(algorithm, digest)| {
        let alg = match algorithm.as_str() {
            "md5" => "MD5",
            "sha1" => "SHA-1",
            "sha256" => "SHA-256",
            "sha384" => "SHA-384",
            "sha512" => "SHA-512",
            "sha3_256" => "SHA3-256",
            "sha3_384" => "SHA3-384",
            "sha3_512" => "SHA3-512",
            "blake2b" => "BLAKE2b-512",
            _ => return None,
        };
        Some(Hash {
            alg,
            content: digest.clone(),
        })
    });
    known.collect()
}

/// A text inside a purl: everything but what stands for itself as `%XX`.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push_str(&hex(&[byte]).to_uppercase());
        }
    }
    escaped
}
