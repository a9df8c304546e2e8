//! The options of pip that pipx keeps with a tool, as our settings.

/// What pip was told.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PipArguments {
    /// Settings, by the names of our long options.
    pub(super) options: toml::Table,
    /// Whether the project is used where it lies.
    pub(super) is_editable: bool,
    /// What means nothing here.
    pub(super) problems: Vec<String>,
}

/// What an option of pip is here.
enum Meaning {
    /// A setting with one value.
    One(&'static str),
    /// A setting with many values.
    Many(&'static str),
    /// A setting that is set.
    Flag(&'static str),
    Editable,
    /// Nothing that decides what is installed.
    Nothing,
}

fn meaning(option: &str) -> Option<Meaning> {
    Some(match option {
        "-i" | "--index-url" | "--pypi-url" => Meaning::One("index-url"),
        "--extra-index-url" => Meaning::Many("extra-index-url"),
        "-f" | "--find-links" => Meaning::Many("find-links"),
        "--trusted-host" => Meaning::Many("trusted-host"),
        "--no-binary" => Meaning::Many("no-binary"),
        "--only-binary" => Meaning::Many("only-binary"),
        "--cert" => Meaning::One("cert"),
        "--client-cert" => Meaning::One("client-cert"),
        "--no-index" => Meaning::Flag("no-index"),
        "--pre" => Meaning::Flag("pre"),
        "--prefer-binary" => Meaning::Flag("prefer-binary"),
        "-e" | "--editable" => Meaning::Editable,
        "-q"
        | "--quiet"
        | "-v"
        | "--verbose"
        | "--no-cache-dir"
        | "--no-input"
        | "--disable-pip-version-check"
        | "-U"
        | "--upgrade"
        | "--force-reinstall" => Meaning::Nothing,
        _ => return None,
    })
}

pub(super) fn read(arguments: &[String]) -> PipArguments {
    let mut read = PipArguments::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let parts = argument
            .split_once('=')
            .filter(|_| argument.starts_with("--"));
        let (option, inline) = match parts {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || inline.clone().or_else(|| rest.next().cloned());
        match meaning(option) {
            Some(Meaning::One(key)) => {
                if let Some(value) = value() {
                    read.options.insert(key.to_owned(), value.into());
                }
            }
            Some(Meaning::Many(key)) => {
                let none = || toml::Value::Array(Vec::new());
                let list = read.options.entry(key).or_insert_with(none);
                if let (Some(value), Some(list)) = (value(), list.as_array_mut()) {
                    list.push(value.into());
                }
            }
            Some(Meaning::Flag(key)) => {
                read.options.insert(key.to_owned(), true.into());
            }
            Some(Meaning::Editable) => read.is_editable = true,
            Some(Meaning::Nothing) => {}
            None => read.problems.push(format!("`{argument}` for pip")),
        }
    }
    read
}
