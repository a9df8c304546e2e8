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

/// The code of a rule. A new rule gets one here, and its text in [`crate::explain`].
pub(crate) fn code_of(rule: Rule) -> Code {
    match rule {
        Rule::Archive => Code::CheckArchive,
        Rule::FileName => Code::CheckFileName,
        Rule::FileNameSpelling => Code::CheckFileNameSpelling,
        Rule::OtherRelease => Code::CheckOtherRelease,
        Rule::MetadataUnusable => Code::CheckMetadataUnusable,
        Rule::MetadataField => Code::CheckMetadataField,
        Rule::MetadataFieldTooNew => Code::CheckMetadataFieldTooNew,
        Rule::StableAbi => Code::CheckStableAbi,
        Rule::LicenseClassifier => Code::CheckLicenseClassifier,
        Rule::Record => Code::CheckRecord,
        Rule::RecordTidy => Code::CheckRecordTidy,
        Rule::WheelFile => Code::CheckWheelFile,
        Rule::EntryPoints => Code::CheckEntryPoints,
        Rule::DescriptionFile => Code::CheckDescriptionFile,
        Rule::LicenseFile => Code::CheckLicenseFile,
        Rule::DescriptionMissing => Code::CheckDescriptionMissing,
        Rule::ContentTypeMissing => Code::CheckContentTypeMissing,
        Rule::DescriptionMarkup => Code::CheckDescriptionMarkup,
        Rule::DescriptionNotRendered => Code::CheckDescriptionNotRendered,
        Rule::DirectUrl => Code::CheckDirectUrl,
        Rule::LocalVersion => Code::CheckLocalVersion,
        Rule::PrivateClassifier => Code::CheckPrivateClassifier,
        Rule::PkgInfoMissing => Code::CheckPkgInfoMissing,
        Rule::BuildSystemMissing => Code::CheckBuildSystemMissing,
        Rule::TagsDiffer => Code::CheckTagsDiffer,
        Rule::BinaryInPureWheel => Code::CheckBinaryInPureWheel,
        Rule::NoBinaryInPlatformWheel => Code::CheckNoBinaryInPlatformWheel,
        Rule::ExtensionForOther => Code::CheckExtensionForOther,
        Rule::CompiledForOther => Code::CheckCompiledForOther,
        Rule::CompiledForNewer => Code::CheckCompiledForNewer,
        Rule::LinuxPlatform => Code::CheckLinuxPlatform,
        Rule::Bytecode => Code::CheckBytecode,
        Rule::DuplicateContents => Code::CheckDuplicateContents,
        Rule::TopLevelFile => Code::CheckTopLevelFile,
        Rule::NotImportable => Code::CheckNotImportable,
        Rule::CommonName => Code::CheckCommonName,
        Rule::TopLevelInit => Code::CheckTopLevelInit,
        Rule::EmptyLibrary => Code::CheckEmptyLibrary,
        Rule::EmptyWheel => Code::CheckEmptyWheel,
        Rule::SeveralTopLevels => Code::CheckSeveralTopLevels,
        Rule::FolderWithoutModules => Code::CheckFolderWithoutModules,
        Rule::TopLevelNames => Code::CheckTopLevelNames,
        Rule::InitMissing => Code::CheckInitMissing,
        Rule::PthFile => Code::CheckPthFile,
        Rule::UnwantedFile => Code::CheckUnwantedFile,
        Rule::InstallerFile => Code::CheckInstallerFile,
        Rule::NamePortable => Code::CheckNamePortable,
        Rule::MetadataDiffers => Code::CheckMetadataDiffers,
        Rule::WheelsDiffer => Code::CheckWheelsDiffer,
        Rule::ModuleNotInWheel => Code::CheckModuleNotInWheel,
        Rule::ModuleNotInSdist => Code::CheckModuleNotInSdist,
        Rule::PyProject => Code::CheckPyProject,
        Rule::PyProjectTool => Code::CheckPyProjectTool,
        Rule::ClassifierUnknown => Code::CheckClassifierUnknown,
        Rule::ClassifierDeprecated => Code::CheckClassifierDeprecated,
        Rule::LicenseTable => Code::CheckLicenseTable,
        Rule::LicenseMissing => Code::CheckLicenseMissing,
        Rule::NameSpelling => Code::CheckNameSpelling,
        Rule::PythonUpperBound => Code::CheckPythonUpperBound,
        Rule::PythonUnstated => Code::CheckPythonUnstated,
        Rule::SummaryMissing => Code::CheckSummaryMissing,
        Rule::UrlsMissing => Code::CheckUrlsMissing,
        Rule::SetupKeyword => Code::CheckSetupKeyword,
        Rule::SetupSpelling => Code::CheckSetupSpelling,
        Rule::PkgResources => Code::CheckPkgResources,
        Rule::Distutils => Code::CheckDistutils,
        Rule::NotInSdist => Code::CheckNotInSdist,
        Rule::NotInVersionControl => Code::CheckNotInVersionControl,
    }
}
