//! TLS on loopback: which certificates are taken, and which are shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use tilsit_index_client::{Certificates, ClientOptions, IndexClient, IndexUrl, PageError};

use crate::server::{Reply, Server, TestClock};

const JSON: &str = r#"{"meta":{"api-version":"1.0"},"name":"a","files":[]}"#;

fn fixture(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("../../fixtures/tls").join(name)
}

fn pem(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// A server with a certificate of the fixtures; it may want one of its clients.
fn configuration(own: &str, wants_client: bool) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(&pem("authority.pem")).unwrap();
    roots.add(authority).unwrap();
    let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
    let builder = if wants_client {
        builder.with_client_cert_verifier(clients.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let own = pem(own);
    let chain = vec![CertificateDer::from_pem_slice(&own).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&own).unwrap();
    builder.with_single_cert(chain, key).unwrap()
}

/// Serves one page, or a redirect, to each connection; counts the requests.
fn serve(wants_client: bool, redirect: Option<String>) -> (IndexUrl, Arc<Mutex<usize>>) {
    serve_as("server.pem", wants_client, redirect)
}

/// The same with another certificate.
fn serve_as(
    own: &str,
    wants_client: bool,
    redirect: Option<String>,
) -> (IndexUrl, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let configuration = Arc::new(configuration(own, wants_client));
    let requests = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let session = ServerConnection::new(Arc::clone(&configuration)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(session, connection));
            let mut line = String::new();
            // A client that does not trust us goes away here.
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            if line != "\r\n" {
                continue;
            }
            *seen.lock().unwrap() += 1;
            let (status, header) = match &redirect {
                Some(location) => (302, format!("Location: {location}")),
                None => (
                    200,
                    "Content-Type: application/vnd.pypi.simple.v1+json".to_owned(),
                ),
            };
            let answer = format!(
                "HTTP/1.1 {status} Reason\r\nConnection: close\r\nContent-Length: {}\r\n{header}\r\n\r\n{JSON}",
                JSON.len()
            );
            let stream = stream.get_mut();
            let _ = stream.write_all(answer.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    let index = format!("https://localhost:{port}/simple/").parse().unwrap();
    (index, requests)
}

fn ask(index: &IndexUrl, change: impl FnOnce(&mut ClientOptions)) -> Result<(), PageError> {
    let mut options = TestClock::new().options();
    options.retries = 0;
    options.certificates = Certificates::Files {
        file: Some(fixture("authority.pem")),
        folder: None,
    };
    change(&mut options);
    let client = IndexClient::new(options);
    client.project_page(index, &"a".parse().unwrap()).map(drop)
}

#[test]
fn only_trusted_certificates_are_taken() {
    let (index, requests) = serve(false, None);
    ask(&index, |_| {}).unwrap();
    ask(&index, |options| {
        options.certificates = Certificates::Pem(pem("authority.pem"));
    })
    .unwrap();
    assert_eq!(*requests.lock().unwrap(), 2);
    let error = ask(&index, |options| {
        options.certificates = Certificates::System;
    });
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("cannot connect") && error.contains("certificate"),
        "{error}"
    );
    let missing = ask(&index, |options| {
        options.certificates = Certificates::Files {
            file: Some(fixture("missing.pem")),
            folder: None,
        };
    });
    let missing = missing.unwrap_err().to_string();
    assert!(
        missing.contains("no certificate is there to trust") && missing.contains("missing.pem"),
        "{missing}"
    );
    assert_eq!(*requests.lock().unwrap(), 2);
}

#[test]
fn a_certificate_that_signs_itself_is_taken_where_it_is_named() {
    let (index, requests) = serve_as("self-signed.pem", false, None);
    let with = |index: &IndexUrl, name: &str| {
        ask(index, |options| {
            options.certificates = Certificates::Files {
                file: Some(fixture(name)),
                folder: None,
            };
        })
    };
    with(&index, "self-signed.pem").unwrap();
    assert_eq!(*requests.lock().unwrap(), 1);
    with(&index, "authority.pem").unwrap_err();
    let elsewhere = index.to_string().replace("localhost", "127.0.0.1");
    let error = with(&elsewhere.parse().unwrap(), "self-signed.pem").unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
    assert_eq!(*requests.lock().unwrap(), 1);
}

#[test]
fn a_trusted_host_may_have_any_certificate() {
    let (index, requests) = serve(false, None);
    let port = index.url().port().unwrap();
    for (named, is_taken) in [
        ("localhost".to_owned(), true),
        (format!("localhost:{port}"), true),
        ("localhost:1".to_owned(), false),
        ("other.example".to_owned(), false),
    ] {
        let result = ask(&index, |options| {
            options.certificates = Certificates::System;
            options.trusted_hosts = vec![named.clone()];
        });
        assert_eq!(result.is_ok(), is_taken, "{named}");
    }
    assert_eq!(*requests.lock().unwrap(), 2);
}

#[test]
fn a_client_certificate_is_shown() {
    let (index, requests) = serve(true, None);
    ask(&index, |_| {}).unwrap_err();
    assert_eq!(*requests.lock().unwrap(), 0);
    ask(&index, |options| {
        options.client_certificate = Some(pem("client.pem"));
    })
    .unwrap();
    assert_eq!(*requests.lock().unwrap(), 1);
    let error = ask(&index, |options| {
        options.client_certificate = Some(b"no certificate".to_vec());
    });
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("the client certificate is malformed"),
        "{error}"
    );
}

#[test]
fn a_redirect_does_not_leave_encryption() {
    let plain = Server::start(|_| Reply::json(JSON));
    let (index, _) = serve(false, Some(plain.url("/simple/a/").to_string()));
    let error = ask(&index, |_| {}).unwrap_err().to_string();
    assert!(error.contains("redirects from https to http"), "{error}");
    assert!(plain.requests().is_empty());
    ask(&index, |options| {
        options.trusted_hosts = vec!["127.0.0.1".to_owned()];
    })
    .unwrap();
    assert_eq!(plain.requests().len(), 1);
}
