//! The reader of uv's lock in `tilsit-project`.

use std::path::Path;

use tilsit_project::inputs::ExtraNames;
use tilsit_project::uv::{Terms, UvLock, Writing};
use tilsit_project::workspace::Workspace;

/// A uv.lock: what is read answers itself, can be had in our form, and is written as a lock again.
pub fn uv_lock(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let extras = ExtraNames::default();
    let Ok(read) = UvLock::parse(&text, &extras) else {
        return;
    };
    assert!(read.asked.answers(&read.asked));
    let workspace = Workspace::bare(Path::new("/srv"));
    let Ok(lock) = read.lock(&workspace, &extras) else {
        return;
    };
    assert!(lock.pylock.packages.len() <= read.packages.len());
    let writing = Writing {
        workspace: &workspace,
        terms: &Terms::default(),
        asked: &read.asked,
        lock: &lock,
        pins: &[],
        extras: &extras,
        before: Some(&read),
    };
    let Ok(written) = writing.text() else {
        return;
    };
    let again = UvLock::parse(&written, &extras);
    let again = again.unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert!(again.asked.answers(&read.asked), "{written}");
}
