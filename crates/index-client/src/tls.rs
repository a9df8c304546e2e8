//! The TLS settings: rustls with the ring provider, named explicitly and never through the
//! process-wide default, which another library could set.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use crate::error::HttpError;
use crate::options::{Certificates, ClientOptions};

/// What connections of one kind trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Plain HTTP: no certificates are loaded.
    Plain,
    /// The certificates of the options.
    Checked,
    /// Any certificate: only for hosts that the options name as trusted.
    Unchecked,
}

/// Makes the TLS settings. Loading the system's certificates takes milliseconds, so this is called at
/// the first `https` request and not before.
pub(crate) fn configuration(
    options: &ClientOptions,
    trust: Trust,
) -> Result<ClientConfig, HttpError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let setup = |error: rustls::Error| HttpError::Setup(error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(setup)?;
    let builder = match trust {
        Trust::Plain => builder.with_root_certificates(RootCertStore::empty()),
        Trust::Checked => {
            let (roots, named) = roots(&options.certificates)?;
            let verifier = NamedCertificates::new(roots, named, provider)?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
        Trust::Unchecked => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
    };
    let mut configuration = match &options.client_certificate {
        Some(pem) if trust != Trust::Plain => {
            let (chain, key) = client_certificate(pem)?;
            builder.with_client_auth_cert(chain, key).map_err(setup)?
        }
        _ => builder.with_no_client_auth(),
    };
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// What is trusted: as authorities, and by being named one by one.
fn roots(
    certificates: &Certificates,
) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), HttpError> {
    let mut store = RootCertStore::empty();
    let (found, errors) = match certificates {
        Certificates::System => {
            let loaded = rustls_native_certs::load_native_certs();
            (loaded.certs, loaded.errors)
        }
        Certificates::Files { file, folder } => {
            let loaded =
                rustls_native_certs::load_certs_from_paths(file.as_deref(), folder.as_deref());
            (loaded.certs, loaded.errors)
        }
        Certificates::Pem(pem) => {
            let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
            let certificates = certificates.map_err(|error| {
                HttpError::Setup(format!("the certificates are malformed: {error}"))
            })?;
            (certificates, Vec::new())
        }
    };
    // A system may carry a certificate that cannot be used; that it carries none that can is fatal.
    let named = match certificates {
        Certificates::System => Vec::new(),
        Certificates::Files { .. } | Certificates::Pem(_) => found.clone(),
    };
    let (added, _) = store.add_parsable_certificates(found);
    if added == 0 {
        let reason = errors
            .first()
            .map(|error| format!(": {error}"))
            .unwrap_or_default();
        return Err(HttpError::Setup(format!(
            "no certificate is there to trust{reason}"
        )));
    }
    Ok((store, named))
}

type ClientCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_certificate(pem: &[u8]) -> Result<ClientCertificate, HttpError> {
    let setup = |error: rustls::pki_types::pem::Error| {
        HttpError::Setup(format!("the client certificate is malformed: {error}"))
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    Ok((
        chain.map_err(setup)?,
        PrivateKeyDer::from_pem_slice(pem).map_err(setup)?,
    ))
}

/// Checks certificates as rustls does; and takes one that the user named itself, as OpenSSL does,
/// although it is marked as that of an authority: so are most that a server signed for itself.
#[derive(Debug)]
struct NamedCertificates {
    checked: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl NamedCertificates {
    fn new(
        roots: RootCertStore,
        named: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, HttpError> {
        let checked = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let checked = checked.build();
        let checked = checked.map_err(|error| HttpError::Setup(error.to_string()))?;
        Ok(Self { checked, named })
    }
}

impl ServerCertVerifier for NamedCertificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let checked = self.checked.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let Err(rustls::Error::InvalidCertificate(CertificateError::Other(reason))) = &checked
        else {
            return checked;
        };
        // The dates were looked at before this; whose it is was not.
        let is_authority = reason.to_string().contains("CaUsedAsEndEntity");
        if !is_authority || !self.named.iter().any(|named| named == end_entity) {
            return checked;
        }
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.checked
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.checked
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.checked.supported_verify_schemes()
    }
}

/// Takes any certificate, as pip does for a host that is named as trusted.
struct AnyCertificate(Arc<CryptoProvider>);

impl fmt::Debug for AnyCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AnyCertificate")
    }
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
