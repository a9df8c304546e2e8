//! The envelope of `--json`, the same for every command:
//! `{"schema": 1, "status": "ok|no|error", "result": …, "errors": [{"code", "message", …}]}`.
//!
//! `schema` rises when a field changes its meaning or goes away; new fields may come any time.

use serde::Serialize;
use serde_json::Value;

use crate::error::{CommandError, Kind};

const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Envelope<'a> {
    schema: u32,
    status: &'a str,
    result: &'a Value,
    errors: Vec<EnvelopeError<'a>>,
}

#[derive(Serialize)]
struct EnvelopeError<'a> {
    code: &'a str,
    message: &'a str,
    causes: &'a [String],
    hints: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
}

/// The envelope of a command that did its work; `no` when its answer is a no.
pub(crate) fn success(result: &Value, no: bool) -> String {
    render(&Envelope {
        schema: SCHEMA,
        status: if no { "no" } else { "ok" },
        result,
        errors: Vec::new(),
    })
}

/// The envelope of a command that failed.
pub(crate) fn failure(error: &CommandError) -> String {
    render(&Envelope {
        schema: SCHEMA,
        status: if error.code.kind() == Kind::No {
            "no"
        } else {
            "error"
        },
        result: &Value::Null,
        errors: vec![EnvelopeError {
            code: error.code.id(),
            message: &error.message,
            causes: &error.causes,
            hints: &error.hints,
            http_status: error.http_status,
        }],
    })
}

fn render(envelope: &Envelope<'_>) -> String {
    let mut text =
        serde_json::to_string_pretty(envelope).expect("an envelope holds only JSON values");
    text.push('\n');
    text
}
