//! gRPC over HTTP: what is a call, and how it ended.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// `rpc.system.name`; also the name of a span whose method nobody has confirmed.
pub(crate) const SYSTEM: &str = "grpc";

/// Statuses by their codes.
const STATUSES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(usize);

impl Status {
    /// Reads it from the trailers, or from the headers of a response that has nothing else.
    ///
    /// What is no status is taken for `UNKNOWN`, as gRPC's clients do.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get("grpc-status")?;
        let code = value.to_str().ok().and_then(|text| text.parse().ok());
        Some(Self(code.filter(|code| *code < STATUSES.len()).unwrap_or(2)))
    }

    pub(crate) fn name(self) -> &'static str {
        STATUSES.get(self.0).copied().unwrap_or("UNKNOWN")
    }

    /// Whether a client's span has failed.
    pub(crate) const fn is_error(self) -> bool {
        self.0 != 0
    }

    /// Whether a server's span has failed: it is the server's fault.
    pub(crate) const fn is_server_error(self) -> bool {
        matches!(self.0, 2 | 4 | 12 | 13 | 14 | 15)
    }

    /// Whether there is no such method.
    pub(crate) const fn is_unimplemented(self) -> bool {
        self.0 == 12
    }
}

/// Whether a request is a gRPC call; grpc-web, whose status lies in the body, is none here.
pub(crate) fn is_call(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    let rest = value.as_bytes().strip_prefix(b"application/grpc");
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// The method's full name, `package.Service/Method`, of a path.
pub(crate) fn method(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Status, is_call};

    fn headers(name: &'static str, value: &[u8]) -> HeaderMap {
        let value = http::HeaderValue::from_bytes(value).expect("a value");
        HeaderMap::from_iter([(http::HeaderName::from_static(name), value)])
    }

    #[test]
    fn a_call_is_known_by_its_content_type() {
        for (value, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true),
            ("application/grpc-web+proto", false),
            ("application/json", false),
        ] {
            assert_eq!(is_call(&headers("content-type", value.as_bytes())), expected, "{value}");
        }
        assert!(!is_call(&HeaderMap::new()));
    }

    #[test]
    fn what_is_no_status_is_unknown() {
        let read = |value: &[u8]| Status::read(&headers("grpc-status", value)).map(Status::name);
        assert_eq!(read(b"0"), Some("OK"));
        assert_eq!(read(b"14"), Some("UNAVAILABLE"));
        for wrong in [&b"17"[..], b"-1", b"\xFF", b"", b"99999999999999999999999"] {
            assert_eq!(read(wrong), Some("UNKNOWN"), "{wrong:?}");
        }
        assert_eq!(Status::read(&HeaderMap::new()), None);
    }
}
