//! The OpenAPI 3.1 description of every route: the parts that an operation is described with, and
//! the document made of them. What each operation does is in `operations.rs`, the shapes of JSON
//! answers in `schemas.json`.

use serde_json::{Map, Value, json};

use crate::routes::DescribedRoute;

pub(crate) mod operations;

/// The shapes of JSON answers, by name.
const SCHEMAS: &str = include_str!("openapi/schemas.json");

/// What a route does with one method.
pub(crate) struct Operation {
    /// A name that programs made from the document give it.
    pub(crate) id: &'static str,
    /// One line.
    pub(crate) summary: &'static str,
    /// Whom it is for.
    pub(crate) tag: &'static str,
    /// Who may ask, which brings answers of its own.
    pub(crate) access: Access,
    /// What stands in query and headers; parts of the path are described by their names.
    pub(crate) parameters: &'static [Parameter],
    /// What is sent.
    pub(crate) body: Body,
    /// What comes back.
    pub(crate) answers: &'static [Answer],
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, whatever they show.
    Everybody,
    /// A program, which shows credentials where the index or the project is not public.
    Program,
    /// A person, who signs in where the index or the project is not public.
    Person,
    /// A program with credentials for uploads.
    Uploader,
    /// A person who is signed in.
    SignedIn,
    /// A program with a token or a password, which is told of problems as RFC 9457 has it.
    TokenKeeper,
}

/// A parameter in the query or a header.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) text: &'static str,
    pub(crate) is_repeated: bool,
}

/// What is sent with a request.
pub(crate) enum Body {
    None,
    /// Fields of a form, `application/x-www-form-urlencoded`.
    Form(&'static [Field]),
    /// Fields and a file, `multipart/form-data`.
    Upload(&'static [Field]),
    /// JSON of this name in `schemas.json`.
    Json(&'static str),
}

/// A field of a form.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: FieldKind,
    pub(crate) is_required: bool,
    pub(crate) text: &'static str,
}

/// What a field takes.
pub(crate) enum FieldKind {
    /// Any text.
    Text,
    /// Text of so many characters at least.
    AtLeast(usize),
    /// Text of so many characters at most.
    AtMost(usize),
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// Text of this pattern.
    Pattern(&'static str),
    /// The bytes of a file.
    File,
}

/// One answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: &'static str,
    pub(crate) contents: &'static [Content],
}

/// A media type of an answer, and the shape of what comes in it.
pub(crate) struct Content {
    pub(crate) media_type: &'static str,
    /// The name in `schemas.json`; a text where there is none.
    pub(crate) schema: Option<&'static str>,
}

/// The document.
pub(crate) fn document(routes: &[DescribedRoute]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method] = operation(route);
    }
    let schemas: Value = serde_json::from_str(SCHEMAS).expect("the schemas are JSON");
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "tilsit package index",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The Simple API (PEP 503, 691, 700, 714, 792), files, the JSON API, \
                the legacy upload API, tokens, and the pages for people with their forms.",
        },
        // Relative to this document: the index works below any path.
        "servers": [{ "url": "./" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The user `__token__` with an API token as password, or a \
                        user's name and password.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": crate::visitor::SESSION,
                    "description": "What signing in at `/account/login/` sets.",
                },
            },
        },
    })
}

fn operation(route: &DescribedRoute) -> Value {
    let operation = route.operation;
    let mut parameters: Vec<Value> = path_parts(route.path).map(path_parameter).collect();
    let has_path = !parameters.is_empty();
    parameters.extend(operation.parameters.iter().map(parameter));
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": responses(operation, has_path),
    });
    if has_path || !operation.parameters.is_empty() {
        described["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = body(&operation.body) {
        described["requestBody"] = body;
    }
    if let Some(security) = security(operation.access) {
        described["security"] = security;
    }
    described
}

/// The names in braces of a path.
fn path_parts(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &'static str) -> Value {
    let (text, pattern) = match name {
        "project" => (
            "The project's name; another spelling than the normalised one is led there.",
            Some("^([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])$"),
        ),
        "version" => ("A version (PEP 440).", None),
        "user" => ("A user's name.", None),
        "id" => (
            "The 12 characters of a token behind `tlst-`, which are no secret.",
            Some("^[A-Za-z0-9_-]{12}$"),
        ),
        "first" => (
            "The first two digits of the SHA-256.",
            Some("^[0-9a-f]{2}$"),
        ),
        "second" => ("The next two digits.", Some("^[0-9a-f]{2}$")),
        "sha256" => ("The file's SHA-256.", Some("^[0-9a-f]{64}$")),
        _ => (
            "The file's name; with `.metadata` behind it, its core metadata (PEP 658).",
            None,
        ),
    };
    let mut schema = json!({ "type": "string", "minLength": 1 });
    if let Some(pattern) = pattern {
        schema["pattern"] = pattern.into();
    }
    json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
}

fn parameter(parameter: &Parameter) -> Value {
    let schema = if parameter.is_repeated {
        json!({ "type": "array", "items": { "type": "string" } })
    } else {
        json!({ "type": "string" })
    };
    json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": false,
        "description": parameter.text,
        "schema": schema,
    })
}

fn body(body: &Body) -> Option<Value> {
    let (media_type, fields) = match body {
        Body::None => return None,
        Body::Form(fields) => ("application/x-www-form-urlencoded", fields),
        Body::Upload(fields) => ("multipart/form-data", fields),
        Body::Json(name) => {
            let schema = reference(name);
            let content = json!({ "application/json": { "schema": schema } });
            return Some(json!({ "required": true, "content": content }));
        }
    };
    let mut properties: Map<String, Value> = Map::new();
    for field in *fields {
        let mut schema = match field.kind {
            FieldKind::Text | FieldKind::File => json!({ "type": "string" }),
            FieldKind::AtLeast(length) => json!({ "type": "string", "minLength": length }),
            FieldKind::AtMost(length) => json!({ "type": "string", "maxLength": length }),
            // A field that is empty is as one that is not there.
            FieldKind::OneOf(words) => {
                let empty = (!field.is_required && !words.contains(&"")).then_some("");
                let words: Vec<&str> = words.iter().copied().chain(empty).collect();
                json!({ "type": "string", "enum": words })
            }
            FieldKind::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
        };
        if matches!(field.kind, FieldKind::File) {
            schema["contentMediaType"] = "application/octet-stream".into();
        }
        schema["description"] = field.text.into();
        properties.insert(field.name.to_owned(), schema);
    }
    let required = fields.iter().filter(|field| field.is_required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    Some(json!({ "required": true, "content": { (media_type): { "schema": schema } } }))
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn security(access: Access) -> Option<Value> {
    match access {
        Access::Everybody => None,
        Access::Program | Access::Person => Some(json!([{}, { "basic": [] }, { "session": [] }])),
        Access::Uploader | Access::TokenKeeper => Some(json!([{ "basic": [] }])),
        Access::SignedIn => Some(json!([{ "session": [] }])),
    }
}

/// An operation's own answers, and those that come from around it.
fn responses(operation: &Operation, has_path: bool) -> Value {
    let mut responses: Map<String, Value> = Map::new();
    let shared = shared_answers(operation.access).iter();
    let form = match operation.body {
        Body::Form(_) => operations::OF_FORMS,
        Body::None | Body::Upload(_) | Body::Json(_) => &[],
    };
    let path: &[Answer] = if has_path { operations::OF_PATHS } else { &[] };
    let all = operation
        .answers
        .iter()
        .chain(shared)
        .chain(form)
        .chain(path);
    for answer in all.chain(operations::OF_ALL) {
        let status = answer.status.to_string();
        let entry = responses
            .entry(status)
            .or_insert_with(|| json!({ "description": answer.text }));
        for content in answer.contents {
            let schema = match content.schema {
                Some(name) => reference(name),
                None => json!({ "type": "string" }),
            };
            entry["content"][content.media_type] = json!({ "schema": schema });
        }
    }
    Value::Object(responses)
}

fn shared_answers(access: Access) -> &'static [Answer] {
    match access {
        Access::Everybody => &[],
        Access::Program | Access::Uploader => operations::OF_PROGRAMS,
        Access::Person => operations::OF_PERSONS,
        Access::SignedIn => operations::OF_THE_SIGNED_IN,
        Access::TokenKeeper => operations::OF_TOKEN_KEEPERS,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::router::routes;

    #[test]
    fn each_operation_is_named_once_and_each_schema_is_there() {
        let routes = routes(1);
        let document = document(&routes.described);
        let schemas = &document["components"]["schemas"];
        let mut ids = HashSet::new();
        for route in &routes.described {
            let id = route.operation.id;
            // The same operation may stand at a path with and without its slash.
            assert!(ids.insert((id, route.path, route.method)), "{id}");
            assert!(!route.operation.answers.is_empty(), "{id} has no answer");
            let contents = route
                .operation
                .answers
                .iter()
                .flat_map(|answer| answer.contents);
            for schema in contents.filter_map(|content| content.schema) {
                assert!(schemas[schema].is_object(), "{id}: no schema `{schema}`");
            }
        }
    }
}
