//! Texts before and after a change, compared byte for byte.

mod lists;
mod pipfile;
mod scripts;
mod sources;

use super::*;

/// The text after a change.
fn changed(text: &str, change: impl FnOnce(&mut Editor) -> Result<(), EditError>) -> String {
    let mut editor = Editor::project(text).unwrap();
    change(&mut editor).unwrap();
    editor.into_text()
}

/// What is wrong with a change; the text must then be as it was.
fn refusal(text: &str, change: impl FnOnce(&mut Editor) -> Result<(), EditError>) -> String {
    let mut editor = match Editor::project(text) {
        Ok(editor) => editor,
        Err(error) => return error.to_string(),
    };
    let error = change(&mut editor).unwrap_err();
    assert_eq!(editor.into_text(), text);
    error.to_string()
}

fn add(list: &List, requirement: &str) -> impl FnOnce(&mut Editor) -> Result<(), EditError> {
    let requirement = requirement.parse().unwrap();
    let list = list.clone();
    move |editor| editor.add(&list, &Addition::of(requirement)).map(drop)
}

fn remove(list: &List, name: &str) -> impl FnOnce(&mut Editor) -> Result<(), EditError> {
    let name = name.parse().unwrap();
    let list = list.clone();
    move |editor| editor.remove(&list, &name).map(drop)
}

/// `text` with a requirement added to the project, without `[project]` and what stands above the list.
fn added(dependencies: &str, requirement: &str) -> String {
    let text = format!("[project]\n{dependencies}");
    let text = changed(&text, add(&List::Project, requirement));
    text.strip_prefix("[project]\n").unwrap().to_owned()
}

fn removed(dependencies: &str, name: &str) -> String {
    let text = format!("[project]\n{dependencies}");
    let text = changed(&text, remove(&List::Project, name));
    text.strip_prefix("[project]\n").unwrap().to_owned()
}
