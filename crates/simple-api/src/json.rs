//! The JSON form of the Simple API (PEP 691, 700, 714, 740, 752, 792): versions 1.0 to 1.5, and any
//! later 1.x with its new keys left out.

mod read;
mod write;

pub use read::{JsonPageError, parse_json, parse_json_into, parse_list_json};
pub use write::{list_to_json, to_json};

#[cfg(test)]
mod tests;
