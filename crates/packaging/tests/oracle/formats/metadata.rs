//! Calls of `packaging.metadata`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tilsit_packaging::headers::{Header, Message, push_header};
use tilsit_packaging::metadata::{CoreMetadata, Field};
use tilsit_packaging::requirement::Requirement;

use super::{Call, Outcome, texts};

/// A release, for files that say nothing of the three fields that every file must have.
const RELEASE: [(Field, &str); 3] = [
    (Field::MetadataVersion, "2.6"),
    (Field::Name, "a"),
    (Field::Version, "1"),
];

pub(super) fn parse_email(call: &Call) -> Outcome {
    let bytes = given_bytes(&call.given);
    let message = Message::parse(&bytes);
    let raw = call.result["raw"].as_object().expect("a dictionary");
    for (key, expected) in raw {
        let field = field_of(key).expect("their fields are ours");
        let found: Vec<String> = message.values(field.name()).map(Into::into).collect();
        let agrees = match key.as_str() {
            "keywords" => {
                let words = found[0].split(',').map(str::trim);
                words.eq(texts(expected))
            }
            "project_urls" => {
                let pairs = found.iter().map(|pair| {
                    let (label, url) = pair.split_once(',').unwrap_or((pair, ""));
                    (label.trim().to_owned(), Value::from(url.trim()))
                });
                Value::Object(pairs.collect()) == *expected
            }
            "description" if found.is_empty() => {
                expected.as_str().map(str::as_bytes) == Some(message.body)
            }
            "import_names" if found == [""] => expected == &json!([]),
            _ => {
                let expected = expected
                    .as_str()
                    .map_or_else(|| texts(expected), |text| vec![text]);
                found == expected.into_iter().map(normal).collect::<Vec<_>>()
            }
        };
        if !agrees {
            return Outcome::Differs(format!("`{key}` is {found:?}, not {expected}"));
        }
    }
    let told = problems(&with_release(&message, &bytes));
    let unparsed = call.result["unparsed"].as_object().expect("a dictionary");
    let missing = unparsed.keys().find(|key| !told.contains(*key));
    Outcome::of(missing.is_none(), || {
        format!("nothing is told of {missing:?}: {told:?}")
    })
}

pub(super) fn from_email(call: &Call) -> Outcome {
    if call.given["validate"] == json!(false) {
        return parses(&call.given);
    }
    same_fields(call, &given_bytes(&call.given))
}

pub(super) fn from_raw(call: &Call) -> Outcome {
    if call.given["validate"] == json!(false) {
        return Outcome::Skipped;
    }
    let raw = call.given["raw"].as_object().expect("a dictionary");
    same_fields(call, file_of(raw, &|_| false).as_bytes())
}

pub(super) fn attribute(call: &Call) -> Outcome {
    let raw = call.given["raw"].as_object().expect("a dictionary");
    let attribute = call.given["attribute"].as_str().expect("a name");
    let field = field_of(attribute).expect("their fields are ours");
    // The field that is asked for must not be filled in.
    let file = file_of(raw, &|filled| filled != field);
    let told = problems(file.as_bytes());
    let name = field.name().to_ascii_lowercase();
    if call.error.is_some() {
        return Outcome::of(told.contains(&name), || {
            format!("nothing is told: {told:?}")
        });
    }
    if told.contains(&name) {
        return Outcome::Differs(format!("a problem is told: {told:?}"));
    }
    let (metadata, _) = CoreMetadata::parse(file.as_bytes()).expect("no problem was told");
    let found = value_of(&metadata, field);
    Outcome::of(same_value(field, &found, &call.result), || {
        format!("{found} is not {}", call.result)
    })
}

pub(super) fn as_rfc822(call: &Call) -> Outcome {
    let raw = call.given["raw"].as_object().expect("a dictionary");
    let (metadata, _) = CoreMetadata::parse(file_of(raw, &|_| false).as_bytes()).expect("valid");
    let written = metadata.to_bytes();
    let message = Message::parse(&written);
    let items = call.result["items"].as_array().expect("a list");
    let expected: Vec<(String, String)> = items
        .iter()
        .map(|item| {
            let pair = texts(item);
            (pair[0].to_owned(), normal(pair[1]))
        })
        .collect();
    let found: Vec<(String, String)> = message
        .headers
        .iter()
        .map(|header| {
            let value = header
                .text()
                .expect("what is written is UTF-8")
                .into_owned();
            (header.name.to_ascii_lowercase(), value)
        })
        .collect();
    let body = call.result["body"].as_str().unwrap_or_default();
    let same_item = |((name, value), (other, expected)): (&(String, String), &(String, String))| {
        name == other && (value == expected || requirement(value) == requirement(expected))
    };
    let agrees = found.len() == expected.len()
        && found.iter().zip(&expected).all(same_item)
        && message.body == body.as_bytes();
    Outcome::of(agrees, || format!("{found:#?} is not {expected:#?}"))
}

pub(super) fn message(call: &Call) -> Outcome {
    let mut out = String::new();
    for item in call.given["items"].as_array().expect("a list") {
        let pair = texts(item);
        push_header(&mut out, pair[0], pair[1]);
    }
    out.push('\n');
    out.push_str(call.given["body"].as_str().unwrap_or_default());
    let expected = call.result.as_str().expect("a text");
    let (ours, theirs) = (
        Message::parse(out.as_bytes()),
        Message::parse(expected.as_bytes()),
    );
    let headers = |message: &Message<'_>| -> Vec<(String, Option<String>)> {
        let headers = message.headers.iter();
        headers
            .map(|header| (header.name.to_owned(), header.text().map(Into::into)))
            .collect()
    };
    let agrees = headers(&ours) == headers(&theirs) && ours.body == theirs.body;
    Outcome::of(agrees, || format!("{out:?} does not read as {expected:?}"))
}

fn given_bytes(given: &Value) -> Vec<u8> {
    if let Some(text) = given["text"].as_str() {
        return text.as_bytes().to_vec();
    }
    let digits = given["bytes"]["bytes"].as_str().expect("bytes in hex");
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| std::str::from_utf8(pair).expect("digits"))
        .map(|pair| u8::from_str_radix(pair, 16).expect("digits"))
        .collect()
}

/// The file without the check: any text is some message.
fn parses(given: &Value) -> Outcome {
    let bytes = given_bytes(given);
    let message = Message::parse(&bytes);
    Outcome::of(
        CoreMetadata::parse(&with_release(&message, &bytes)).is_ok(),
        || String::from("it does not parse"),
    )
}

/// Compares the names of the fields with errors. Ours stops at the first of the three fields that
/// say which release it is.
fn same_fields(call: &Call, file: &[u8]) -> Outcome {
    let errors = call
        .error
        .as_ref()
        .map_or(&Value::Null, |error| &error["errors"]);
    let expected: BTreeSet<String> = errors
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| Some(error["field"].as_str()?.replace('_', "-")))
        .collect();
    let found = problems(file);
    let agrees = match CoreMetadata::parse(file) {
        Ok(_) => found == expected,
        Err(_) => found.is_subset(&expected) && !found.is_empty(),
    };
    Outcome::of(agrees, || format!("{found:?} is not {expected:?}"))
}

/// The fields, in lower case, of which something is told.
fn problems(file: &[u8]) -> BTreeSet<String> {
    use tilsit_packaging::metadata::MetadataError as Error;
    match CoreMetadata::parse(file) {
        Ok((_, problems)) => problems
            .iter()
            .map(|problem| problem.subject.to_ascii_lowercase())
            .collect(),
        Err(
            Error::Missing { field } | Error::Repeated { field, .. } | Error::Invalid { field, .. },
        ) => BTreeSet::from([field.name().to_ascii_lowercase()]),
        Err(_) => BTreeSet::from([String::from("metadata-version")]),
    }
}

fn with_release(message: &Message<'_>, bytes: &[u8]) -> Vec<u8> {
    let mut file = String::new();
    for (field, value) in RELEASE {
        if message.value(field.name()).is_none() {
            push_header(&mut file, field.name(), value);
        }
    }
    let mut file = file.into_bytes();
    file.extend_from_slice(bytes);
    file
}

/// The field of a key in their dictionary.
fn field_of(key: &str) -> Option<Field> {
    let name = key.replace('_', "-");
    Field::from_name(&name).or_else(|| Field::from_name(name.strip_suffix('s')?))
}

/// A file with the fields of their dictionary, and those of [`RELEASE`] that `fills` says.
fn file_of(raw: &Map<String, Value>, fills: &dyn Fn(Field) -> bool) -> String {
    let mut file = String::new();
    for (field, value) in RELEASE {
        let key = field.name().to_ascii_lowercase().replace('-', "_");
        if fills(field) && !raw.contains_key(&key) {
            push_header(&mut file, field.name(), value);
        }
    }
    let mut body = None;
    for (key, value) in raw {
        let field = field_of(key);
        let name = field.map_or(key.as_str(), |field| field.name());
        match value {
            Value::String(text) if key == "description" => body = Some(text),
            Value::String(text) => push_header(&mut file, name, text),
            Value::Array(_) if key == "keywords" => {
                push_header(&mut file, name, &texts(value).join(","));
            }
            Value::Array(values) if key == "import_names" && values.is_empty() => {
                push_header(&mut file, name, "");
            }
            Value::Object(urls) => {
                for (label, url) in urls {
                    let url = url.as_str().unwrap_or_default();
                    push_header(&mut file, name, &format!("{label}, {url}"));
                }
            }
            _ => {
                for text in texts(value) {
                    push_header(&mut file, name, text);
                }
            }
        }
    }
    if let Some(body) = body {
        file.push('\n');
        file.push_str(body);
    }
    file
}

/// A value as reading makes it: trimmed, and its lines without the common indentation.
fn normal(text: &str) -> String {
    let header = Header {
        name: "",
        raw: text.as_bytes(),
        line: 1,
    };
    header.text().expect("a text").into_owned()
}

fn requirement(text: &str) -> Option<Requirement> {
    text.parse().ok()
}

/// A field in the form in which theirs is recorded.
fn value_of(metadata: &CoreMetadata, field: Field) -> Value {
    match field {
        Field::Name => json!(metadata.name()),
        Field::Platform => json!(metadata.platforms),
        Field::SupportedPlatform => json!(metadata.supported_platforms),
        Field::Summary => json!(metadata.summary),
        Field::Description => json!(metadata.description),
        Field::Keywords => json!(metadata.keywords),
        Field::HomePage => json!(metadata.home_page),
        Field::DownloadUrl => json!(metadata.download_url),
        Field::Author => json!(metadata.author),
        Field::AuthorEmail => json!(metadata.author_email),
        Field::Maintainer => json!(metadata.maintainer),
        Field::MaintainerEmail => json!(metadata.maintainer_email),
        Field::License => json!(metadata.license),
        Field::LicenseFile => json!(metadata.license_files),
        Field::Classifier => json!(metadata.classifiers),
        Field::RequiresExternal => json!(metadata.requires_external),
        Field::ProvidesDist => json!(metadata.provides_dist),
        Field::ObsoletesDist => json!(metadata.obsoletes_dist),
        Field::Requires => json!(metadata.requires),
        Field::Provides => json!(metadata.provides),
        Field::Obsoletes => json!(metadata.obsoletes),
        _ => typed_value_of(metadata, field),
    }
}

/// The fields that have a type of their own.
fn typed_value_of(metadata: &CoreMetadata, field: Field) -> Value {
    fn one<T: ToString>(value: Option<&T>) -> Value {
        json!(value.map(ToString::to_string))
    }
    fn many<T: ToString>(values: &[T]) -> Value {
        values
            .iter()
            .map(|value| Value::from(value.to_string()))
            .collect()
    }
    match field {
        Field::MetadataVersion => one(Some(&metadata.metadata_version)),
        Field::Version => one(Some(&metadata.version)),
        Field::Dynamic => {
            let fields = metadata.dynamic.iter();
            fields
                .map(|field| Value::from(field.name().to_ascii_lowercase()))
                .collect()
        }
        Field::DescriptionContentType => one(metadata.description_content_type.as_ref()),
        Field::LicenseExpression => one(metadata.license_expression.as_ref()),
        Field::RequiresDist => many(&metadata.requires_dist),
        Field::RequiresPython => one(metadata.requires_python.as_ref()),
        Field::ProjectUrl => {
            let urls = metadata.project_urls.iter().cloned();
            Value::Object(urls.map(|(label, url)| (label, Value::from(url))).collect())
        }
        Field::ProvidesExtra => many(&metadata.provides_extra),
        Field::ImportName => metadata.import_names.as_deref().map_or(Value::Null, many),
        Field::ImportNamespace => many(&metadata.import_namespaces),
        other => panic!("`{other}` is a text or a list of texts"),
    }
}

/// An absent field is `None` with them and may be an empty list with us. Values that have a form
/// are compared by what they mean.
fn same_value(field: Field, ours: &Value, theirs: &Value) -> bool {
    let parts = |value: &Value| -> Vec<String> {
        let texts = value
            .as_str()
            .map_or_else(|| texts(value), |text| vec![text]);
        texts.into_iter().map(str::to_owned).collect()
    };
    let (ours_parts, theirs_parts) = (parts(ours), parts(theirs));
    match field {
        _ if theirs.is_null() => ours.is_null() || ours == &json!([]) || ours == &json!({}),
        Field::RequiresDist => ours_parts
            .iter()
            .map(|text| requirement(text))
            .eq(theirs_parts.iter().map(|text| requirement(text))),
        Field::RequiresPython => {
            let sorted = |parts: &[String]| -> BTreeSet<String> {
                parts
                    .iter()
                    .flat_map(|text| text.split(','))
                    .map(|part| part.trim().to_owned())
                    .collect()
            };
            sorted(&ours_parts) == sorted(&theirs_parts)
        }
        Field::ImportName | Field::ImportNamespace => {
            let spaceless = |parts: &[String]| -> Vec<String> {
                parts.iter().map(|text| text.replace(' ', "")).collect()
            };
            spaceless(&ours_parts) == spaceless(&theirs_parts)
        }
        _ => ours == theirs,
    }
}
