//! Holds this crate against pypa/packaging, with that project's own tests.
//!
//! The tests come with its source distribution, which pip fetches from the default index (in the
//! `ci` ring). They are run in Python under `dump.py`, which writes down for each test item its
//! parameters and the calls of the public interface that it made, with their results. An area
//! either makes the same calls here ([`replay`]) or reads the parameters itself. Every item is run
//! or stands, with the reason, in the area's table of exclusions; a result that differs on purpose
//! stands in its table of deviations and in `docs/design/packaging-deviations.md`.

mod dump;
mod formats;
mod markers;
mod ranges;
mod replay;
mod requirements;
mod specifiers;
mod tags;
mod utilities;
mod versions;

/// A test item.
struct Case {
    /// The class and the function.
    test: String,
    /// The parameters by name; null if there are none.
    params: serde_json::Value,
    /// The calls that it made.
    observations: Vec<serde_json::Value>,
}

/// An item that is not run: the start of its name, and why.
type Exclusion = (&'static str, &'static str);

/// A call whose result differs on purpose: what it is called, a part of its JSON, and why.
type Deviation = (&'static str, &'static str, &'static str);

/// Reasons that many exclusions share.
mod reason {
    pub(crate) const PICKLE: &str = "Python's pickling";
    pub(crate) const CACHE: &str = "caches inside pypa/packaging";
    pub(crate) const TYPES: &str = "arguments of a wrong type, which do not compile here";
    pub(crate) const PYTHON: &str =
        "Python's own protocols: subclasses, slots, repr, pattern matching";
    pub(crate) const POLICY: &str =
        "a policy for pre-releases inside a range, which ours leaves to the specifiers";
    pub(crate) const UNIT: &str = "stated in the unit tests of the module";
    pub(crate) const DETECTION: &str =
        "finding out about the running system, which is the environment crate's part";
}

/// Replays the observations of a file, and demands that each item is run or excluded.
#[expect(clippy::print_stdout, reason = "the totals are what the oracle is for")]
fn check(file: &str, exclusions: &[Exclusion], deviations: &[Deviation]) {
    let Some(cases) = tilsit_testing::require("pypa/packaging's tests", dump::cases(file)) else {
        return;
    };
    let (mut run, mut excluded, mut calls) = (0, 0, 0);
    let mut faults = Vec::new();
    let mut used_exclusions = vec![false; exclusions.len()];
    let mut used_deviations = vec![0; deviations.len()];
    for case in &cases {
        calls += case.observations.len();
        if let Some(place) = exclusions
            .iter()
            .position(|(name, _)| case.test.starts_with(name))
        {
            used_exclusions[place] = true;
            excluded += 1;
        } else if case.observations.is_empty() {
            faults.push(format!(
                "{}{}: neither run nor excluded",
                case.test, case.params
            ));
        } else {
            run += 1;
        }
        for observation in &case.observations {
            let Err(fault) = replay::replay(observation) else {
                continue;
            };
            let text = observation.to_string();
            let is_known =
                |(call, part, _): &Deviation| observation["call"] == *call && text.contains(part);
            match deviations.iter().position(is_known) {
                Some(place) => used_deviations[place] += 1,
                None => faults.push(format!("{}: {fault}\n    {text}", case.test)),
            }
        }
    }
    let differing: usize = used_deviations.iter().sum();
    println!(
        "{file}: {} items, {run} run, {excluded} excluded; {calls} calls, {differing} of them differ on purpose",
        cases.len()
    );
    for (used, (name, why)) in used_exclusions.into_iter().zip(exclusions) {
        println!("    excluded: {name}: {why}");
        assert!(used, "the exclusion `{name}` excludes nothing");
    }
    for (used, (call, part, why)) in used_deviations.into_iter().zip(deviations) {
        println!("    differs: {call} {part}: {why} ({used} calls)");
        assert!(used > 0, "the deviation `{call} {part}` does not occur");
    }
    let shown: Vec<&String> = faults.iter().take(40).collect();
    assert!(
        faults.is_empty(),
        "{} faults in {file}, among them:\n{shown:#?}",
        faults.len()
    );
}
