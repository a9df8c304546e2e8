//! What the launcher is told: a plan, which travels as arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::limits::Limits;

/// The argument that makes a launcher of the program.
pub(crate) const OUTSIDE: &str = "--tilsit-sandbox-launcher";

/// The argument of the launcher for the first process inside.
#[cfg(target_os = "linux")]
pub(crate) const INSIDE: &str = "--tilsit-sandbox-first-process";

/// What is to be run, and what it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Where the report is written.
    pub(crate) report: PathBuf,
    /// In which folder the program starts.
    pub(crate) folder: PathBuf,
    /// What may be written.
    pub(crate) writable: Vec<PathBuf>,
    /// What may be read although it lies in what is hidden, or in what may be written.
    pub(crate) readable: Vec<PathBuf>,
    /// What is not there.
    pub(crate) hidden: Vec<PathBuf>,
    pub(crate) limits: Limits,
    /// The program and its arguments.
    pub(crate) command: Vec<OsString>,
}

impl Plan {
    pub(crate) fn to_arguments(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        let mut say = |key: &str, value: OsString| {
            words.push(key.into());
            words.push(value);
        };
        say("report", self.report.clone().into());
        say("folder", self.folder.clone().into());
        let lists = [
            ("writable", &self.writable),
            ("readable", &self.readable),
            ("hidden", &self.hidden),
        ];
        for (key, paths) in lists {
            for path in paths {
                say(key, path.clone().into());
            }
        }
        let limits = &self.limits;
        say("milliseconds", limits.time.as_millis().to_string().into());
        say("memory", limits.memory_bytes.to_string().into());
        say("processes", limits.processes.to_string().into());
        say("file", limits.file_bytes.to_string().into());
        words.push("run".into());
        words.extend(self.command.iter().cloned());
        words
    }

    /// The plan that arguments say; none when they are no plan.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_arguments(words: &mut dyn Iterator<Item = OsString>) -> Option<Self> {
        let mut plan = Self::default();
        loop {
            let key = words.next()?;
            if key == "run" {
                break;
            }
            let value = words.next()?;
            let number = || value.to_str().and_then(|text| text.parse::<u64>().ok());
            let limits = &mut plan.limits;
            match key.to_str()? {
                "report" => plan.report = value.into(),
                "folder" => plan.folder = value.into(),
                "writable" => plan.writable.push(value.into()),
                "readable" => plan.readable.push(value.into()),
                "hidden" => plan.hidden.push(value.into()),
                "milliseconds" => limits.time = Duration::from_millis(number()?),
                "memory" => limits.memory_bytes = number()?,
                "processes" => limits.processes = u32::try_from(number()?).ok()?,
                "file" => limits.file_bytes = number()?,
                _ => return None,
            }
        }
        plan.command = words.collect();
        (!plan.command.is_empty()).then_some(plan)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_the_way_through_arguments() {
        let plan = Plan {
            report: "/r".into(),
            folder: "/run".into(),
            writable: vec!["/a b".into(), "run".into()],
            readable: vec!["/c".into()],
            hidden: vec!["/home".into()],
            limits: Limits::default(),
            command: vec!["python".into(), "run".into(), "-c".into()],
        };
        let mut words = plan.to_arguments().into_iter();
        assert_eq!(Plan::of_arguments(&mut words), Some(plan));
        assert_eq!(Plan::of_arguments(&mut ["run".into()].into_iter()), None);
        let unknown: [OsString; 4] = ["odd", "1", "run", "x"].map(Into::into);
        assert_eq!(Plan::of_arguments(&mut unknown.into_iter()), None);
    }
}
