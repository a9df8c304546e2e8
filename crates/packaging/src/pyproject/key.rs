//! The keys of `[project]`.

use std::fmt;
use std::str::FromStr;

use crate::metadata::Field;

macro_rules! keys {
    ($($variant:ident $name:literal $open:literal [$($field:ident),*],)+) => {
        /// A key of `[project]`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProjectKey {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )+
        }

        impl ProjectKey {
            /// All keys.
            pub const ALL: &'static [ProjectKey] = &[$(ProjectKey::$variant),+];

            /// The key as the specification writes it.
            pub fn name(self) -> &'static str {
                match self {
                    $(ProjectKey::$variant => $name,)+
                }
            }

            /// Whether the key may have a value and be dynamic too, so that a build may add to it
            /// (PEP 808): lists, and tables with any keys.
            pub fn may_be_static_and_dynamic(self) -> bool {
                match self {
                    $(ProjectKey::$variant => $open,)+
                }
            }

            /// The fields of core metadata that the key becomes.
            pub fn fields(self) -> &'static [Field] {
                match self {
                    $(ProjectKey::$variant => &[$(Field::$field),*],)+
                }
            }
        }
    };
}

keys! {
    Name "name" false [Name],
    Version "version" false [Version],
    Description "description" false [Summary],
    Readme "readme" false [Description, DescriptionContentType],
    RequiresPython "requires-python" false [RequiresPython],
    License "license" false [License, LicenseExpression],
    LicenseFiles "license-files" true [LicenseFile],
    Authors "authors" true [Author, AuthorEmail],
    Maintainers "maintainers" true [Maintainer, MaintainerEmail],
    Keywords "keywords" true [Keywords],
    Classifiers "classifiers" true [Classifier],
    Urls "urls" true [ProjectUrl],
    Scripts "scripts" true [],
    GuiScripts "gui-scripts" true [],
    EntryPoints "entry-points" true [],
    Dependencies "dependencies" true [RequiresDist],
    OptionalDependencies "optional-dependencies" true [ProvidesExtra, RequiresDist],
    ImportNames "import-names" true [ImportName],
    ImportNamespaces "import-namespaces" true [ImportNamespace],
    Dynamic "dynamic" false [],
}

impl fmt::Display for ProjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is no key of `[project]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key of `[project]`")]
pub struct UnknownProjectKey(pub String);

impl FromStr for ProjectKey {
    type Err = UnknownProjectKey;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut keys = ProjectKey::ALL.iter().copied();
        keys.find(|key| key.name() == name)
            .ok_or_else(|| UnknownProjectKey(name.to_owned()))
    }
}
