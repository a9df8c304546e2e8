//! The tags of a wheel after its repair: in its file name and in WHEEL.

/// The file name with other platforms: those of Linux at large and of any platform go.
pub(crate) fn renamed(file_name: &str, machine: &str, tags: &[String]) -> String {
    let stem = file_name.strip_suffix(".whl").unwrap_or(file_name);
    let (start, platforms) = stem.rsplit_once('-').unwrap_or((stem, ""));
    let old = platforms.split('.').map(str::to_owned);
    let mut platforms: Vec<String> = old.filter(|tag| !is_replaced(tag, machine)).collect();
    platforms.extend(tags.iter().cloned());
    platforms.sort();
    platforms.dedup();
    format!("{start}-{}.whl", platforms.join("."))
}

fn is_replaced(platform: &str, machine: &str) -> bool {
    let linux = platform.strip_prefix("linux_");
    platform == "any" || linux == Some(machine)
}

/// WHEEL with other platforms; all else stays as it is written. With compiled code among the modules they
/// are no longer said to be pure, which some builds forget.
pub(crate) fn rewritten(file: &str, machine: &str, tags: &[String], has_code: bool) -> String {
    let mut interpreters: Vec<&str> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut place = None;
    for line in file.lines() {
        let Some(tag) = line.strip_prefix("Tag:").map(str::trim) else {
            lines.push(line.to_owned());
            continue;
        };
        let (interpreter, platform) = tag.rsplit_once('-').unwrap_or((tag, ""));
        if !interpreters.contains(&interpreter) {
            interpreters.push(interpreter);
        }
        if !is_replaced(platform, machine) {
            lines.push(line.to_owned());
        }
        // After what is kept of them.
        place = Some(lines.len());
    }
    let new = interpreters.iter().flat_map(|interpreter| {
        let tags = tags.iter();
        tags.map(move |tag| format!("Tag: {interpreter}-{tag}"))
    });
    let new: Vec<String> = new.filter(|line| !lines.contains(line)).collect();
    if let Some(place) = place {
        lines.splice(place..place, new);
    }
    if has_code {
        for line in lines
            .iter_mut()
            .filter(|line| line.starts_with("Root-Is-Purelib:"))
        {
            "Root-Is-Purelib: false".clone_into(line);
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_files() {
        let tags = ["manylinux_2_17_x86_64", "manylinux2014_x86_64"].map(str::to_owned);
        for (name, expected) in [
            (
                "own-1.0-cp311-cp311-linux_x86_64.whl",
                "own-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
            ),
            (
                "own-1.0-1-py3-none-any.whl",
                "own-1.0-1-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
            ),
            (
                "own-1.0-py3-none-manylinux_2_39_x86_64.whl",
                "own-1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_39_x86_64.whl",
            ),
        ] {
            assert_eq!(renamed(name, "x86_64", &tags), expected);
        }
        let wheel = "Wheel-Version: 1.0\nGenerator: own\nRoot-Is-Purelib: true\n\
                     Tag: py2-none-any\nTag: py3-none-any\nOwn: field\n";
        assert_eq!(
            rewritten(wheel, "x86_64", &tags, true),
            "Wheel-Version: 1.0\nGenerator: own\nRoot-Is-Purelib: false\n\
             Tag: py2-none-manylinux_2_17_x86_64\nTag: py2-none-manylinux2014_x86_64\n\
             Tag: py3-none-manylinux_2_17_x86_64\nTag: py3-none-manylinux2014_x86_64\nOwn: field\n"
        );
        let done = rewritten(wheel, "x86_64", &tags, true);
        assert_eq!(rewritten(&done, "x86_64", &tags, false), done);
    }
}
