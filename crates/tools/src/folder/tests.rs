//! Which folders are tools.

use std::fs;

use super::*;

#[test]
fn tools_are_the_folders_that_do_not_begin_with_a_dot() {
    let root = tempfile::tempdir().unwrap();
    let folder = ToolsFolder::at(root.path().join("tools"));
    assert!(folder.tools().unwrap().is_empty(), "no folder, no tools");
    for name in ["app", "other@1", ".changing"] {
        fs::create_dir_all(folder.place(name)).unwrap();
    }
    fs::write(folder.place("note"), "").unwrap();
    let tools = folder.tools().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["app", "other@1"]);
    assert_eq!(tools[0].receipt, Err(ReceiptError::Missing));
    assert!(!tools[0].has_python());
    for typed in ["", ".", "..", "../tools", "a/b", ".changing", "missing"] {
        assert!(folder.tool(typed).is_none(), "{typed}");
    }
}

#[test]
#[cfg(unix)]
fn what_is_installed_is_found_without_the_python() {
    let root = tempfile::tempdir().unwrap();
    let dist_info = root
        .path()
        .join("lib/python3.9/site-packages/app-1.0.dist-info");
    fs::create_dir_all(&dist_info).unwrap();
    fs::write(
        dist_info.join("METADATA"),
        "Metadata-Version: 2.1\nName: app\nVersion: 1.0\n",
    )
    .unwrap();
    fs::create_dir_all(root.path().join("lib/other/site-packages/no-1.0.dist-info")).unwrap();
    let installed = installed_in(root.path()).unwrap();
    let found: Vec<_> = installed.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(found, ["app"]);
    assert!(installed_in(&root.path().join("gone")).unwrap().is_empty());
}

#[test]
#[cfg(unix)]
fn a_package_whose_link_leads_nowhere_is_lost() {
    let root = tempfile::tempdir().unwrap();
    let folder = ToolsFolder::at(root.path());
    let packages = folder.place("app").join("lib/python3.9/site-packages");
    fs::create_dir_all(&packages).unwrap();
    let stored = root.path().join(".stored");
    fs::create_dir(&stored).unwrap();
    std::os::unix::fs::symlink(&stored, packages.join("app")).unwrap();
    let tool = folder.tool("app").unwrap();
    assert_eq!(tool.lost_package().unwrap(), None);
    fs::remove_dir(&stored).unwrap();
    assert_eq!(tool.lost_package().unwrap(), Some(packages.join("app")));
}
