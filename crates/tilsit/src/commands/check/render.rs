//! `tilsit check --render`: a description as an index shows it.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;

/// Which description, and what its markup is.
#[derive(Args, Debug)]
pub(crate) struct RenderOptions {
    /// Render this description, or `-` for standard input, and write its HTML to standard output
    #[arg(id = "render", long = "render", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Its markup, as `Description-Content-Type` has it: text/markdown (also with `; variant=GFM`
    /// or `; variant=CommonMark`), text/plain or text/x-rst [default: by the file's ending]
    #[arg(long, value_name = "TYPE", requires = "render")]
    pub(crate) content_type: Option<String>,
}

/// Renders a description. The answer is its HTML.
///
/// # Errors
/// When the file cannot be read, and when it cannot be rendered.
pub(crate) fn render(
    file: &Path,
    content_type: Option<&str>,
    context: &Context,
) -> Result<Report, CommandError> {
    let (shown, bytes) = if file == Path::new("-") {
        ("standard input".to_owned(), Context::standard_input()?)
    } else {
        let path = context.resolve(file);
        let bytes = tilsit_files::read(&path);
        let bytes = bytes.map_err(|error| CommandError::from_error(Code::Usage, &error))?;
        (context.show(&path), bytes)
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let place = error.valid_up_to();
        CommandError::new(
            Code::DescriptionNotRendered,
            format!("cannot render `{shown}`: it is not UTF-8 (at byte {place})"),
        )
    })?;
    let content_type = content_type.or_else(|| by_ending(file));
    let rendered = tilsit_readme::render(text, content_type);
    if let Some(note) = rendered.note {
        let message = format!("cannot render `{shown}`: {note}");
        return Err(CommandError::new(Code::DescriptionNotRendered, message));
    }
    let result = json!({
        "file": shown,
        "content_type": content_type,
        "html": rendered.html,
    });
    Ok(Report::new(rendered.html, result))
}

/// The content type that build backends write for a README of this name.
fn by_ending(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "md" | "markdown" => Some("text/markdown"),
        "txt" => Some("text/plain"),
        "rst" => Some("text/x-rst"),
        _ => None,
    }
}
