//! What a wheel's file name says of machine and C library.

use tilsit_packaging::file_name::WheelFileName;

use crate::architecture::Architecture;
use crate::policy::Libc;

/// Its platform tags, each once, in order.
pub(crate) fn platforms(name: &WheelFileName) -> Vec<String> {
    let tags = name.tags.iter().map(|tag| tag.platform().to_owned());
    let mut platforms: Vec<String> = tags.collect();
    platforms.sort();
    platforms.dedup();
    platforms
}

/// The machine, where all tags name the same.
pub(crate) fn architecture(name: &WheelFileName) -> Option<Architecture> {
    let platforms = platforms(name);
    let mut named = platforms.iter().map(|tag| Architecture::of_tag(tag));
    let first = named.next()??;
    named.all(|other| other == Some(first)).then_some(first)
}

/// The C library, where those that are named are the same.
pub(crate) fn libc(name: &WheelFileName) -> Option<Libc> {
    let platforms = platforms(name);
    let mut named = platforms.iter().filter_map(|tag| Libc::of_tag(tag));
    let first = named.next()?;
    named.all(|other| other == first).then_some(first)
}
