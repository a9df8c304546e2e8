//! Pairs of options that take each other back: `--no-binary` and `--only-binary`, `--all-releases`
//! and `--only-final`. As with pip their order counts: each word undoes what stands before it.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use tilsit_packaging::requirements_file::ReleaseControl;

use crate::configuration::Settings;

/// Every project.
const ALL: &str = ":all:";
/// Forgets what the same option said before.
const NONE: &str = ":none:";

/// What both options of a pair say, in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    first: BTreeSet<String>,
    second: BTreeSet<String>,
}

impl Pair {
    /// Takes the value of one option: names with commas between them, `:all:`, `:none:`.
    pub(crate) fn say(&mut self, is_first: bool, value: &str) {
        let (own, other) = if is_first {
            (&mut self.first, &mut self.second)
        } else {
            (&mut self.second, &mut self.first)
        };
        for word in value
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            match word {
                ALL => {
                    own.clear();
                    other.clear();
                    own.insert(ALL.to_owned());
                }
                NONE => own.clear(),
                name => {
                    other.remove(name);
                    own.insert(name.to_owned());
                }
            }
        }
    }

    /// Takes the settings of both options, from one place. There they have no order: what is said
    /// of single projects counts more than what is said of all.
    pub(crate) fn say_settings(&mut self, first: Option<&[String]>, second: Option<&[String]>) {
        let sides = [(true, first), (false, second)];
        let mut words: Vec<(bool, &str)> = sides
            .into_iter()
            .flat_map(|(is_first, values)| {
                let values = values.unwrap_or_default().iter();
                let words = values.flat_map(|value| value.split(',').map(str::trim));
                words.map(move |word| (is_first, word))
            })
            .collect();
        words.sort_by_key(|(_, word)| !matches!(*word, ALL | NONE));
        for (is_first, word) in words {
            self.say(is_first, word);
        }
    }

    /// Takes the words of one option of a requirements file.
    pub(crate) fn say_all(&mut self, is_first: bool, words: &[ReleaseControl]) {
        for word in words {
            match word {
                ReleaseControl::All => self.say(is_first, ALL),
                ReleaseControl::None => self.say(is_first, NONE),
                ReleaseControl::Project(name) => self.say(is_first, name.as_str()),
            }
        }
    }

    /// What each option says, as a setting.
    pub(crate) fn words(&self) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let some = |words: &BTreeSet<String>| {
            (!words.is_empty()).then(|| words.iter().cloned().collect::<Vec<String>>())
        };
        (some(&self.first), some(&self.second))
    }

    /// The modes of pre-releases that a pair about them means: of all projects, and of single ones.
    pub(crate) fn prereleases(&self) -> (Option<String>, BTreeMap<String, String>) {
        let mut all = None;
        let mut single = BTreeMap::new();
        for (words, mode) in [(&self.first, "allow"), (&self.second, "disallow")] {
            for word in words {
                if word == ALL {
                    all = Some(mode.to_owned());
                } else {
                    single.insert(word.clone(), mode.to_owned());
                }
            }
        }
        (all, single)
    }
}

/// Which files and which releases of which projects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    /// `--no-binary`, `--only-binary`.
    pub(crate) formats: Pair,
    /// `--all-releases`, `--only-final`.
    pub(crate) releases: Pair,
}

impl Controls {
    /// The settings with what these options say.
    pub(crate) fn put_into(&self, settings: &mut Settings) {
        (settings.no_binary, settings.only_binary) = self.formats.words();
        (settings.all_releases, settings.only_final) = self.releases.words();
    }
}

/// The options: name, help, whether it is the first of its pair.
const OPTIONS: [(&str, &str, bool); 4] = [
    (
        "no-binary",
        "Take no wheels of this project; `:all:` for every project",
        true,
    ),
    (
        "only-binary",
        "Take only wheels of this project; `:all:` for every project",
        false,
    ),
    (
        "all-releases",
        "Take pre-releases of this project too; `:all:` for every project",
        true,
    ),
    (
        "only-final",
        "Take no pre-releases of this project; `:all:` for every project",
        false,
    ),
];

impl Args for Controls {
    fn augment_args(command: Command) -> Command {
        command.args(OPTIONS.map(|(name, help, _)| {
            Arg::new(name)
                .long(name)
                .help(help)
                .value_name("PROJECT")
                .action(ArgAction::Append)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Controls {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut said = Vec::new();
        for (name, _, is_first) in OPTIONS {
            let values = matches.get_many::<String>(name).into_iter().flatten();
            let places = matches.indices_of(name).into_iter().flatten();
            said.extend(
                places
                    .zip(values)
                    .map(|(place, value)| (place, name.ends_with("binary"), is_first, value)),
            );
        }
        said.sort_unstable();
        let mut controls = Self::default();
        for (_, is_about_files, is_first, value) in said {
            let pair = if is_about_files {
                &mut controls.formats
            } else {
                &mut controls.releases
            };
            pair.say(is_first, value);
        }
        Ok(controls)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(line: &str) -> (Vec<String>, Vec<String>) {
        let command = Controls::augment_args(Command::new("test"));
        let words = std::iter::once("test").chain(line.split_whitespace());
        let matches = command.get_matches_from(words);
        let controls = Controls::from_arg_matches(&matches).expect("they are there");
        let (no, only) = controls.formats.words();
        (no.unwrap_or_default(), only.unwrap_or_default())
    }

    #[test]
    fn later_words_take_earlier_ones_back() {
        let (no, only) = formats("--only-binary=:all: --no-binary=a,b");
        assert_eq!(no, ["a", "b"]);
        assert_eq!(only, [":all:"]);
        let (no, only) = formats("--no-binary=a --only-binary=:all:");
        assert!(no.is_empty());
        assert_eq!(only, [":all:"]);
        let (no, only) = formats("--no-binary=a,b --only-binary=a --no-binary=:none:,c");
        assert_eq!(no, ["c"]);
        assert_eq!(only, ["a"]);
    }

    #[test]
    fn what_options_say_comes_through_settings() {
        let mut options = Pair::default();
        options.say(false, ":all:");
        options.say(true, "app");
        let (first, second) = options.words();
        let mut pair = Pair::default();
        pair.say_settings(first.as_deref(), second.as_deref());
        assert_eq!(pair, options);
    }

    #[test]
    fn releases_become_modes() {
        let mut pair = Pair::default();
        pair.say(true, ":all:");
        pair.say(false, "app");
        let (all, single) = pair.prereleases();
        assert_eq!(all.as_deref(), Some("allow"));
        assert_eq!(single["app"], "disallow");
    }
}
