//! `tilsit serve`: an index of one's own, answering.

use std::net::SocketAddr;

use clap::Args;
use serde_json::json;
use tilsit_index_server::{RunningServer, ServeOptions, ServerEvent};

use crate::commands::index::DataOptions;
use crate::context::{Context, system_time};
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG, Terminal};

/// Serve an index
///
/// Makes the index's data when it is not there yet. Ctrl-C or SIGTERM ends it, after the requests
/// that are under way. `-v` writes a line for each request.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
    /// The address of the index as its users see it, when a proxy stands before it
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The largest file that may be uploaded, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 100)]
    file_size_max: u64,
    #[command(flatten)]
    data: DataOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let server = start(arguments, context)?;
    let address = server.address();
    context.interrupt.wait();
    server.stop()?;
    Ok(Report::silent(json!({ "address": address.to_string() })))
}

/// Starts the server in the background; it answers when this returns.
///
/// # Errors
/// When the index cannot be opened or the address is taken.
pub(crate) fn start(
    arguments: &Arguments,
    context: &Context,
) -> Result<RunningServer, CommandError> {
    let store = arguments.data.store(context)?;
    let mut options = ServeOptions::new(&store.data, arguments.listen, system_time);
    options.database_url = store.database_url;
    options.public_url.clone_from(&arguments.public_url);
    options.limits.file_size_max_bytes = arguments.file_size_max << 20;
    let shown = context.show(&store.data);
    let terminal = context.terminal.clone();
    let server = RunningServer::start(options, move |event| tell(event, &shown, &terminal))?;
    Ok(server)
}

fn tell(event: &ServerEvent, data: &str, terminal: &Terminal) {
    match event {
        ServerEvent::Listening { address } => {
            terminal.say(format_args!(
                "{GOOD}Serving{GOOD:#} `{data}` at {STRONG}http://{address}/{STRONG:#}"
            ));
            terminal.say(format_args!(
                "Install: tilsit pip install --extra-index-url http://{address}/simple/ NAME\n\
                 Publish: tilsit publish --repository-url http://{address}/legacy/"
            ));
        }
        ServerEvent::NoUsers { url } => terminal.say(format_args!(
            "It has no users yet. The first administrator makes an account, once and within a \
             week, at\n{STRONG}{url}{STRONG:#}\nor at the command line: \
             `tilsit index user add NAME --admin --data {data}`"
        )),
        ServerEvent::Failed { .. } | ServerEvent::SearchBehind { .. } => terminal.warn(event),
        ServerEvent::Upload { .. } | ServerEvent::Stopping => terminal.say(event),
        _ => terminal.detail(event),
    }
}
