//! `tilsit serve`: an index of one's own, answering.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};
use serde_json::json;
use tilsit_index_client::{IndexUrl, Refresh};
use tilsit_index_server::{
    Fallback, ForwardedHeaders, MetricsReaders, Network, RunningServer, ServeOptions, ServerEvent,
    TrustedProxies,
};

use crate::commands::index::DataOptions;
use crate::context::{Context, system_time};
use crate::error::CommandError;
use crate::network;
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
    /// The largest file that may be uploaded, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 100)]
    file_size_max: u64,
    /// How many uploads a user may begin in a minute; 0 for any number
    #[arg(long, value_name = "COUNT", default_value_t = 600)]
    uploads_per_minute: u32,
    /// The Simple API of another index that is asked for projects whose names this one has never had
    /// and does not keep (`index settings --keep-name`)
    #[arg(long, value_name = "URL")]
    fallback: Option<IndexUrl>,
    #[command(flatten)]
    data: DataOptions,
    #[command(flatten)]
    proxy: ProxyOptions,
    #[command(flatten)]
    operation: OperationOptions,
}

/// What stands before the index.
#[derive(Args, Debug)]
#[command(next_help_heading = "Behind a proxy")]
struct ProxyOptions {
    /// The address of the index as its users see it, such as `https://index.example/pypi/`
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The path that the proxy leaves on requests, such as `/pypi`, where it does not take it off
    #[arg(long, value_name = "PATH")]
    root_path: Option<String>,
    /// A proxy of your own, as an address or a network (10.0.0.0/8): what its headers say about
    /// clients is believed. Can be given more than once
    #[arg(long = "trusted-proxy", value_name = "NETWORK")]
    trusted_proxies: Vec<Network>,
    /// Which headers the trusted proxies write; the others are not read
    #[arg(long, value_name = "KIND", default_value = "x-forwarded")]
    proxy_headers: ProxyHeaders,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProxyHeaders {
    /// `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix`
    XForwarded,
    /// `Forwarded` (RFC 7239)
    Forwarded,
}

/// What the index tells its operators and those who look for them.
#[derive(Args, Debug)]
#[command(next_help_heading = "Operation")]
struct OperationOptions {
    /// How the log is written, to standard error: lines for people, or JSON, with every request
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Who may read `/metrics` besides administrators: `local` (programs of this machine, through
    /// no proxy), `administrators` (nobody else), `everybody`
    #[arg(long, value_name = "WHO", default_value = "local")]
    metrics: MetricsReaders,
    /// Whom to tell of a weakness, as a `mailto:` or `https:` URL, for `/.well-known/security.txt`
    #[arg(long, value_name = "URL", value_parser = contact)]
    security_contact: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Lines for people; `-v` has one for each request
    Text,
    /// One JSON object a line
    Json,
}

/// A contact of RFC 9116, 2.5.3.
fn contact(text: &str) -> Result<String, String> {
    let is_url = ["mailto:", "https://", "tel:"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    let is_line = !text.contains(char::is_whitespace) && !text.contains(char::is_control);
    if is_url && is_line {
        return Ok(text.to_owned());
    }
    Err("it is no `mailto:`, `https:` or `tel:` URL".to_owned())
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
    options.blobs = store.blobs;
    options.limits.file_size_max_bytes = arguments.file_size_max << 20;
    options.limits.uploads_per_minute_max = arguments.uploads_per_minute;
    let ProxyOptions {
        public_url,
        root_path,
        trusted_proxies,
        proxy_headers,
    } = &arguments.proxy;
    options.public_url.clone_from(public_url);
    options.root_path.clone_from(root_path);
    options.proxies = TrustedProxies {
        networks: trusted_proxies.clone(),
        headers: match proxy_headers {
            ProxyHeaders::XForwarded => ForwardedHeaders::XForwarded,
            ProxyHeaders::Forwarded => ForwardedHeaders::Forwarded,
        },
    };
    if let Some(index) = &arguments.fallback {
        let client = network::client(&context.configuration, Refresh::No, context)?;
        options.fallback = Some(Fallback::new(client, index.clone()));
    }
    let operation = &arguments.operation;
    options.metrics = operation.metrics;
    options
        .security_contact
        .clone_from(&operation.security_contact);
    let shown = context.show(&store.data);
    let terminal = context.terminal.clone();
    let format = operation.log_format;
    let server = RunningServer::start(options, move |event| match format {
        LogFormat::Text => tell(event, &shown, &terminal),
        LogFormat::Json => log(event, &terminal),
    })?;
    Ok(server)
}

/// Writes an event as a line of the log for programs.
fn log(event: &ServerEvent, terminal: &Terminal) {
    let mut line = json!({ "time": system_time().to_string() });
    if let (Some(line), Some(event)) = (line.as_object_mut(), event.to_json().as_object_mut()) {
        line.append(event);
    }
    terminal.log(&line);
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
