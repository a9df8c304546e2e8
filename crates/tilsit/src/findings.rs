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
    ($($rule:ident => $code:path,)+) => {
        /// The code of a rule. A new rule gets one here, and its text in [`crate::explain`].
        pub(crate) fn code_of(rule: Rule) -> Code {
            match rule {
                $(Rule::$rule => $code,)+
            }
        }
    };
}

codes! {
    Archive => Code::CheckArchive,
    FileName => Code::CheckFileName,
    FileNameSpelling => Code::CheckFileNameSpelling,
    OtherRelease => Code::CheckOtherRelease,
    MetadataUnusable => Code::CheckMetadataUnusable,
    MetadataField => Code::CheckMetadataField,
    MetadataFieldTooNew => Code::CheckMetadataFieldTooNew,
    StableAbi => Code::CheckStableAbi,
    LicenseClassifier => Code::CheckLicenseClassifier,
    Record => Code::CheckRecord,
    RecordTidy => Code::CheckRecordTidy,
    WheelFile => Code::CheckWheelFile,
    EntryPoints => Code::CheckEntryPoints,
    DescriptionFile => Code::CheckDescriptionFile,
    LicenseFile => Code::CheckLicenseFile,
    DescriptionMissing => Code::CheckDescriptionMissing,
    ContentTypeMissing => Code::CheckContentTypeMissing,
    DescriptionMarkup => Code::CheckDescriptionMarkup,
    DescriptionNotRendered => Code::CheckDescriptionNotRendered,
    DirectUrl => Code::CheckDirectUrl,
    LocalVersion => Code::CheckLocalVersion,
    PrivateClassifier => Code::CheckPrivateClassifier,
    PkgInfoMissing => Code::CheckPkgInfoMissing,
    BuildSystemMissing => Code::CheckBuildSystemMissing,
    TagsDiffer => Code::CheckTagsDiffer,
    BinaryInPureWheel => Code::CheckBinaryInPureWheel,
    NoBinaryInPlatformWheel => Code::CheckNoBinaryInPlatformWheel,
    ExtensionForOther => Code::CheckExtensionForOther,
    CompiledForOther => Code::CheckCompiledForOther,
    CompiledForNewer => Code::CheckCompiledForNewer,
    LinuxPlatform => Code::CheckLinuxPlatform,
    Bytecode => Code::CheckBytecode,
    DuplicateContents => Code::CheckDuplicateContents,
    TopLevelFile => Code::CheckTopLevelFile,
    NotImportable => Code::CheckNotImportable,
    CommonName => Code::CheckCommonName,
    TopLevelInit => Code::CheckTopLevelInit,
    EmptyLibrary => Code::CheckEmptyLibrary,
    EmptyWheel => Code::CheckEmptyWheel,
    SeveralTopLevels => Code::CheckSeveralTopLevels,
    FolderWithoutModules => Code::CheckFolderWithoutModules,
    TopLevelNames => Code::CheckTopLevelNames,
    InitMissing => Code::CheckInitMissing,
    PthFile => Code::CheckPthFile,
    UnwantedFile => Code::CheckUnwantedFile,
    InstallerFile => Code::CheckInstallerFile,
    NamePortable => Code::CheckNamePortable,
    MetadataDiffers => Code::CheckMetadataDiffers,
    WheelsDiffer => Code::CheckWheelsDiffer,
    ModuleNotInWheel => Code::CheckModuleNotInWheel,
    ModuleNotInSdist => Code::CheckModuleNotInSdist,
    PyProject => Code::CheckPyProject,
    PyProjectTool => Code::CheckPyProjectTool,
    ToolKeyRefused => Code::CheckToolKeyRefused,
    ToolKeyUnknown => Code::CheckToolKeyUnknown,
    BuildRequirementNeedless => Code::CheckBuildRequirementNeedless,
    ClassifierUnknown => Code::CheckClassifierUnknown,
    ClassifierDeprecated => Code::CheckClassifierDeprecated,
    LicenseTable => Code::CheckLicenseTable,
    LicenseMissing => Code::CheckLicenseMissing,
    NameSpelling => Code::CheckNameSpelling,
    PythonUpperBound => Code::CheckPythonUpperBound,
    PythonUnstated => Code::CheckPythonUnstated,
    SummaryMissing => Code::CheckSummaryMissing,
    UrlsMissing => Code::CheckUrlsMissing,
    SetupKeyword => Code::CheckSetupKeyword,
    SetupSpelling => Code::CheckSetupSpelling,
    PkgResources => Code::CheckPkgResources,
    Distutils => Code::CheckDistutils,
    NotInSdist => Code::CheckNotInSdist,
    NotInVersionControl => Code::CheckNotInVersionControl,
}
