//! Over TLS: to a backend whose certificate is trusted, and to no other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tracer_backend_tests::{Server, status};

use crate::Otlp;
use crate::http::tests::run;

/// Made for these tests, for a hundred years: `openssl req -x509 -newkey ec -pkeyopt
/// ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost -addext
/// subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE`.
const CERTIFICATE: &[u8] = include_bytes!("localhost/certificate.der");
const KEY: &[u8] = include_bytes!("localhost/key.der");

/// A backend at `localhost` that says who it is.
fn backend() -> Server {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are some")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(CERTIFICATE)],
            PrivatePkcs8KeyDer::from(KEY).into(),
        )
        .expect("the key is its own");
    let config = Arc::new(config);
    Server::wrapped(
        [status(200, "")],
        |port| format!("https://localhost:{port}"),
        move |stream| {
            let own = ServerConnection::new(Arc::clone(&config)).expect("a session");
            StreamOwned::new(own, stream)
        },
    )
}

fn certificate() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/tests/localhost/certificate.pem")
}

#[test]
fn a_backend_whose_certificate_is_given_gets_spans_over_tls() {
    let server = backend();
    let run = run(Otlp::builder().endpoint(&server.url).certificate(certificate()));
    assert_eq!(run.spans(3), None);
    assert_eq!(run.spans(2), None);
    assert_eq!(run.counts(), (5, 0, 0));
    let got: Vec<_> = server.got.try_iter().collect();
    assert!(got.iter().all(|got| got.connection == 0), "the connection is kept");
}

#[test]
fn a_backend_that_is_not_trusted_gets_nothing_and_is_not_asked_again() {
    let server = backend();
    let run = run(Otlp::builder().endpoint(&server.url));
    let said = run.spans(3).expect("nothing is delivered");
    assert!(said.contains(&server.url) && said.contains("certificate"), "{said}");
    assert_eq!(run.counts(), (0, 3, 0));
    assert_eq!(run.slept.try_iter().count(), 0, "it would not help");
    assert_eq!(server.got.try_iter().count(), 0);
}
