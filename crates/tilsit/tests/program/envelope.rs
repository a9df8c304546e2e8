//! `--json`: one envelope on standard output, whatever happens.

use serde_json::json;

use crate::sandbox::Sandbox;

#[test]
fn an_answer_is_ok() {
    let (exit, envelope) = Sandbox::new().run_json("cache dir");
    assert_eq!(exit, 0);
    assert_eq!(envelope["schema"], json!(1));
    assert_eq!(envelope["status"], json!("ok"));
    assert_eq!(envelope["errors"], json!([]));
    let folder = envelope["result"]["folder"].as_str().unwrap();
    assert!(folder.ends_with("/cache"), "{folder}");
}

#[test]
fn a_failure_has_code_message_and_hints() {
    let (exit, envelope) = Sandbox::new().run_json("explain TL4711");
    assert_eq!(exit, 2);
    assert_eq!(envelope["status"], json!("error"));
    assert_eq!(envelope["result"], json!(null));
    let error = &envelope["errors"][0];
    assert_eq!(error["code"], json!("TL0002"));
    assert_eq!(error["message"], json!("there is no error code `TL4711`"));
    assert_eq!(error["hints"], json!(["`tilsit explain` lists all codes"]));
}

#[test]
fn a_wrong_command_line_is_in_an_envelope_too() {
    let (exit, envelope) = Sandbox::new().run_json("cache --frobnicate");
    assert_eq!(exit, 2);
    assert_eq!(envelope["errors"][0]["code"], json!("TL0002"));
    let message = envelope["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("--frobnicate"), "{message}");
}
