//! When each package is wanted: the markers on the ways from the roots to it, with the extras and
//! groups that open these ways.

use std::collections::{BTreeMap, VecDeque};

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_provider::Pin;
use tilsit_resolver::Release;

use crate::inputs::Root;

/// A package on the ways.
pub(crate) struct Stop<'a> {
    /// Where it can be wanted at all.
    pub(crate) limit: Marker,
    /// Where it leads to.
    pub(crate) ways: Vec<Way<'a>>,
}

/// A way from a package to another.
pub(crate) struct Way<'a> {
    /// The extra of the package that it starts from; none for the package itself.
    pub(crate) from: Option<&'a ExtraName>,
    /// Where it leads to.
    pub(crate) to: Goal<'a>,
}

/// A package with some of its extras, and where they are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Goal<'a> {
    /// Its place.
    pub(crate) place: usize,
    /// The extras.
    pub(crate) extras: &'a [ExtraName],
    /// Where.
    pub(crate) marker: Marker,
}

/// A package by its place, by itself or with one of its extras.
type Node<'a> = (usize, Option<&'a ExtraName>);

/// Where each package is wanted.
pub(crate) fn walk<'a>(stops: &[Stop<'a>], starts: &[Goal<'a>]) -> Vec<Marker> {
    let mut walk = Walk {
        stops,
        reached: BTreeMap::new(),
        waiting: VecDeque::new(),
    };
    for start in starts {
        walk.arrive(start, Marker::TRUE);
    }
    while let Some(node) = walk.waiting.pop_front() {
        let here = walk.reached[&node];
        let (place, extra) = node;
        for way in &stops[place].ways {
            if way.from == extra {
                walk.arrive(&way.to, here);
            }
        }
    }
    let wanted = |place| walk.reached.get(&(place, None)).copied();
    (0..stops.len())
        .map(|place| wanted(place).unwrap_or(Marker::FALSE))
        .collect()
}

struct Walk<'s, 'a> {
    stops: &'s [Stop<'a>],
    reached: BTreeMap<Node<'a>, Marker>,
    waiting: VecDeque<Node<'a>>,
}

impl<'a> Walk<'_, 'a> {
    /// Notes a goal that is wanted on a way from where `here` holds.
    fn arrive(&mut self, goal: &Goal<'a>, here: Marker) {
        let marker = here.and(goal.marker).and(self.stops[goal.place].limit);
        let extras = goal.extras.iter().map(Some);
        for extra in std::iter::once(None).chain(extras) {
            let node = (goal.place, extra);
            let known = self.reached.entry(node).or_insert(Marker::FALSE);
            let joined = known.or(marker);
            if joined != *known {
                *known = joined;
                self.waiting.push_back(node);
            }
        }
    }
}

/// For each pin where it is wanted within a world; pins are those of one resolution.
pub(super) fn reach(pins: &[Pin], roots: &[Root], world: Marker) -> Vec<Marker> {
    let mut by_name: BTreeMap<&ProjectName, Vec<usize>> = BTreeMap::new();
    let mut by_release: BTreeMap<Release, usize> = BTreeMap::new();
    for (place, pin) in pins.iter().enumerate() {
        by_name.entry(&pin.name).or_default().push(place);
        by_release.insert(release(pin), place);
    }
    let stops = pins.iter().map(|pin| {
        let ways = pin.dependencies.iter().filter_map(|edge| {
            let to = Goal {
                place: *by_release.get(&edge.release)?,
                extras: &edge.extras,
                marker: edge.marker,
            };
            let from = edge.for_extra.as_ref();
            Some(Way { from, to })
        });
        Stop {
            limit: pin.marker,
            ways: ways.collect(),
        }
    });
    let stops: Vec<Stop<'_>> = stops.collect();
    let starts = roots.iter().flat_map(|root| {
        let places = by_name.get(&root.requirement.name);
        places.into_iter().flatten().map(|place| Goal {
            place: *place,
            extras: &root.requirement.extras,
            marker: world.and(root.context).and(root.requirement.marker),
        })
    });
    walk(&stops, &starts.collect::<Vec<_>>())
}

/// The release of a pin, as edges name it.
pub(super) fn release(pin: &Pin) -> Release {
    Release {
        name: pin.name.clone(),
        version: pin.version.clone(),
        url: pin.url.clone(),
    }
}
