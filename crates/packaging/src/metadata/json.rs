//! Core metadata as JSON: the transformation of PEP 566, as `pip inspect` and installation reports
//! show it. It takes the texts as they are and checks nothing; [`super::CoreMetadata`] does.

use serde_json::{Map, Value};

use super::Field;
use crate::headers::Message;

/// The fields of METADATA or PKG-INFO: names in lower case with underscores, repeated fields as
/// lists, keywords split, the body as `description`. Headers that are no field are left out.
///
/// ```
/// use tilsit_packaging::metadata::to_json;
/// let json = to_json(b"Metadata-Version: 2.1\nName: Flask\nVersion: 3.1.0\nKeywords: web,wsgi\n");
/// assert_eq!(json["name"], "Flask");
/// assert_eq!(json["keywords"][1], "wsgi");
/// ```
pub fn to_json(bytes: &[u8]) -> Map<String, Value> {
    let message = Message::parse(bytes);
    let mut fields = Map::new();
    for field in Field::ALL {
        let mut values = message.values(field.name());
        let value = if field.is_repeated() {
            let list: Vec<Value> = values.map(|text| text.into_owned().into()).collect();
            if list.is_empty() {
                continue;
            }
            Value::Array(list)
        } else {
            match values.next() {
                None => continue,
                Some(text) if *field == Field::Keywords => keywords(&text),
                Some(text) => text.into_owned().into(),
            }
        };
        fields.insert(field.name().to_ascii_lowercase().replace('-', "_"), value);
    }
    if !message.body.is_empty() {
        let body = String::from_utf8_lossy(message.body).into_owned();
        fields.insert("description".to_owned(), body.into());
    }
    fields
}

/// Keywords are separated by commas, and by white space where there is no comma.
fn keywords(text: &str) -> Value {
    if text.contains(',') {
        text.split(',').map(str::trim).collect()
    } else {
        text.split_whitespace().collect()
    }
}
