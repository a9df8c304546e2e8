//! The rules that a distribution can break, and how much each matters.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It works, and may surprise somebody.
    Warning,
    /// An index refuses the file, an installer does, or what is installed does not work.
    Error,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])+ $name:ident $severity:ident,)+) => {
        /// A rule that a distribution breaks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])+ $name,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// How much breaking it matters.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }
        }
    };
}

rules! {
    /// The archive can be read in one way only, holds what a distribution holds, and nothing that
    /// leads out of it.
    Archive Error,
    /// The file's name is one that a distribution may have.
    FileName Error,
    /// The file's name is spelled as the standard has it.
    FileNameSpelling Warning,
    /// The file's name and its contents are of one release.
    OtherRelease Error,
    /// The metadata says which release it is.
    MetadataUnusable Error,
    /// Each field of the metadata has a valid value.
    MetadataField Error,
    /// License files are named by metadata whose version knows them; other fields that are newer than
    /// their metadata are not valid.
    MetadataFieldTooNew Warning,
    /// A license expression stands alone (PEP 639).
    LicenseClassifier Warning,
    /// RECORD lists each file with its hash and size.
    Record Error,
    /// RECORD lists files alone, and each once.
    RecordTidy Warning,
    /// WHEEL says which format the wheel has.
    WheelFile Error,
    /// Entry points can be used.
    EntryPoints Error,
    /// Files that describe the distribution have nothing odd in them.
    DescriptionFile Warning,
    /// The license files that the metadata names are there.
    LicenseFile Error,
    /// There is a description.
    DescriptionMissing Warning,
    /// The markup of the description is named.
    ContentTypeMissing Warning,
    /// The description is in the markup that is named.
    DescriptionMarkup Warning,
    /// An index can show the description.
    DescriptionNotRendered Error,
    /// Requirements name projects, not places.
    DirectUrl Warning,
    /// The version is not one for local builds.
    LocalVersion Warning,
    /// The metadata does not forbid publishing.
    PrivateClassifier Warning,
    /// An sdist has PKG-INFO.
    PkgInfoMissing Error,
    /// An sdist says how it is built.
    BuildSystemMissing Warning,
    /// The tags in WHEEL are those of the file name.
    TagsDiffer Error,
    /// A wheel for every platform has no compiled code.
    BinaryInPureWheel Error,
    /// A wheel for one platform has compiled code.
    NoBinaryInPlatformWheel Warning,
    /// Compiled modules are for the Pythons that the wheel is for.
    ExtensionForOther Error,
    /// Compiled files are for the machines and systems that the tags name.
    CompiledForOther Error,
    /// Compiled files do not need a newer system than the tags name.
    CompiledForNewer Warning,
    /// Modules for the stable ABI want only what all Pythons have that the wheel is for.
    StableAbi Error,
    /// The platform is one that says what it needs.
    LinuxPlatform Warning,
    /// There are no modules compiled to bytecode.
    Bytecode Warning,
    /// No two modules are alike.
    DuplicateContents Warning,
    /// What lies beside the packages can be imported.
    TopLevelFile Warning,
    /// Modules lie where they can be imported.
    NotImportable Warning,
    /// The top-level names are the project's own.
    CommonName Warning,
    /// `__init__.py` lies in a package.
    TopLevelInit Warning,
    /// The wheel installs something that can be imported.
    EmptyLibrary Warning,
    /// The wheel installs something.
    EmptyWheel Warning,
    /// The wheel has one top-level name.
    SeveralTopLevels Warning,
    /// A top-level folder has modules.
    FolderWithoutModules Warning,
    /// The top-level names that are stated are those that are there.
    TopLevelNames Warning,
    /// Folders of a package that have modules have `__init__.py`.
    InitMissing Warning,
    /// No code runs at each start of Python.
    PthFile Warning,
    /// Nothing is left behind by tools, and no secret.
    UnwantedFile Warning,
    /// Installers write their own files.
    InstallerFile Warning,
    /// Names are kept apart on every system.
    NamePortable Warning,
    /// A wheel says what the sdist of its release promises (PEP 643).
    MetadataDiffers Error,
    /// The wheels of a release say the same.
    WheelsDiffer Warning,
    /// The wheel has the modules of the sdist.
    ModuleNotInWheel Warning,
    /// The sdist has the modules of the wheel.
    ModuleNotInSdist Warning,
    /// pyproject.toml keeps to its specifications.
    PyProject Error,
    /// The tables of tools have the keys and values that the tools take.
    PyProjectTool Error,
    /// Tools that stop at what they do not know find nothing of it in their tables.
    ToolKeyRefused Error,
    /// The other tools, too.
    ToolKeyUnknown Warning,
    /// No build requirement is one that the backend asks for by itself.
    BuildRequirementNeedless Warning,
    /// Each classifier exists.
    ClassifierUnknown Error,
    /// No classifier is deprecated.
    ClassifierDeprecated Warning,
    /// The license is an SPDX expression (PEP 639).
    LicenseTable Warning,
    /// There is a license.
    LicenseMissing Warning,
    /// The name is written as it is normalised.
    NameSpelling Warning,
    /// Pythons to come are not shut out.
    PythonUpperBound Warning,
    /// The supported Pythons are stated.
    PythonUnstated Warning,
    /// There is a description of one line.
    SummaryMissing Warning,
    /// There are URLs.
    UrlsMissing Warning,
    /// Arguments of `setup()` are those that setuptools still has.
    SetupKeyword Warning,
    /// Keys of setup.cfg are spelled as setuptools will have them.
    SetupSpelling Warning,
    /// `pkg_resources` is not used.
    PkgResources Warning,
    /// `distutils` is not used.
    Distutils Warning,
    /// What is under version control is in the sdist.
    NotInSdist Warning,
    /// What is in the sdist is under version control.
    NotInVersionControl Warning,
}
