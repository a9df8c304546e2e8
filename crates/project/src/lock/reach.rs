//! When each pin of a resolution is wanted: the markers on the ways from the roots to it, with the
//! extras and groups that open these ways.

use std::collections::{BTreeMap, VecDeque};

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_provider::Pin;
use tilsit_resolver::Release;

use crate::inputs::Root;

/// A pin by its place, by itself or with one of its extras.
type Node = (usize, Option<ExtraName>);

/// For each pin where it is wanted within a world; pins are those of one resolution.
pub(super) fn reach(pins: &[Pin], roots: &[Root], world: Marker) -> Vec<Marker> {
    let mut by_name: BTreeMap<&ProjectName, Vec<usize>> = BTreeMap::new();
    let mut by_release: BTreeMap<Release, usize> = BTreeMap::new();
    for (place, pin) in pins.iter().enumerate() {
        by_name.entry(&pin.name).or_default().push(place);
        by_release.insert(release(pin), place);
    }
    let mut reached: BTreeMap<Node, Marker> = BTreeMap::new();
    let mut waiting: VecDeque<Node> = VecDeque::new();
    let mut arrive = |node: Node, marker: Marker, waiting: &mut VecDeque<Node>| {
        let known = reached.entry(node.clone()).or_insert(Marker::FALSE);
        let joined = known.or(marker.and(pins[node.0].marker));
        if joined != *known {
            *known = joined;
            waiting.push_back(node);
        }
        *known
    };
    for root in roots {
        let marker = world.and(root.context).and(root.requirement.marker);
        let named = by_name.get(&root.requirement.name);
        for &place in named.into_iter().flatten() {
            for node in nodes(place, &root.requirement.extras) {
                arrive(node, marker, &mut waiting);
            }
        }
    }
    while let Some(node) = waiting.pop_front() {
        let here = arrive(node.clone(), Marker::FALSE, &mut waiting);
        let (place, extra) = node;
        for edge in &pins[place].dependencies {
            if edge.for_extra != extra {
                continue;
            }
            let marker = here.and(edge.marker);
            if let Some(&to) = by_release.get(&edge.release) {
                for node in nodes(to, &edge.extras) {
                    arrive(node, marker, &mut waiting);
                }
            }
        }
    }
    let of_pin = |place: usize| reached.get(&(place, None)).copied();
    (0..pins.len())
        .map(|place| of_pin(place).unwrap_or(Marker::FALSE))
        .collect()
}

/// What a requirement with these extras leads to.
fn nodes(place: usize, extras: &[ExtraName]) -> impl Iterator<Item = Node> {
    let extras = extras.iter().cloned().map(Some);
    std::iter::once(None)
        .chain(extras)
        .map(move |extra| (place, extra))
}

/// The release of a pin, as edges name it.
pub(super) fn release(pin: &Pin) -> Release {
    Release {
        name: pin.name.clone(),
        version: pin.version.clone(),
        url: pin.url.clone(),
    }
}
