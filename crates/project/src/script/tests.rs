//! Scripts as projects that are locked.

use std::path::Path;

use super::{ScriptError, workspace};
use crate::inputs::Inputs;

fn of(file: &str, block: &str) -> Result<crate::Workspace, ScriptError> {
    let block = block.replace('\n', "\n# ");
    let text = format!("#!/usr/bin/env python\n# /// script\n# {block}\n# ///\nimport app\n");
    workspace(&Path::new("/work").join(file), &text)
}

#[test]
fn a_script_asks_for_its_dependencies_and_is_not_installed() {
    let script = of(
        "report.py",
        "requires-python = '>=3.10'\ndependencies = ['app[fast]>=1', \"lib; python_version < '3.12'\"]",
    )
    .unwrap();
    assert_eq!(script.lock_file(), "pylock.report.toml");
    let member = script.members.values().next().unwrap();
    assert_eq!(member.name.as_str(), "report-py");
    assert!(!member.is_package);
    let requires: Vec<String> = member
        .project
        .dependencies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(requires, ["app[fast]>=1", "lib; python_version < \"3.12\""]);
    let inputs = Inputs::of(&script, &">=3.9".parse().unwrap()).unwrap();
    assert_eq!(inputs.universal.requires_python.to_string(), ">=3.10");
}

#[test]
fn a_script_is_called_as_none_of_those_that_it_needs() {
    let names = [
        ("discord.py", "['discord.py']", "discord-py-script"),
        ("Ünïcode 1.py", "[]", "n-code-1-py"),
        ("__main__.py", "[]", "main-py"),
        ("äöü", "[]", "script"),
    ];
    for (file, needed, name) in names {
        let script = of(file, &format!("dependencies = {needed}")).map(|script| {
            let member = script.members.into_keys().next();
            member.map(|name| name.to_string())
        });
        assert_eq!(script.unwrap().as_deref(), Some(name), "{file}");
    }
}

#[test]
fn what_cannot_be_locked_is_refused_with_the_reason() {
    let error = |file: &str, block: &str| of(file, block).unwrap_err().to_string();
    assert_eq!(
        error("report.v2.py", ""),
        "its lock would be called `pylock.report.v2.toml`, and the name in the middle may not be \
         empty or have a dot"
    );
    assert!(error("a.py", "dependencies = ['-']").contains("line 3"));
    assert!(error("a.py", "[tool.tilsit]\nsources = 1").contains("settings are not valid"));
    let none = workspace(Path::new("/folder/a.py"), "print()\n").unwrap_err();
    assert_eq!(none.to_string(), "it has no block `# /// script`");
}
