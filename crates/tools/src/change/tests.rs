//! A folder of tools whose environments are two files: what happens to them and to their links, whatever
//! fails on the way.
#![cfg(unix)]

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::asked::Asked;

struct Home {
    root: TempDir,
    places: LinkPlaces,
    folder: ToolsFolder,
}

fn home() -> Home {
    let root = tempfile::tempdir().unwrap();
    let places = LinkPlaces {
        programs: root.path().join("bin"),
        data: root.path().join("share"),
    };
    let folder = ToolsFolder::at(root.path().join("tools"));
    Home {
        root,
        places,
        folder,
    }
}

impl Home {
    fn lock(&self) -> LockedTools {
        self.folder.lock(|| panic!("nobody else is there")).unwrap()
    }

    /// An environment with these programs, and its receipt.
    fn environment(&self, root: &Path, version: &str, programs: &[&str]) -> Receipt {
        fs::create_dir_all(root.join("bin")).unwrap();
        fs::write(root.join("pyvenv.cfg"), "").unwrap();
        let name = root.file_name().unwrap().to_str().unwrap();
        let links = programs.iter().map(|program| {
            fs::write(root.join("bin").join(program), version).unwrap();
            Link {
                kind: Kind::Program,
                path: self.places.programs.join(program),
                target: root.join("bin").join(program),
                from: name.to_owned(),
            }
        });
        Receipt {
            links: links.collect(),
            asked: Asked::of(name.parse().unwrap()),
            version: version.parse().unwrap(),
            python: "3.12".to_owned(),
        }
    }

    fn install(&self, name: &str, version: &str, programs: &[&str]) -> Result<(), ChangeError> {
        self.install_over(name, version, programs, Replacing::default())
    }

    fn install_over(
        &self,
        name: &str,
        version: &str,
        programs: &[&str],
        replacing: Replacing<'_>,
    ) -> Result<(), ChangeError> {
        let made = self.lock().replace(name, replacing, |root| {
            Ok::<_, ChangeError>(self.environment(root, version, programs))
        });
        made.map(|_| ())
    }

    /// What the programs say, by name; a link that leads nowhere says nothing.
    fn programs(&self) -> Vec<(String, String)> {
        let entries = tilsit_files::read_dir(&self.places.programs).unwrap_or_default();
        let programs = entries.into_iter().map(|entry| {
            let text = fs::read_to_string(&entry.path).unwrap_or_default();
            (entry.name.into_string().unwrap(), text)
        });
        programs.collect()
    }

    fn says(&self, expected: &[(&str, &str)]) {
        let expected = expected
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        assert_eq!(self.programs(), expected.collect::<Vec<_>>());
    }

    fn version(&self, name: &str) -> String {
        let receipt = self.folder.tool(name).unwrap().receipt;
        receipt.unwrap().version.to_string()
    }
}

#[test]
fn a_tool_comes_changes_and_goes() {
    let home = home();
    home.install("app", "1.0", &["app", "old"]).unwrap();
    home.says(&[("app", "1.0"), ("old", "1.0")]);
    home.install("app", "2.0", &["app", "new"]).unwrap();
    home.says(&[("app", "2.0"), ("new", "2.0")]);
    assert_eq!(home.version("app"), "2.0");
    assert!(home.lock().remove("app", &home.places).unwrap());
    home.says(&[]);
    assert!(home.folder.tools().unwrap().is_empty());
    assert!(!home.lock().remove("app", &home.places).unwrap());
}

#[test]
fn a_receipt_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home();
    home.install("app", "1.0", &["app"]).unwrap();
    let path = home.folder.place("app").join(FILE_NAME);
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_failure_leaves_what_was_there() {
    let home = home();
    let fail = |name: &str| {
        let made = home.lock().replace(name, Replacing::default(), |root| {
            home.environment(root, "2.0", &["app"]);
            Err(ChangeError::NotATool("x".into()))
        });
        assert!(matches!(made, Err(ChangeError::NotATool(_))));
    };
    fail("app");
    assert!(home.folder.tool("app").is_none());
    home.install("app", "1.0", &["app"]).unwrap();
    fail("app");
    home.says(&[("app", "1.0")]);
    assert_eq!(home.version("app"), "1.0");
}

#[test]
fn what_is_not_the_tools_stays_unless_it_may_be_replaced() {
    let home = home();
    fs::create_dir_all(&home.places.programs).unwrap();
    fs::write(home.places.programs.join("app"), "mine").unwrap();
    home.install("app", "1.0", &["more"]).unwrap();
    let error = home.install("app", "2.0", &["app", "more"]).unwrap_err();
    let path = home.places.programs.join("app");
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` is there already and is not the tool's",
            path.display()
        )
    );
    home.says(&[("app", "mine"), ("more", "1.0")]);
    assert_eq!(home.version("app"), "1.0");
    let everything = Replacing {
        everything: true,
        links_into: None,
    };
    home.install_over("app", "2.0", &["app", "more"], everything)
        .unwrap();
    home.says(&[("app", "2.0"), ("more", "2.0")]);
}

#[test]
fn the_program_of_another_tool_is_named_and_stays_with_who_took_it() {
    let home = home();
    home.install("app", "1.0", &["run"]).unwrap();
    let error = home.install("other", "5.0", &["run"]).unwrap_err();
    assert!(error.to_string().ends_with("`app`"), "{error}");
    let everything = Replacing {
        everything: true,
        links_into: None,
    };
    home.install_over("other", "5.0", &["run"], everything)
        .unwrap();
    home.says(&[("run", "5.0")]);
    home.lock().remove("app", &home.places).unwrap();
    home.says(&[("run", "5.0")]);
}

#[test]
fn links_into_a_folder_that_is_taken_over_are_replaced() {
    let home = home();
    let theirs = home.root.path().join("pipx/venvs/app/bin");
    fs::create_dir_all(&theirs).unwrap();
    fs::write(theirs.join("app"), "pipx's").unwrap();
    fs::create_dir_all(&home.places.programs).unwrap();
    std::os::unix::fs::symlink(theirs.join("app"), home.places.programs.join("app")).unwrap();
    home.install("app", "1.0", &["app"]).unwrap_err();
    let pipx = home.root.path().join("pipx");
    let replacing = Replacing {
        everything: false,
        links_into: Some(&pipx),
    };
    home.install_over("app", "1.0", &["app"], replacing)
        .unwrap();
    home.says(&[("app", "1.0")]);
    assert_eq!(fs::read_to_string(theirs.join("app")).unwrap(), "pipx's");
}

#[test]
fn pages_that_are_in_the_way_are_passed_over() {
    let home = home();
    let page = home.places.data.join("man/man1/app.1");
    fs::create_dir_all(page.parent().unwrap()).unwrap();
    fs::write(&page, "mine").unwrap();
    let (receipt, passed_over) = home
        .lock()
        .replace("app", Replacing::default(), |root| {
            let mut receipt = home.environment(root, "1.0", &["app"]);
            receipt.links.push(Link {
                kind: Kind::ManualPage,
                path: page.clone(),
                target: root.join("app.1"),
                from: "app".to_owned(),
            });
            Ok::<_, ChangeError>(receipt)
        })
        .unwrap();
    assert_eq!(passed_over[0].path, page);
    assert_eq!(receipt.links.len(), 1);
    assert_eq!(fs::read_to_string(page).unwrap(), "mine");
}

#[test]
fn a_folder_that_is_no_tool_is_left_alone() {
    let home = home();
    fs::create_dir_all(home.folder.place("app")).unwrap();
    fs::write(home.folder.place("app").join("notes"), "mine").unwrap();
    let error = home.install("app", "1.0", &["app"]).unwrap_err();
    assert!(matches!(error, ChangeError::NotATool(_)));
    assert!(home.folder.place("app").join("notes").is_file());
}

#[test]
fn a_folder_of_programs_that_cannot_be_written_leaves_the_old_tool() {
    let home = home();
    home.install("app", "1.0", &["app"]).unwrap();
    // A file where a folder has to be.
    fs::write(home.root.path().join("file"), "").unwrap();
    let made = home.lock().replace("app", Replacing::default(), |root| {
        let mut receipt = home.environment(root, "2.0", &["app"]);
        receipt.links.push(Link {
            path: home.root.path().join("file/tool"),
            ..receipt.links[0].clone()
        });
        Ok::<_, ChangeError>(receipt)
    });
    assert!(matches!(made, Err(ChangeError::File(_))), "{made:?}");
    home.says(&[("app", "1.0")]);
    assert_eq!(home.version("app"), "1.0");
}

/// A process that was killed at each step, as far as files tell; then the next one comes.
#[test]
fn what_was_killed_is_undone_or_finished() {
    type Step = fn(&Home, &Change, &Receipt);
    let begin: Step = |_, change, _| {
        fs::create_dir_all(&change.aside).unwrap();
    };
    let aside: Step = |_, change, _| fs::rename(&change.root, change.before()).unwrap();
    let make: Step = |home, change, _| {
        home.environment(&change.root, "2.0", &["app", "new"]);
    };
    let write: Step = |_, change, receipt| change.write(receipt).unwrap();
    let link: Step =
        |_, _, receipt| place(&receipt.links[0].target, &receipt.links[0].path).unwrap();
    let steps = [begin, aside, make, write, link];
    for done in 1..=steps.len() {
        let home = home();
        home.install("app", "1.0", &["app", "old"]).unwrap();
        let change = Change::at(&home.folder, "app");
        let scratch = home.root.path().join("scratch/app");
        let mut receipt = home.environment(&scratch, "2.0", &["app", "new"]);
        for link in &mut receipt.links {
            link.target = change
                .root
                .join(link.target.strip_prefix(&scratch).unwrap());
        }
        for step in &steps[..done] {
            step(&home, &change, &receipt);
        }
        drop(home.lock());
        if done < 4 {
            home.says(&[("app", "1.0"), ("old", "1.0")]);
            assert_eq!(home.version("app"), "1.0", "after {done} steps");
        } else {
            home.says(&[("app", "2.0"), ("new", "2.0")]);
            assert_eq!(home.version("app"), "2.0", "after {done} steps");
        }
        assert!(!change.aside.exists(), "after {done} steps");
    }
}

#[test]
fn one_changes_the_folder_at_a_time() {
    let home = home();
    let locked = home.lock();
    let path = home.folder.root().join(".lock");
    assert!(
        LockFile::try_acquire(&path, LockKind::Exclusive)
            .unwrap()
            .is_none()
    );
    drop(locked);
    assert!(
        LockFile::try_acquire(&path, LockKind::Exclusive)
            .unwrap()
            .is_some()
    );
}

#[test]
fn links_of_a_tool_without_a_receipt_go_with_it() {
    let home = home();
    home.install("app", "1.0", &["app"]).unwrap();
    fs::remove_file(home.folder.place("app").join(FILE_NAME)).unwrap();
    assert!(home.lock().remove("app", &home.places).unwrap());
    home.says(&[]);
}
