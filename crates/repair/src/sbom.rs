//! The bill of materials of what was taken into a wheel (PEP 770, `CycloneDX` 1.4).

use std::fmt::Write as _;

use serde_json::{Value, json};
use tilsit_packaging::file_name::WheelFileName;

use crate::owner::{Owner, quoted};

/// A library that was taken into the wheel.
pub(crate) struct Part<'p> {
    /// Its name in the wheel.
    pub(crate) name: &'p str,
    /// The hash of its contents in the wheel.
    pub(crate) sha256: &'p [u8; 32],
    /// The package that it is from.
    pub(crate) owner: Option<&'p Owner>,
    /// The licences of that package, as paths in `.dist-info`.
    pub(crate) licences: &'p [String],
}

/// The document; `file_name` is that of the repaired wheel.
pub(crate) fn document(wheel: &WheelFileName, file_name: &str, parts: &[Part<'_>]) -> Vec<u8> {
    let (name, version) = (wheel.name.as_str(), wheel.version.to_string());
    let purl = format!(
        "pkg:pypi/{}@{}?file_name={}",
        quoted(name),
        quoted(&version),
        quoted(file_name)
    );
    let main = json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    });
    let mut components = vec![main.clone()];
    let mut references = Vec::new();
    for part in parts {
        let component = component(part);
        references.push(component["bom-ref"].clone());
        components.push(component);
    }
    let mut dependencies = vec![json!({ "ref": purl, "dependsOn": references })];
    dependencies.extend(
        references
            .iter()
            .map(|reference| json!({ "ref": reference })),
    );
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "version": 1,
        "metadata": {
            "component": main,
            "tools": [{ "name": "tilsit", "version": env!("CARGO_PKG_VERSION") }],
        },
        "components": components,
        "dependencies": dependencies,
    });
    let text = serde_json::to_string_pretty(&document);
    text.expect("it is plain data").into_bytes()
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn component(part: &Part<'_>) -> Value {
    let hash = hexadecimal(part.sha256);
    let mut component = json!({
        "type": "library",
        "bom-ref": format!("file:{}", part.name),
        "name": part.name,
        "hashes": [{ "alg": "SHA-256", "content": hash }],
    });
    if let Some(owner) = part.owner {
        let purl = owner.purl();
        component["bom-ref"] = json!(format!("{purl}#{}", part.name));
        component["name"] = json!(owner.name);
        component["version"] = json!(owner.version);
        component["purl"] = json!(purl);
        let file = json!({ "name": "tilsit:file", "value": part.name });
        let licences = part.licences.iter();
        let licences = licences.map(|path| json!({ "name": "tilsit:license", "value": path }));
        component["properties"] = std::iter::once(file).chain(licences).collect();
    }
    component
}
