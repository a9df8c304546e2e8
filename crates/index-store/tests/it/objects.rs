//! Files in a store that speaks the S3 protocol: large and small, in parts, with names of all kinds,
//! and a store that is away.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use tilsit_index_store::{IndexStore, StoreError, StoreOptions};
use tilsit_simple_api::Sha256Digest;
use tilsit_testing::{Loss, LossyProxy, S3Server};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support::{TestStore, at, on_objects, s3_options};

/// More than one part.
const LARGE_BYTES: usize = 8 * 1024 * 1024 + 3;

fn large() -> Vec<u8> {
    let mut state = 1_u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(LARGE_BYTES)
    .collect()
}

async fn keep(store: &IndexStore, bytes: &[u8], name: &str) -> Result<Sha256Digest, StoreError> {
    let incoming = store.blobs().receive().unwrap();
    std::fs::write(incoming.path(), bytes).unwrap();
    let sha256 = Sha256Digest(Sha256::digest(bytes).into());
    let metadata = name.contains(".whl").then(|| b"Name: a\n".to_vec());
    store
        .blobs()
        .keep(incoming, (&sha256, name), metadata)
        .await
        .map(|()| sha256)
}

async fn read(store: &IndexStore, sha256: &Sha256Digest, name: &str, part: (u64, u64)) -> Vec<u8> {
    let stream = store.blobs().read(sha256, name, part.0..part.1).await;
    let chunks: Vec<_> = stream.unwrap().try_collect().await.unwrap();
    chunks.concat()
}

/// What an audit finds when no project is there: everything that is kept.
async fn left_over(store: &IndexStore) -> Vec<String> {
    let audit = store.audit(&mut |_| ControlFlow::Continue(())).await;
    let findings = audit.unwrap().findings.into_iter();
    findings.map(|finding| finding.to_string()).collect()
}

/// A store behind a proxy.
async fn behind(proxy: &LossyProxy, test: &TestStore, pause_max: Duration) -> IndexStore {
    let mut s3 = s3_options(test.objects.as_ref().unwrap());
    s3.endpoint = Some(format!("http://{}", proxy.address()));
    s3.pause_max = pause_max;
    let options = StoreOptions {
        blobs: Some(s3),
        ..test.options.clone()
    };
    IndexStore::open(&options, at(0)).await.unwrap()
}

#[test]
fn files_of_all_sizes_are_read_as_they_came() {
    on_objects(async |test| {
        for bytes in [b"".to_vec(), b"small".to_vec(), large()] {
            let name = "a-1.0.tar.gz";
            let sha256 = keep(&test.store, &bytes, name).await.unwrap();
            let size = bytes.len() as u64;
            assert_eq!(read(&test.store, &sha256, name, (0, size)).await, bytes);
            let all = test.store.blobs().read_all(&sha256, name).await.unwrap();
            assert_eq!(all, bytes);
            assert!(test.kept(&sha256, name).is_file());
            let (from, to) = (size / 3, size / 2);
            let part = read(&test.store, &sha256, name, (from, to)).await;
            let within = |byte: u64| usize::try_from(byte).unwrap();
            assert_eq!(part, bytes[within(from)..within(to)]);
        }
    });
}

#[test]
fn names_of_all_kinds_are_kept_and_found() {
    on_objects(async |test| {
        let names = [
            "a-1.0+local.1-py3-none-any.whl",
            "a-1!1.0.tar.gz",
            "A_b.c-1.0-1_x-cp39.cp310-abi3-manylinux_2_17_x86_64.whl",
        ];
        for name in names {
            let sha256 = keep(&test.store, name.as_bytes(), name).await.unwrap();
            let all = test.store.blobs().read_all(&sha256, name).await.unwrap();
            assert_eq!(all, name.as_bytes());
        }
        // Two wheels with their metadata, and an sdist.
        assert_eq!(left_over(&test.store).await.len(), 5);
    });
}

#[test]
fn the_same_bytes_may_come_again_and_mend_what_is_damaged() {
    on_objects(async |test| {
        for (bytes, name) in [(b"small".to_vec(), "a.whl"), (large(), "b.tar.gz")] {
            let sha256 = keep(&test.store, &bytes, name).await.unwrap();
            let kept = test.kept(&sha256, name);
            let when = || kept.metadata().unwrap().modified().unwrap();
            let first = when();
            keep(&test.store, &bytes, name).await.unwrap();
            assert_eq!(when(), first, "it is not written again");
            std::fs::write(&kept, b"cut").unwrap();
            keep(&test.store, &bytes, name).await.unwrap();
            assert_eq!(std::fs::read(&kept).unwrap(), bytes);
        }
    });
}

#[test]
fn what_is_missing_or_short_is_an_error() {
    on_objects(async |test| {
        let name = "a-1.0.tar.gz";
        let sha256 = keep(&test.store, b"some bytes", name).await.unwrap();
        let blobs = test.store.blobs();
        let other = Sha256Digest([7; 32]);
        let missing = blobs.read(&other, name, 0..10).await.err().unwrap();
        assert!(
            matches!(&missing, StoreError::ObjectMissing { key, .. } if key.contains("/0707")),
            "{missing:?}"
        );
        std::fs::write(test.kept(&sha256, name), b"some").unwrap();
        let short = blobs.read(&sha256, name, 0..10).await.err().unwrap();
        assert!(
            matches!(&short, StoreError::ObjectSize { found: 4, .. }),
            "{short:?}"
        );
    });
}

#[test]
fn a_wrong_key_and_a_wrong_bucket_are_told() {
    on_objects(async |test| {
        test.store.blobs().check().await.unwrap();
        let right = s3_options(test.objects.as_ref().unwrap());
        let mut wrong_key = right.clone();
        wrong_key.secret_access_key = "another".to_owned();
        let mut wrong_bucket = right;
        wrong_bucket.location = "s3://no-such-bucket".parse().unwrap();
        for s3 in [wrong_key, wrong_bucket] {
            let options = StoreOptions {
                blobs: Some(s3),
                ..test.options.clone()
            };
            let store = IndexStore::open(&options, at(0)).await.unwrap();
            let error = store.blobs().check().await.unwrap_err();
            assert!(matches!(error, StoreError::Objects { .. }), "{error:?}");
            let text = error.to_string();
            let place = options.blobs.unwrap().location.to_string();
            assert!(text.contains(&place), "{text}");
            assert!(!text.contains(S3Server::SECRET_ACCESS_KEY), "{text}");
        }
    });
}

/// The connection is cut at many places of an upload in parts: what was begun is no object, the
/// error says so, and the next attempt finds nothing in its way.
#[test]
fn a_store_that_goes_away_leaves_no_half_file() {
    on_objects(async |test| {
        let proxy = LossyProxy::before(test.objects.as_ref().unwrap().address());
        let store = behind(&proxy, &test, Duration::from_secs(10)).await;
        let (bytes, name) = (large(), "a-1.0-py3-none-any.whl");
        let sha256 = keep(&store, &bytes, name).await.unwrap();
        let (to_server, back) = proxy.carried();
        let kept = test.kept(&sha256, name);
        std::fs::remove_file(&kept).unwrap();
        // Each attempt that fails takes the time of its retries.
        let places = if tilsit_testing::ring::in_acceptance() {
            25
        } else {
            3
        };
        let part = |whole: u64, place: u64| whole * (2 * place + 1) / (2 * places);
        let there = (0..places).map(|place| (part(to_server, place), u64::MAX));
        let and_back = (0..places).map(|place| (u64::MAX, part(back, place)));
        for budget in there.chain(and_back) {
            proxy.lose_after(budget, Loss::Cut);
            let cut = keep(&store, &bytes, name).await;
            assert!(
                matches!(&cut, Err(StoreError::Objects { .. })),
                "{budget:?}: {cut:?}"
            );
            proxy.heal();
            match std::fs::read(&kept) {
                // Only the answer was lost.
                Ok(found) => assert_eq!(found, bytes),
                Err(_) => assert!(left_over(&store).await.len() < 2),
            }
            keep(&store, &bytes, name).await.unwrap();
            assert_eq!(std::fs::read(&kept).unwrap(), bytes);
            std::fs::remove_file(&kept).unwrap();
        }
    });
}

/// A certificate of the fixtures is taken where its authority is named, and else not.
#[test]
fn certificates_are_checked() {
    on_objects(async |test| {
        let server = test.objects.as_ref().unwrap().address();
        let mut s3 = s3_options(test.objects.as_ref().unwrap());
        s3.endpoint = Some(format!("https://localhost:{}", encrypted(server).await));
        let authority = tilsit_testing::fixture("tls/authority.pem");
        let other = tilsit_testing::fixture("tls/self-signed.pem");
        for (certificates, is_taken) in [(authority, true), (other, false)] {
            s3.certificates = Some(certificates);
            let options = StoreOptions {
                blobs: Some(s3.clone()),
                ..test.options.clone()
            };
            let store = IndexStore::open(&options, at(0)).await.unwrap();
            let kept = keep(&store, &large(), "a.tar.gz").await;
            assert_eq!(kept.is_ok(), is_taken, "{kept:?}");
        }
        s3.certificates = Some(tilsit_testing::fixture("README.md"));
        let options = StoreOptions {
            blobs: Some(s3),
            ..test.options.clone()
        };
        let refused = IndexStore::open(&options, at(0)).await.unwrap_err();
        let text = refused.to_string();
        assert!(
            text.contains("no certificate is there to trust in `"),
            "{text}"
        );
    });
}

/// Ends TLS before a server, as a task of this runtime; the port.
async fn encrypted(server: SocketAddr) -> u16 {
    let own = std::fs::read(tilsit_testing::fixture("tls/server.pem")).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(&own).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&own).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(configuration));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away here.
                let mut client = acceptor.accept(connection).await?;
                let mut plain = TcpStream::connect(server).await?;
                tokio::io::copy_bidirectional(&mut client, &mut plain).await
            });
        }
    });
    port
}

#[test]
fn a_store_that_hangs_is_given_up() {
    on_objects(async |test| {
        let proxy = LossyProxy::before(test.objects.as_ref().unwrap().address());
        let pause_max = Duration::from_secs(1);
        let store = behind(&proxy, &test, pause_max).await;
        proxy.lose_after((0, 0), Loss::Stall);
        let begun = Instant::now();
        let error = keep(&store, b"small", "a.tar.gz").await.unwrap_err();
        assert!(matches!(error, StoreError::Objects { .. }), "{error:?}");
        assert!(begun.elapsed() >= pause_max && begun.elapsed() < 10 * pause_max);
        proxy.heal();
        keep(&store, b"small", "a.tar.gz").await.unwrap();
    });
}
