//! Reading a large lock in parts, one on each processor. Only what is without any fault is read so: the
//! caller reads the rest again as a whole, so that each fault is told of its place.

use std::ops::Range;

use super::{Package, Problem, Pylock, all_packages, lock_version, pylock, tool};
use crate::toml_reader::{Document, Table};

/// What is smaller is not worth a thread.
const PART_BYTES_MIN: usize = 64 << 10;

/// Where a package begins. Within a text of several lines it begins none, but then the part before it
/// has a text without an end, and is refused.
const HEADING: &str = "\n[[packages]]\n";

/// In how many parts a lock is best read.
pub(super) fn count(text: &str) -> usize {
    let worth = text.len() / PART_BYTES_MIN;
    if worth < 2 {
        return 1;
    }
    worth.min(std::thread::available_parallelism().map_or(1, usize::from))
}

/// The lock, read in so many parts; `None` where it has to be read as a whole.
pub(super) fn read(text: &str, count: usize) -> Option<Pylock> {
    let parts = divided(text, count)?;
    let (first, rest) = parts.split_first()?;
    let (head, rest) = std::thread::scope(|scope| {
        let rest = rest.iter().map(|part| {
            let part = &text[part.clone()];
            scope.spawn(move || following(part))
        });
        let rest: Vec<_> = rest.collect();
        let head = beginning(&text[first.clone()]);
        let rest = rest.into_iter().map(|part| part.join().ok().flatten());
        Some((head?, rest.collect::<Option<Vec<_>>>()?))
    })?;
    let mut pylock = head;
    for (packages, tool) in rest {
        pylock.packages.extend(packages);
        if !tool.is_empty() && !pylock.tool.is_empty() {
            return None;
        }
        pylock.tool.extend(tool);
    }
    Some(pylock)
}

/// Parts of about the same size, each but the first from the heading of a package on; the first one has
/// a package too.
fn divided(text: &str, count: usize) -> Option<Vec<Range<usize>>> {
    let mut begin = 0;
    let mut parts = Vec::with_capacity(count);
    let mut behind = text.find(HEADING)? + HEADING.len();
    for number in 1..count {
        let from = text.floor_char_boundary(behind.max(text.len() / count * number));
        let Some(found) = text[from..].find(HEADING) else {
            break;
        };
        let end = from + found + 1;
        parts.push(begin..end);
        begin = end;
        behind = end + HEADING.len() - 1;
    }
    parts.push(begin..text.len());
    (parts.len() > 1).then_some(parts)
}

fn beginning(text: &str) -> Option<Pylock> {
    let document = Document::parse(text).ok()?;
    let root = document.root();
    let version = lock_version(&root).ok()?;
    let is_known = (
        version.epoch(),
        version.major(),
        version.minor(),
        version.micro(),
    ) == (0, 1, 0, 0);
    faultless(|problems| pylock(&root, version, problems)).filter(|_| is_known)
}

fn following(text: &str) -> Option<(Vec<Package>, toml::Table)> {
    let document = Document::parse(text).ok()?;
    let root: Table<'_> = document.root();
    faultless(|problems| {
        problems.extend(root.unknown_keys(&["packages", "tool"]));
        Ok((all_packages(&root, problems)?, tool(&root)?))
    })
}

fn faultless<T>(read: impl FnOnce(&mut Vec<Problem>) -> Result<T, Problem>) -> Option<T> {
    let mut problems = Vec::new();
    let found = read(&mut problems).ok()?;
    problems.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::read_whole;
    use super::*;

    fn lock(packages: usize) -> String {
        let mut text = String::from("lock-version = \"1.0\"\ncreated-by = \"test\"\n");
        for number in 0..packages {
            let file = format!("p{number}-1.0-py3-none-any.whl");
            write!(
                text,
                "\n[[packages]]\nname = \"p{number}\"\nversion = \"1.0\"\nwheels = [\n    {{ url = \"https://index.example/{file}\", size = {number}, hashes = {{ sha256 = \"ab\" }} }},\n]\n\n[packages.tool.test]\nnumber = {number}\n"
            )
            .expect("a string takes all");
        }
        text + "\n[tool.test]\nlast = true\n"
    }

    #[test]
    fn parts_are_the_whole() {
        for packages in [2, 3, 7, 40] {
            let text = lock(packages);
            let (whole, problems) = read_whole(&text).expect("a lock");
            assert!(problems.is_empty());
            for count in [2, 3, 8] {
                assert_eq!(
                    read(&text, count).as_ref(),
                    Some(&whole),
                    "{packages} in {count}"
                );
            }
            assert_eq!(read(&text, 1), None);
        }
        assert_eq!(read(&lock(1), 4), None, "one package is one part");
    }

    #[test]
    fn whatever_is_odd_is_left_to_the_whole() {
        let text = lock(8);
        let odd = [
            text.replace("size = 6", "size = -6"),
            text.replace("size = 6", "size = 6, more = 1"),
            text.replace("number = 6", "number = "),
            text.replace("name = \"p6\"", "unknown = \"p6\""),
            text.replace("\n[tool.test]", "\n[more]"),
            text.replace("lock-version = \"1.0\"", "lock-version = \"1.1\""),
            // A heading in a text is none.
            text.replace("number = 3", "number = \"\"\"\n[[packages]]\n\"\"\""),
        ];
        for text in odd {
            for count in 2..9 {
                if let Some(read) = read(&text, count) {
                    let (whole, problems) = read_whole(&text).expect("a lock");
                    assert!(problems.is_empty(), "{text}");
                    assert_eq!(read, whole, "{text}");
                }
            }
        }
        let twice = text.replacen(
            "\n[[packages]]",
            "\n[tool.other]\nfirst = 1\n\n[[packages]]",
            1,
        );
        assert_eq!(read(&twice, 4), None);
    }
}
