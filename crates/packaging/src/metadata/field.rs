//! The fields of core metadata: their names, since when they exist, and which may be repeated.
//!
//! Follows "Core metadata specifications", 1.0 to 2.6.

use std::fmt;
use std::str::FromStr;

use super::MetadataVersion;

macro_rules! fields {
    ($($variant:ident $name:literal ($major:literal, $minor:literal) $repeated:literal,)+) => {
        /// A field of core metadata, in the order in which files are written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )+
        }

        impl Field {
            /// All fields.
            pub const ALL: &'static [Field] = &[$(Field::$variant),+];

            /// The name as the specification writes it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Field::$variant => $name,)+
                }
            }

            /// The metadata version that brought the field.
            pub fn added(self) -> MetadataVersion {
                match self {
                    $(Field::$variant => MetadataVersion::new($major, $minor),)+
                }
            }

            /// Whether the field may stand several times.
            pub fn is_repeated(self) -> bool {
                match self {
                    $(Field::$variant => $repeated,)+
                }
            }
        }
    };
}

fields! {
    MetadataVersion "Metadata-Version" (1, 0) false,
    Name "Name" (1, 0) false,
    Version "Version" (1, 0) false,
    Dynamic "Dynamic" (2, 2) true,
    Platform "Platform" (1, 0) true,
    SupportedPlatform "Supported-Platform" (1, 1) true,
    Summary "Summary" (1, 0) false,
    Description "Description" (1, 0) false,
    DescriptionContentType "Description-Content-Type" (2, 1) false,
    Keywords "Keywords" (1, 0) false,
    HomePage "Home-page" (1, 0) false,
    DownloadUrl "Download-URL" (1, 1) false,
    Author "Author" (1, 0) false,
    AuthorEmail "Author-email" (1, 0) false,
    Maintainer "Maintainer" (1, 2) false,
    MaintainerEmail "Maintainer-email" (1, 2) false,
    License "License" (1, 0) false,
    LicenseExpression "License-Expression" (2, 4) false,
    LicenseFile "License-File" (2, 4) true,
    Classifier "Classifier" (1, 1) true,
    RequiresDist "Requires-Dist" (1, 2) true,
    RequiresPython "Requires-Python" (1, 2) false,
    RequiresExternal "Requires-External" (1, 2) true,
    ProjectUrl "Project-URL" (1, 2) true,
    ProvidesExtra "Provides-Extra" (2, 1) true,
    ProvidesDist "Provides-Dist" (1, 2) true,
    ObsoletesDist "Obsoletes-Dist" (1, 2) true,
    ImportName "Import-Name" (2, 5) true,
    ImportNamespace "Import-Namespace" (2, 5) true,
    Requires "Requires" (1, 1) true,
    Provides "Provides" (1, 1) true,
    Obsoletes "Obsoletes" (1, 1) true,
}

impl Field {
    /// The field of a name in any case.
    pub fn from_name(name: &str) -> Option<Field> {
        let fields = Field::ALL.iter().copied();
        fields
            .into_iter()
            .find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether the field may be named in `Dynamic`: all but the three that say which release it is.
    pub fn may_be_dynamic(self) -> bool {
        !matches!(self, Field::MetadataVersion | Field::Name | Field::Version)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is none of core metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no field of core metadata")]
pub struct UnknownField(pub String);

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Field::from_name(name).ok_or_else(|| UnknownField(name.to_owned()))
    }
}
