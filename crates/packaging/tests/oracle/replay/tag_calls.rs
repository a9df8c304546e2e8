//! Calls of `packaging.tags` and the modules for C libraries behind it.

use serde_json::Value;
use tilsit_packaging::tag::interpreter::{
    CpythonBuild, Interpreter, PythonVersion, abi_of_extension_suffix, compatible_tags,
    cpython_abis, cpython_tags, generic_tags, pure_python_tags, short_name,
};
use tilsit_packaging::tag::platform::{
    Libc, Linux, android, ios, linux, mac, mac_architecture, mac_binary_formats, manylinux,
    musllinux, normalize, parse_glibc_version, parse_musl_version,
};
use tilsit_packaging::tag::{CompatibleTags, Tag, TagSet};

use super::{both, flag, list, numbers, pair, same, text, texts};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    Some(match call {
        "parse_tag" => parse(observation),
        "Tag" => {
            let parts = texts(observation, "parts");
            same(
                &Tag::new(&parts[0], &parts[1], &parts[2]).to_string(),
                &text(observation, "result").to_owned(),
            )
        }
        "tags_equal" => {
            // A tag of any texts need not parse; as text it is equal just when the tag is.
            same(
                &(text(observation, "left") == text(observation, "right")),
                &flag(observation, "result"),
            )
        }
        "select" => select(observation),
        "interpreter_name" => {
            let implementation = text(observation, "implementation");
            same(&short_name(implementation), &text(observation, "result"))
        }
        "normalize_platform" => same(
            &normalize(text(observation, "text")),
            &text(observation, "result").to_owned(),
        ),
        "cpython_abis" => abis(observation),
        "generic_abi" => generic_abi(observation),
        "mac_arch" => {
            let ours = mac_architecture(text(observation, "arch"), flag(observation, "is_32bit"));
            same(&ours, &text(observation, "result"))
        }
        "glibc_version" => {
            // Theirs warns and gives (-1, -1) for what is no version.
            let theirs = observation["result"]
                .as_array()
                .filter(|numbers| numbers[0] != -1);
            same(
                &parse_glibc_version(text(observation, "text")),
                &theirs.map(|_| pair(&observation["result"])),
            )
        }
        "musl_version" => {
            let theirs = (!observation["result"].is_null()).then(|| pair(&observation["result"]));
            same(&parse_musl_version(text(observation, "text")), &theirs)
        }
        _ => return lists(call, observation),
    })
}

/// Calls whose result is a list of tags or platforms.
fn lists(call: &str, observation: &Value) -> Option<Result<(), String>> {
    let shown = |tags: Vec<Tag>| tags.iter().map(Tag::to_string).collect::<Vec<_>>();
    let version = || {
        let numbers = numbers(&observation["version"]);
        PythonVersion {
            major: numbers[0],
            minor: numbers.get(1).copied(),
        }
    };
    let many = |key| texts(observation, key);
    let ours = match call {
        "cpython_tags" => shown(cpython_tags(version(), &many("abis"), &many("platforms"))),
        "generic_tags" => shown(generic_tags(
            text(observation, "interpreter"),
            &many("abis"),
            &many("platforms"),
        )),
        "compatible_tags" => shown(compatible_tags(
            version(),
            observation["interpreter"].as_str(),
            &many("platforms"),
        )),
        "pure_python_tags" => shown(pure_python_tags(version())),
        "sys_tags" => system_tags(observation),
        "mac_platforms" => mac(pair(&observation["version"]), text(observation, "arch")),
        "mac_binary_formats" => {
            let formats =
                mac_binary_formats(pair(&observation["version"]), text(observation, "arch"));
            formats.into_iter().map(str::to_owned).collect()
        }
        "ios_platforms" => ios(
            pair(&observation["version"]),
            text(observation, "multiarch"),
        ),
        "android_platforms" => {
            let level = observation["level"]
                .as_u64()
                .and_then(|level| u32::try_from(level).ok());
            android(level.expect("a number"), text(observation, "abi"))
        }
        "linux_platforms" => linux_platforms(observation),
        "manylinux" => manylinux_platforms(observation),
        "musllinux" => {
            let archs = many("archs");
            let archs: Vec<&str> = archs.iter().map(String::as_str).collect();
            if observation["musl"].is_null() {
                Vec::new()
            } else {
                musllinux(&archs, pair(&observation["musl"]))
            }
        }
        _ => return None,
    };
    Some(same(&ours, &many("result")))
}

fn parse(observation: &Value) -> Result<(), String> {
    let parsed = text(observation, "text")
        .parse::<TagSet>()
        .map_err(|error| error.to_string());
    let parsed = parsed.and_then(|set| match observation["limit"].as_i64() {
        _ if flag(observation, "validate_order") && !set.is_sorted() => {
            Err("not sorted".to_owned())
        }
        Some(limit) if i64::try_from(set.iter().count()).is_ok_and(|count| count > limit) => {
            Err("too many".to_owned())
        }
        _ => Ok(set),
    });
    let Some(set) = both(parsed, observation)? else {
        return Ok(());
    };
    let mut ours: Vec<String> = set.iter().map(|tag| tag.to_string()).collect();
    ours.sort();
    ours.dedup();
    same(&ours, &texts(observation, "ok"))
}

fn select(observation: &Value) -> Result<(), String> {
    let parse = |tag: &String| tag.parse::<Tag>().ok();
    let Some(supported) = texts(observation, "supported")
        .iter()
        .map(parse)
        .collect::<Option<Vec<_>>>()
    else {
        return Ok(());
    };
    let supported = CompatibleTags::new(supported);
    let mut ranked: Vec<(u32, u64)> = Vec::new();
    for (place, thing) in (0..).zip(list(observation, "things")) {
        let sets = thing.as_array().expect("a list of tags").iter();
        let best = sets
            .filter_map(|tag| supported.priority(&tag.as_str()?.parse().ok()?))
            .min();
        ranked.extend(best.map(|best| (best, place)));
    }
    ranked.sort_by_key(|(best, _)| *best);
    let theirs: Vec<u64> = list(observation, "result")
        .iter()
        .filter_map(Value::as_u64)
        .collect();
    same(
        &ranked.into_iter().map(|(_, place)| place).collect(),
        &theirs,
    )
}

fn abis(observation: &Value) -> Result<(), String> {
    let build = &observation["build"];
    let build = CpythonBuild {
        debug: flag(build, "debug"),
        free_threaded: flag(build, "free_threaded"),
        pymalloc: flag(build, "pymalloc"),
        wide_unicode: flag(build, "wide_unicode"),
    };
    let version = pair(&observation["version"]);
    same(
        &cpython_abis(PythonVersion::new(version.0, version.1), build),
        &texts(observation, "result"),
    )
}

fn generic_abi(observation: &Value) -> Result<(), String> {
    let suffix = observation["suffix"].as_str().unwrap_or_default();
    let ours: Vec<String> = abi_of_extension_suffix(suffix).into_iter().collect();
    match observation["result"].as_array() {
        // A bare `.pyd` means CPython, whose ABIs are worked out otherwise.
        Some(_) if suffix == ".pyd" => same(&ours.len(), &0),
        Some(_) => same(&ours, &texts(observation, "result")),
        None => same(&ours.len(), &0),
    }
}

fn system_tags(observation: &Value) -> Vec<String> {
    let (abis, platforms) = (texts(observation, "abis"), texts(observation, "platforms"));
    let interpreter = Interpreter {
        implementation: text(observation, "implementation"),
        version: pair(&observation["version"]),
        version_without_dot: Some(text(observation, "number")),
        abis: &abis,
        platforms: &platforms,
    };
    interpreter.tags().iter().map(Tag::to_string).collect()
}

fn linux_platforms(observation: &Value) -> Vec<String> {
    let glibc = list(observation, "glibc");
    let libc = if observation["musl"].is_array() {
        let (major, minor) = pair(&observation["musl"]);
        Libc::Musl { major, minor }
    } else if glibc[0] == -1 {
        Libc::Unknown
    } else {
        let (major, minor) = pair(&observation["glibc"]);
        Libc::Glibc { major, minor }
    };
    let system = Linux {
        machine: text(observation, "machine"),
        is_32bit: flag(observation, "is_32bit"),
        libc,
        has_manylinux_abi: flag(observation, "has_manylinux_abi"),
    };
    if list(observation, "refused").is_empty() || !matches!(libc, Libc::Glibc { .. }) {
        return linux(&system);
    }
    // A distribution that refuses some of the platforms.
    let mut platforms = linux(&Linux {
        libc: Libc::Unknown,
        ..system
    });
    if flag(observation, "has_manylinux_abi") {
        platforms.extend(allowed_manylinux(observation));
    }
    platforms
}

fn manylinux_platforms(observation: &Value) -> Vec<String> {
    if !flag(observation, "has_abi") || list(observation, "glibc")[0] == -1 {
        return Vec::new();
    }
    allowed_manylinux(observation)
}

fn allowed_manylinux(observation: &Value) -> Vec<String> {
    let archs = texts(observation, "archs");
    let archs: Vec<&str> = archs.iter().map(String::as_str).collect();
    let refused = list(observation, "refused");
    manylinux(&archs, pair(&observation["glibc"]), |major, minor, arch| {
        !refused
            .iter()
            .any(|refused| refused[0] == major && refused[1] == minor && refused[2] == arch)
    })
}
