//! The readers of the formats of files in `tilsit-packaging`.

use tilsit_packaging::dependency_groups::DependencyGroups;
use tilsit_packaging::direct_url::{DirectUrl, DirectUrlFormat, strip_credentials};
use tilsit_packaging::entry_points::{EntryPoints, command_name_fault};
use tilsit_packaging::headers::Message;
use tilsit_packaging::inline_script::{ScriptMetadata, blocks, unclosed_block_line};
use tilsit_packaging::license::LicenseExpression;
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::pylock::Pylock;
use tilsit_packaging::pyproject::{ProjectFiles, PyProject};
use tilsit_packaging::record::Record;
use tilsit_packaging::requirements_file::RequirementsFile;

/// A RECORD file: what is read is written and read again to the same entries.
pub fn record(data: &[u8]) {
    let Ok(record) = Record::parse(data) else {
        return;
    };
    assert_eq!(Record::parse(&record.to_bytes()).as_ref(), Ok(&record));
    for entry in &record.entries {
        assert!(!entry.is_confined() || !entry.path.split('/').any(|part| part == ".."));
        if let Some(hash) = &entry.hash {
            // Whatever it says, it says it without a panic.
            let _ = hash.digest();
        }
    }
}

/// An `entry_points.txt`: commands are plain names that call something; writing loses nothing.
pub fn entry_points(data: &[u8]) {
    let Ok((entry_points, _)) = EntryPoints::parse(data) else {
        return;
    };
    for (name, reference) in entry_points
        .console_scripts()
        .chain(entry_points.gui_scripts())
    {
        assert_eq!(command_name_fault(name), None);
        assert!(reference.object().is_some());
    }
    let text = entry_points.to_string();
    let (again, problems) = EntryPoints::parse(text.as_bytes()).expect("what is written is valid");
    assert_eq!(problems, []);
    assert_eq!(again.to_string(), text);
}

/// A `direct_url.json`: written and read again it is the same, and nothing of a password is left.
pub fn direct_url(data: &[u8]) {
    strip_credentials(&String::from_utf8_lossy(data), &["git"]);
    let Ok(direct_url) = DirectUrl::parse(data) else {
        return;
    };
    for legacy_hash in [false, true] {
        let json = direct_url.to_json(DirectUrlFormat { legacy_hash });
        assert_eq!(DirectUrl::parse(json.as_bytes()).as_ref(), Ok(&direct_url));
    }
    let stripped = direct_url.without_credentials(&[]);
    assert_eq!(stripped.without_credentials(&[]), stripped);
}

/// A script: blocks are where they say, and their metadata is read or refused.
pub fn inline_script(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for block in blocks(text) {
        assert!(text[block.range.clone()].starts_with("# /// "));
        assert!(text[block.range.clone()].ends_with("# ///"));
        let _ = ScriptMetadata::of_block(&block);
    }
    unclosed_block_line(text, "script");
    let _ = ScriptMetadata::of_script(text);
}

/// A license expression: the canonical form is its own canonical form.
pub fn license_expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(expression) = text.parse::<LicenseExpression>() {
        let again = expression.as_str().parse::<LicenseExpression>();
        assert_eq!(again.as_ref(), Ok(&expression));
        assert!(expression.is_satisfied_by(&mut |_| true));
        assert!(!expression.is_satisfied_by(&mut |_| false));
    }
}

/// METADATA: what is read is written in a form that reading and writing do not change.
pub fn core_metadata(data: &[u8]) {
    let message = Message::parse(data);
    assert!(data.ends_with(message.body));
    let Ok((metadata, _)) = CoreMetadata::parse(data) else {
        return;
    };
    let written = metadata.to_bytes();
    let (again, _) = CoreMetadata::parse(&written).expect("what is written is valid");
    assert_eq!(again.to_bytes(), written);
    assert_eq!(again.requires_dist, metadata.requires_dist);
}

/// A requirements file: read or refused with a line that it has, and the value of a variable is
/// never told.
pub fn requirements_file(data: &[u8]) {
    let secret = "s3cr3t-0f-the-t3st";
    let variable = |name: &str| (name != "EMPTY").then(|| secret.to_owned());
    // A text may spell the secret itself, also in pieces that quotes and line ends hold together.
    let joins = |byte: &u8| matches!(byte, b'\'' | b'"' | b'\\' | b'\n' | b'\r');
    let plain: Vec<u8> = data.iter().copied().filter(|byte| !joins(byte)).collect();
    let is_written = plain
        .windows(secret.len())
        .any(|window| window == secret.as_bytes());
    if let Err(error) = RequirementsFile::parse("requirements.txt", data, &variable) {
        assert!(error.line >= 1);
        assert!(is_written || !error.to_string().contains(secret));
    }
}

/// Dependency groups: every group is resolved or refused.
pub fn dependency_groups(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(groups) = DependencyGroups::parse(text) {
        for name in groups.names() {
            let _ = groups.resolve(name);
        }
    }
}

/// A pyproject.toml: what is valid becomes metadata that is valid.
pub fn pyproject(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok((pyproject, _)) = PyProject::parse(text) else {
        return;
    };
    let Some(project) = pyproject.project else {
        return;
    };
    let files = ProjectFiles {
        version: Some("1.0".parse().expect("a version")),
        readme: Some(String::new()),
        license: Some(String::new()),
        license_files: Vec::new(),
    };
    let metadata = project.core_metadata(files).expect("all texts are given");
    let (again, _) = CoreMetadata::parse(&metadata.to_bytes()).expect("what is written is valid");
    assert_eq!(again.requires_dist, metadata.requires_dist);
}

/// A pylock.toml: written and read again it is the same.
pub fn pylock(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok((pylock, _)) = Pylock::parse(text) else {
        return;
    };
    let written = pylock.to_toml();
    let (again, _) = Pylock::parse(&written).expect("what is written is valid");
    // A float that is no number is not equal to itself, so the texts are compared.
    assert_eq!(again.to_toml(), written);
    assert_eq!(again.packages.len(), pylock.packages.len());
}
