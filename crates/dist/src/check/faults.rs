//! What makes a distribution unsound, as a finding.

use crate::finding::Finding;
use crate::rule::Rule;
use crate::sdist::SdistFault;
use crate::wheel::WheelFault;

pub(super) fn of_wheel(fault: &WheelFault) -> Finding {
    let (rule, file) = match fault {
        WheelFault::FileName(_) => (Rule::FileName, ""),
        WheelFault::OtherRelease { .. } => (Rule::OtherRelease, ""),
        WheelFault::Metadata(_) => (Rule::MetadataUnusable, "METADATA"),
        WheelFault::WheelFile(_) => (Rule::WheelFile, "WHEEL"),
        WheelFault::Record(_) | WheelFault::Listing { .. } => (Rule::Record, "RECORD"),
        WheelFault::EntryPoints(_) => (Rule::EntryPoints, "entry_points.txt"),
        WheelFault::Missing(path) => match path.rsplit('/').next() {
            Some("METADATA") => (Rule::MetadataUnusable, ""),
            Some("WHEEL") => (Rule::WheelFile, ""),
            _ => (Rule::Record, ""),
        },
        WheelFault::File(_)
        | WheelFault::Zip(_)
        | WheelFault::DistInfo { .. }
        | WheelFault::Path { .. } => (Rule::Archive, ""),
    };
    Finding::new(rule, file, "", fault.to_string())
}

pub(super) fn of_sdist(fault: &SdistFault) -> Finding {
    let (rule, file) = match fault {
        SdistFault::FileName(_) => (Rule::FileName, ""),
        SdistFault::OtherRelease { .. } => (Rule::OtherRelease, ""),
        SdistFault::Metadata(_) => (Rule::MetadataUnusable, "PKG-INFO"),
        SdistFault::File(_)
        | SdistFault::Tar(_)
        | SdistFault::Zip(_)
        | SdistFault::TopFolder { .. }
        | SdistFault::Empty
        | SdistFault::TooLarge(_) => (Rule::Archive, ""),
    };
    Finding::new(rule, file, "", fault.to_string())
}
