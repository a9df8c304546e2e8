//! How a plan reads: one line for each distribution, with `{:#}` one for each file.

use std::fmt::{Display, Formatter, Result};

use super::InstallPlan;

impl Display for InstallPlan {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let all = formatter.alternate();
        for (name, version) in &self.unchanged {
            writeln!(formatter, "= {name} {version}")?;
        }
        for removal in &self.removals {
            let (name, version) = (&removal.name, &removal.version);
            let files = count(removal.files.len(), "file");
            writeln!(formatter, "- {name} {version} ({files})")?;
            for path in removal.files.iter().filter(|_| all) {
                writeln!(formatter, "    - {}", path.display())?;
            }
            for path in &removal.left_alone {
                let path = path.escape_debug();
                writeln!(formatter, "    left alone, not of this environment: {path}")?;
            }
        }
        for wheel in &self.installs {
            let (name, version) = (&wheel.name, &wheel.version);
            let files = count(wheel.file_count(), "file");
            writeln!(formatter, "+ {name} {version} ({files})")?;
            for link in wheel.links().filter(|_| all) {
                writeln!(formatter, "    + {}", link.destination.display())?;
            }
            for write in wheel.writes.iter().filter(|_| all) {
                let size = write.contents.len();
                let destination = write.destination.display();
                writeln!(formatter, "    + {destination} (made, {size} bytes)")?;
            }
        }
        for conflict in &self.conflicts {
            let (first, second) = (&conflict.first, &conflict.second);
            let path = conflict.path.display();
            writeln!(formatter, "! {second} overwrites `{path}` of {first}")?;
        }
        Ok(())
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
