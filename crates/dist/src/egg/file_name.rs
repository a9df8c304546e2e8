//! What the names of eggs and of installers tell.

/// The name of an egg: `name-version[-pyX.Y[-platform]].egg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EggFileName {
    /// The project, as it is spelled.
    pub name: String,
    /// The version, as it is spelled.
    pub version: String,
    /// The version of Python.
    pub python: Option<(u32, u32)>,
    /// The platform, for what is compiled.
    pub platform: Option<String>,
}

impl EggFileName {
    /// Reads the name of an egg, or of an `.egg-info`.
    pub fn parse(file_name: &str) -> Option<Self> {
        let stem = file_name
            .strip_suffix(".egg")
            .or_else(|| file_name.strip_suffix(".egg-info"))?;
        let (name, rest) = stem.split_once('-')?;
        let mut parts = rest.split('-');
        let mut version = vec![parts.next()?];
        let mut python = None;
        for part in parts.by_ref() {
            python = python_of(part);
            if python.is_some() {
                break;
            }
            version.push(part);
        }
        let platform: Vec<&str> = parts.collect();
        let version = version.join("-");
        if name.is_empty() || version.is_empty() {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            version,
            python,
            platform: (!platform.is_empty()).then(|| platform.join("-")),
        })
    }
}

/// What the name of an installer tells for certain: `….PLATFORM[-pyX.Y].exe`. An installer works under
/// any name; where it was renamed, nothing is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WininstFileName {
    /// `win32`, `win-amd64`
    pub platform: Option<String>,
    /// The version of Python that it is for; none where any will do.
    pub python: Option<(u32, u32)>,
}

impl WininstFileName {
    /// Reads the name of an installer.
    pub fn parse(file_name: &str) -> Self {
        let stem = file_name.strip_suffix(".exe").unwrap_or_default();
        let (stem, python) = match stem.rsplit_once('-') {
            Some((before, last)) if python_of(last).is_some() => (before, python_of(last)),
            _ => (stem, None),
        };
        let known = ["win32", "win-amd64", "win-arm32", "win-arm64"];
        let platform = known.into_iter().find(|platform| {
            let before = stem.strip_suffix(platform);
            before.is_some_and(|before| before.ends_with('.'))
        });
        match platform {
            Some(platform) => Self {
                platform: Some(platform.to_owned()),
                python,
            },
            None => Self::default(),
        }
    }
}

/// `py2.7`, `py3.11`
fn python_of(part: &str) -> Option<(u32, u32)> {
    let (major, minor) = part.strip_prefix("py")?.split_once('.')?;
    let number = |digits: &str| {
        let is_number = digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten()
    };
    Some((number(major)?, number(minor)?))
}
