//! The readers of other tools' projects in `tilsit-project`, all of which end in [`write()`].

use tilsit_dist::setuptools::{NotStated, Tree, setup_cfg, setup_py, stated};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_project::edit::{Editor, List};
use tilsit_project::import::{Defaults, Item, Kind, environment_yml, of_pyproject, write};

/// What is read can be written, and each of it has an outcome. A file that is there may stand in the
/// way; an empty one does not.
fn can_be_written(items: &[Item], before: &str) {
    let defaults = Defaults {
        name: &"shop".parse().expect("it is a name"),
        requires_python: ">=3.11",
    };
    match write(items, before, defaults) {
        Ok(written) => {
            assert!(written.outcomes.len() >= items.len());
            assert!(Editor::project(&written.text).is_ok());
        }
        Err(error) => assert!(!before.is_empty(), "{error}"),
    }
}

/// conda's environment.yml.
pub fn conda_environment(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(items) = environment_yml("environment.yml", &text, None) {
        can_be_written(&items, "");
    }
}

/// The tables of Poetry, pdm, hatch, uv and flit.
pub fn tool_tables(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for kind in Kind::ALL {
        if let Ok(items) = of_pyproject(kind, "pyproject.toml", &text, &List::Project) {
            can_be_written(&items, &text);
        }
    }
}

/// A setup.py: reading it ends, and its lines are lines of the text.
pub fn setup_py_arguments(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(arguments) = setup_py(&text) {
        let lines = text.split('\n').count();
        for argument in arguments {
            assert!((1..=lines).contains(&argument.line));
            assert!(argument.key.is_some() || argument.value.is_none());
        }
    }
}

/// A setup.cfg.
pub fn setup_cfg_keys(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for said in setup_cfg(&text).unwrap_or_default() {
        assert!(said.line > 0 && !said.section.contains('\n'));
    }
}

/// A source tree: setup.py, setup.cfg, and every other file, with a line of `=` between them.
struct Texts<'d>([Option<&'d str>; 3]);

impl Tree for Texts<'_> {
    fn text(&self, path: &str) -> Result<Option<String>, NotStated> {
        let place = match path {
            "setup.py" => 0,
            "setup.cfg" => 1,
            _ => 2,
        };
        Ok(self.0[place].map(str::to_owned))
    }

    fn has_folder(&self, _: &str) -> Result<bool, NotStated> {
        Ok(self.0[2].is_some())
    }
}

/// What a source tree states for setuptools: it can be written as metadata, and read again.
pub fn setuptools_tree(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut texts = text.split("====\n");
    let mut next = || texts.next().filter(|text| !text.is_empty());
    let tree = Texts([next(), next(), next()]);
    if let Ok(stated) = stated(&tree) {
        let bytes = stated.core_metadata().to_bytes();
        let (again, problems) = CoreMetadata::parse(&bytes).expect("it was written just now");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(again.version, stated.version);
        assert_eq!(again.requires_dist.len(), stated.requires_dist.len());
    }
}
