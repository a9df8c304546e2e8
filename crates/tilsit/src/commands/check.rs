//! `tilsit check`: what a release would look like, before it is published.

mod render;

use clap::Args;

use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

use render::RenderOptions;

/// Check a description
///
/// Renders a description (the README of a release) as an index would show it, and says why when it
/// cannot be rendered.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    render: RenderOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let options = &arguments.render;
    render::render(&options.file, options.content_type.as_deref(), context)
}
