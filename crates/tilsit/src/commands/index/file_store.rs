//! Where an index keeps its files, when that is not its folder: a store that speaks the S3 protocol,
//! with key and address from the variables that programs of that kind read.

use tilsit_index_store::{S3Location, S3Options};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The region that stores of one's own take when none is named.
const USUAL_REGION: &str = "us-east-1";

/// The store that `--blobs` or `TILSIT_BLOBS` names, with what the environment says of it.
///
/// # Errors
/// When the place, the address, the key or the region is missing or malformed.
pub(super) fn file_store(
    option: Option<&S3Location>,
    context: &Context,
) -> Result<Option<S3Options>, CommandError> {
    let variables = &context.variables;
    let location = match (option, variables.text("TILSIT_BLOBS")) {
        (Some(location), _) => location.clone(),
        (None, Some(text)) => text.parse().map_err(|error| {
            CommandError::from_error(Code::Usage, &error).hint("correct `TILSIT_BLOBS`")
        })?,
        (None, None) => return Ok(None),
    };
    let needed = |name: &str| {
        let value = variables.text(name).map(str::to_owned);
        value.ok_or_else(|| missing(&location, name))
    };
    let first = |names: [&str; 2]| names.iter().find_map(|name| variables.text(name));
    let endpoint = first(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]);
    if let Some(endpoint) = endpoint
        && !endpoint.starts_with("https://")
        && !endpoint.starts_with("http://")
    {
        let text = format!("the file store's address `{endpoint}` is no `http` or `https` URL");
        let error = CommandError::new(Code::Usage, text);
        return Err(error.hint("correct `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`"));
    }
    let region = match (first(["AWS_REGION", "AWS_DEFAULT_REGION"]), endpoint) {
        (Some(region), _) => region.to_owned(),
        (None, Some(_)) => USUAL_REGION.to_owned(),
        (None, None) => return Err(missing(&location, "AWS_REGION")),
    };
    Ok(Some(S3Options {
        endpoint: endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
        region,
        access_key_id: needed("AWS_ACCESS_KEY_ID")?,
        secret_access_key: needed("AWS_SECRET_ACCESS_KEY")?,
        session_token: variables.text("AWS_SESSION_TOKEN").map(str::to_owned),
        certificates: variables
            .path("AWS_CA_BUNDLE")
            .map(|file| context.resolve(file)),
        pause_max: S3Options::PAUSE_MAX,
        location,
    }))
}

fn missing(location: &S3Location, name: &str) -> CommandError {
    let text = format!("the file store `{location}` needs `{name}`, which is not set");
    CommandError::new(Code::Usage, text).hint(
        "set `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_ENDPOINT_URL` or `AWS_REGION`",
    )
}
