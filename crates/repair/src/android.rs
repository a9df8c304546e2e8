//! The audit of a wheel for Android: for which machine and level of its interface the files are, where
//! the libraries are that they need, and whether the tag says the truth.
//!
//! Which libraries Android has follows the NDK's "Stable APIs"; those of Python end with `_python` there
//! (PEP 738).

use std::collections::BTreeMap;

use tilsit_archive::ReadAt;
use tilsit_dist::platform::android::{self, AndroidFile, AndroidTag};
use tilsit_dist::wheel::Wheel;

use crate::contents::{Contents, Image, Need, Place};
use crate::error::RepairError;
use crate::search::in_wheel;

/// The libraries of Android, and the level of its interface that brought each. Python runs from 21 on.
const LIBRARIES: [(&str, u32); 24] = [
    ("libEGL.so", 21),
    ("libGLESv1_CM.so", 21),
    ("libGLESv2.so", 21),
    ("libGLESv3.so", 21),
    ("libOpenMAXAL.so", 21),
    ("libOpenSLES.so", 21),
    ("libandroid.so", 21),
    ("libc.so", 21),
    ("libdl.so", 21),
    ("libjnigraphics.so", 21),
    ("liblog.so", 21),
    ("libm.so", 21),
    ("libmediandk.so", 21),
    ("libz.so", 21),
    ("libcamera2ndk.so", 24),
    ("libvulkan.so", 24),
    ("libaaudio.so", 26),
    ("libnativewindow.so", 26),
    ("libsync.so", 26),
    ("libneuralnetworks.so", 27),
    ("libamidi.so", 29),
    ("libbinder_ndk.so", 29),
    ("libicu.so", 31),
    ("libnativehelper.so", 31),
];

/// Audits a wheel.
///
/// # Errors
/// When the wheel is refused, or has no compiled code.
pub(crate) fn audit<S: ReadAt>(wheel: &Wheel<S>) -> Result<Contents, RepairError> {
    let (files, faults) = android::read(wheel, wheel.files().iter())?;
    let mut contents = Contents::of(
        wheel,
        &faults,
        android::allowed(&files).into_iter().collect(),
    );
    let mut level = u32::MAX;
    for tag in contents.tags.clone() {
        let Some(known) = AndroidTag::parse(&tag) else {
            contents.add_unknown(&tag);
            continue;
        };
        level = level.min(known.level);
        for breach in known.breaches(&files) {
            contents.add_breach(&tag, Some(breach.path()), &breach);
        }
    }
    let by_path: BTreeMap<&str, &AndroidFile> = files
        .iter()
        .map(|file| (file.path.as_str(), file))
        .collect();
    for file in &files {
        let needs = file.libraries.iter().map(|library| {
            let (place, path) = find(file, library, &by_path, level);
            Need {
                library: library.clone(),
                place,
                path,
                optional: false,
            }
        });
        let image = Image {
            machine: file.machine.unwrap_or("unknown"),
            minimum: file.level.map(|level| level.to_string()),
            managed: false,
            libraries: needs.collect(),
        };
        contents.add_file(&file.path, vec![image]);
    }
    contents.finish(wheel.text_name())
}

/// Where a library is on a device with this level.
fn find(
    user: &AndroidFile,
    library: &str,
    by_path: &BTreeMap<&str, &AndroidFile>,
    level: u32,
) -> (Place, Option<String>) {
    let run_path = user.run_path.as_deref().unwrap_or_default().split(':');
    for folder in run_path.filter_map(|entry| in_wheel(entry, &user.path)) {
        let path = format!("{folder}/{library}");
        let path = path.trim_start_matches('/');
        if by_path
            .get(path)
            .is_some_and(|file| file.machine == user.machine)
        {
            return (Place::Wheel, Some(path.to_owned()));
        }
    }
    let mut own = LIBRARIES.iter();
    let place = if own.any(|(name, since)| *name == library && *since <= level) {
        Place::System
    } else if library.ends_with("_python.so") || library.starts_with("libpython3") {
        Place::Python
    } else {
        Place::Outside
    };
    (place, None)
}
