//! Where the backend is.

use ureq::http::Uri;

/// An address of OTLP/HTTP, and what may be said of it.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: String,
    shown: String,
    is_loopback: bool,
    is_https: bool,
}

impl Endpoint {
    /// Reads a base address: the path of traces is put behind it.
    pub(crate) fn base(url: &str) -> Result<Self, String> {
        let (before, query) = match url.trim().split_once('?') {
            Some((before, query)) => (before, format!("?{query}")),
            None => (url.trim(), String::new()),
        };
        Self::exact(&format!("{}/v1/traces{query}", before.trim_end_matches('/')))
    }

    /// Reads the address of traces itself, which is taken as it is.
    pub(crate) fn exact(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{why}; write it as `http://host:4318`");
        let is_https = match url.trim().split_once("://").map(|(scheme, _)| scheme) {
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => false,
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => true,
            Some(_) => return Err(wrong("it is not of HTTP")),
            None => return Err(wrong("it has no scheme")),
        };
        let uri: Uri = url.trim().parse().map_err(|_| wrong("it is no address"))?;
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        let host = authority.host();
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        // Credentials may stand before the host and behind the path.
        let place = authority.as_str().rsplit('@').next().unwrap_or_default();
        let scheme = if is_https { "https" } else { "http" };
        Ok(Self {
            url: url.trim().to_owned(),
            shown: format!("{scheme}://{place}{}", uri.path()),
            is_loopback: is_loopback(host),
            is_https,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The address without credentials.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it is on this machine.
    pub(crate) const fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(crate) const fn is_https(&self) -> bool {
        self.is_https
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = bare.parse().ok();
    address.map_or_else(|| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_put_behind_a_base_alone() {
        let url = |url| Endpoint::base(url).map(|endpoint| endpoint.url);
        assert_eq!(url("http://localhost:4318").as_deref(), Ok("http://localhost:4318/v1/traces"));
        assert_eq!(url(" http://a/b/ ").as_deref(), Ok("http://a/b/v1/traces"));
        assert_eq!(url("https://a/b?key=1").as_deref(), Ok("https://a/b/v1/traces?key=1"));
        let exact = Endpoint::exact("https://a.example:1/traces/?x=1").map(|endpoint| endpoint.url);
        assert_eq!(exact.as_deref(), Ok("https://a.example:1/traces/?x=1"));
    }

    #[test]
    fn credentials_are_not_shown() {
        let endpoint = Endpoint::base("https://me:secret@otlp.example.com/x?key=secret").unwrap();
        assert_eq!(endpoint.shown, "https://otlp.example.com/x/v1/traces");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in
            ["", "localhost:4318", "grpc://a:4317", "http://", "http:///x", "/v1", "http://a b"]
        {
            assert!(Endpoint::base(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for (url, expected) in [
            ("http://localhost:4318", true),
            ("http://127.0.0.2", true),
            ("http://[::1]:4318", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(Endpoint::base(url).unwrap().is_loopback(), expected, "{url}");
        }
    }
}
