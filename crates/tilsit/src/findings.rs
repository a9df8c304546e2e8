//! What is wrong with distribution files, as people and programs read it: each finding with the code
//! that `tilsit explain` knows.

use serde::Serialize;
use tilsit_dist::{Finding, Rule, Severity};

use crate::explain::Code;
use crate::terminal::{DIM, ERROR, STRONG, WARNING};

/// A finding for programs.
#[derive(Serialize)]
pub(crate) struct FindingEntry {
    code: &'static str,
    severity: &'static str,
    /// The file inside the distribution; nothing when it is about all of it.
    place: Option<String>,
    line: Option<usize>,
    /// The field or the path that is meant.
    subject: Option<String>,
    reason: String,
    /// Whether it can be mended: `safe` or `unsafe`.
    fix: Option<&'static str>,
}

impl FindingEntry {
    pub(crate) fn of(finding: &Finding) -> Self {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            code: code_of(finding.rule).id(),
            severity: finding.severity().name(),
            place: given(&finding.file),
            line: finding.problem.line,
            subject: given(&finding.problem.subject),
            reason: finding.problem.reason.clone(),
            fix: finding
                .fix
                .as_ref()
                .map(|fix| if fix.is_safe { "safe" } else { "unsafe" }),
        }
    }
}

/// One line for people, which starts with the file.
pub(crate) fn line(file: &str, finding: &Finding) -> String {
    let style = match finding.severity() {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
    };
    let severity = finding.severity().name();
    let code = code_of(finding.rule).id();
    format!("{STRONG}{file}{STRONG:#}: {style}{severity}{style:#} {DIM}{code}{DIM:#}: {finding}")
}

macro_rules! codes {
    ($($rule:ident $code:ident,)+) => {
        /// The code of a rule. A new rule gets one here, and its text in [`crate::explain`].
        pub(crate) fn code_of(rule: Rule) -> Code {
            match rule {
                $(Rule::$rule => Code::$code,)+
            }
        }
    };
}

codes! {
    Archive CheckArchive,
    FileName CheckFileName,
    FileNameSpelling CheckFileNameSpelling,
    OtherRelease CheckOtherRelease,
    MetadataUnusable CheckMetadataUnusable,
    MetadataField CheckMetadataField,
    MetadataFieldTooNew CheckMetadataFieldTooNew,
    StableAbi CheckStableAbi,
    LicenseClassifier CheckLicenseClassifier,
    Record CheckRecord,
    RecordTidy CheckRecordTidy,
    WheelFile CheckWheelFile,
    EntryPoints CheckEntryPoints,
    DescriptionFile CheckDescriptionFile,
    LicenseFile CheckLicenseFile,
    DescriptionMissing CheckDescriptionMissing,
    ContentTypeMissing CheckContentTypeMissing,
    DescriptionMarkup CheckDescriptionMarkup,
    DescriptionNotRendered CheckDescriptionNotRendered,
    DirectUrl CheckDirectUrl,
    LocalVersion CheckLocalVersion,
    PrivateClassifier CheckPrivateClassifier,
    PkgInfoMissing CheckPkgInfoMissing,
    BuildSystemMissing CheckBuildSystemMissing,
    TagsDiffer CheckTagsDiffer,
    BinaryInPureWheel CheckBinaryInPureWheel,
    NoBinaryInPlatformWheel CheckNoBinaryInPlatformWheel,
    ExtensionForOther CheckExtensionForOther,
    CompiledForOther CheckCompiledForOther,
    CompiledForNewer CheckCompiledForNewer,
    LinuxPlatform CheckLinuxPlatform,
    Bytecode CheckBytecode,
    DuplicateContents CheckDuplicateContents,
    TopLevelFile CheckTopLevelFile,
    NotImportable CheckNotImportable,
    CommonName CheckCommonName,
    TopLevelInit CheckTopLevelInit,
    EmptyLibrary CheckEmptyLibrary,
    EmptyWheel CheckEmptyWheel,
    SeveralTopLevels CheckSeveralTopLevels,
    FolderWithoutModules CheckFolderWithoutModules,
    TopLevelNames CheckTopLevelNames,
    InitMissing CheckInitMissing,
    PthFile CheckPthFile,
    UnwantedFile CheckUnwantedFile,
    InstallerFile CheckInstallerFile,
    NamePortable CheckNamePortable,
    MetadataDiffers CheckMetadataDiffers,
    WheelsDiffer CheckWheelsDiffer,
    ModuleNotInWheel CheckModuleNotInWheel,
    ModuleNotInSdist CheckModuleNotInSdist,
    PyProject CheckPyProject,
    PyProjectTool CheckPyProjectTool,
    ToolKeyRefused CheckToolKeyRefused,
    ToolKeyUnknown CheckToolKeyUnknown,
    BuildRequirementNeedless CheckBuildRequirementNeedless,
    ClassifierUnknown CheckClassifierUnknown,
    ClassifierDeprecated CheckClassifierDeprecated,
    LicenseTable CheckLicenseTable,
    LicenseMissing CheckLicenseMissing,
    NameSpelling CheckNameSpelling,
    PythonUpperBound CheckPythonUpperBound,
    PythonUnstated CheckPythonUnstated,
    SummaryMissing CheckSummaryMissing,
    UrlsMissing CheckUrlsMissing,
    SetupKeyword CheckSetupKeyword,
    SetupSpelling CheckSetupSpelling,
    PkgResources CheckPkgResources,
    Distutils CheckDistutils,
    NotInSdist CheckNotInSdist,
    NotInVersionControl CheckNotInVersionControl,
}
