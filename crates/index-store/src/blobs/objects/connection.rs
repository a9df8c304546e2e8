//! How the store of objects is spoken to: over rustls with ring, which trusts what it is told to, and
//! with no setting from the process's environment.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector};
use rustls::{ClientConfig, RootCertStore};

/// A store that cannot be reached in this time is away.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Hands out the one client; the options of whoever asks say nothing that it does not know.
#[derive(Debug)]
pub(super) struct Connector(pub(super) reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// Makes the client. Certificates are loaded only for a store that needs them, from `certificates`
/// (PEM) or from the system.
///
/// # Errors
/// What is wrong with the certificates, in words.
pub(super) fn client(
    is_encrypted: bool,
    certificates: Option<&Path>,
    pause_max: Duration,
) -> Result<reqwest::Client, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = if is_encrypted {
        roots(certificates)?
    } else {
        RootCertStore::empty()
    };
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_gzip()
        .no_zstd()
        .no_proxy()
        .http1_only()
        .connect_timeout(CONNECT_MAX.min(pause_max))
        .read_timeout(pause_max)
        .build()
        .map_err(|error| error.to_string())
}

fn roots(certificates: Option<&Path>) -> Result<RootCertStore, String> {
    let loaded = match certificates {
        Some(file) => rustls_native_certs::load_certs_from_paths(Some(file), None),
        None => rustls_native_certs::load_native_certs(),
    };
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    if added > 0 {
        return Ok(roots);
    }
    let place = certificates.map_or_else(
        || "on this system".to_owned(),
        |file| format!("in `{}`", file.display()),
    );
    let reason = loaded.errors.first();
    let reason = reason.map(|error| format!(": {error}")).unwrap_or_default();
    Err(format!("no certificate is there to trust {place}{reason}"))
}
