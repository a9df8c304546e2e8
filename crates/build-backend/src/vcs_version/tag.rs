//! The version in the name of a tag or a branch.

use tilsit_packaging::version::Version;

use super::options::VcsOptions;

/// What the expression finds: the version's text, and what follows it.
pub(super) fn found<'t>(
    tag: &'t str,
    options: &VcsOptions,
) -> Result<Option<(&'t str, &'t str)>, String> {
    let tag = tag.strip_prefix(&options.tag_prefix).unwrap_or(tag);
    let regex = &options.tag_regex;
    let Some(captures) = regex.captures(tag) else {
        return Ok(None);
    };
    let whole = captures
        .get(0)
        .map(|whole| whole.range())
        .unwrap_or_default();
    // The expression has to fit from the start on, as if it began with `^`.
    if whole.start != 0 {
        return Ok(None);
    }
    let group = if captures.len() == 2 {
        captures.get(1)
    } else {
        captures.name("version")
    };
    match group {
        Some(group) if !group.is_empty() => {
            Ok(Some((group.as_str(), &tag[group.end()..whole.end])))
        }
        _ => Err(format!(
            "the expression `{}` fits the tag `{tag}` and finds no version in it",
            regex.as_str()
        )),
    }
}

/// The version in a tag, if there is one.
///
/// # Errors
/// When the expression fits the tag without its group.
pub fn version_in(tag: &str, options: &VcsOptions) -> Result<Option<Version>, String> {
    let Some((version, suffix)) = found(tag, options)? else {
        return Ok(None);
    };
    let Ok(plain) = version.parse::<Version>() else {
        return Ok(None);
    };
    if suffix.is_empty() {
        return Ok(Some(plain));
    }
    Ok(Some(format!("{version}{suffix}").parse().unwrap_or(plain)))
}

/// The version in a tag that must have one.
///
/// # Errors
/// When there is none.
pub fn version_of(tag: &str, options: &VcsOptions) -> Result<Version, String> {
    version_in(tag, options)?.ok_or_else(|| {
        format!(
            "finds no version in the tag `{tag}` with the expression `{}`",
            options.tag_regex.as_str()
        )
    })
}
