//! Where the agent is.

use std::net::Ipv6Addr;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

#[cfg(unix)]
use crate::agent::socket;

/// Where the agent listens unless it is told otherwise.
pub(crate) const PORT: u16 = 8126;
/// The same of its Unix socket.
pub(crate) const SOCKET: &str = "/var/run/datadog/apm.socket";

/// An address of an agent, and what may be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    place: Place,
    /// The value of the header `Host`.
    host: String,
    /// What stands before the path of traces: empty, or from a slash on.
    prefix: String,
    shown: String,
}

/// What one connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An IPv6 address is without its brackets.
    Tcp(String, u16),
    #[cfg(unix)]
    Socket(PathBuf),
}

impl Endpoint {
    /// Reads `http://host:port` or `unix:///path`.
    pub(crate) fn read(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!("{why}; write it as `http://host:8126` or `unix:///path/to.socket`")
        };
        let (scheme, rest) =
            url.trim().split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        match scheme.to_ascii_lowercase().as_str() {
            "http" => Self::of_http(rest).map_err(|why| wrong(&why)),
            "unix" => Self::socket(Path::new(rest)).map_err(|why| wrong(&why)),
            "https" => Err(wrong("an agent does not speak TLS")),
            _ => Err(wrong("it is neither of HTTP nor of a Unix socket")),
        }
    }

    /// A host, by name or by address, and a port.
    pub(crate) fn tcp(host: &str, port: u16) -> Result<Self, String> {
        let (host, written) = read_host(host)?;
        let authority = format!("{written}:{port}");
        Ok(Self {
            place: Place::Tcp(host, port),
            shown: format!("http://{authority}"),
            host: authority,
            prefix: String::new(),
        })
    }

    /// A Unix socket.
    #[cfg(unix)]
    pub(crate) fn socket(path: &Path) -> Result<Self, String> {
        if !path.is_absolute() {
            return Err("the path of its socket does not begin at the root".to_owned());
        }
        socket::check(path)?;
        Ok(Self {
            place: Place::Socket(path.to_owned()),
            host: "localhost".to_owned(),
            prefix: String::new(),
            shown: format!("unix://{}", path.display()),
        })
    }

    /// There are none.
    #[cfg(not(unix))]
    pub(crate) fn socket(_path: &Path) -> Result<Self, String> {
        Err("this system has no Unix sockets".to_owned())
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The address as it is said.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// What stands behind `http://`.
    fn of_http(rest: &str) -> Result<Self, String> {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("an agent takes no credentials".to_owned());
        }
        let prefix = path.trim_end_matches('/');
        if !prefix.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)) {
            return Err("there is more in it than a path".to_owned());
        }
        let (host, port) = match authority.rsplit_once(':') {
            // The last colon of an address without a port is inside of it.
            Some((host, port)) if !port.ends_with(']') => (host, read_port(port)?),
            _ => (authority, 80),
        };
        if host.contains(':') && !host.starts_with('[') {
            return Err("an IPv6 address stands in brackets".to_owned());
        }
        let mut endpoint = Self::tcp(host, port)?;
        endpoint.shown.push_str(prefix);
        prefix.clone_into(&mut endpoint.prefix);
        Ok(endpoint)
    }
}

/// A port that one can connect to.
pub(crate) fn read_port(port: &str) -> Result<u16, String> {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(port) if port > 0 && is_number => Ok(port),
        _ => Err("its port is no number from 1 to 65535".to_owned()),
    }
}

/// A host as it is connected to, and as it is written in addresses.
fn read_host(host: &str) -> Result<(String, String), String> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if bare.parse::<Ipv6Addr>().is_ok() {
        return Ok((bare.to_owned(), format!("[{bare}]")));
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    match host {
        "" => Err("it names no host".to_owned()),
        _ if host.bytes().all(is_name) => Ok((host.to_owned(), host.to_owned())),
        _ => Err("its host is neither a name nor an address".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<String, String> {
        Endpoint::read(url).map(|it| format!("{:?} {} {}", it.place, it.host, it.shown))
    }

    #[test]
    fn hosts_ports_and_prefixes_are_read() {
        for (url, expected) in [
            (
                "http://localhost:8126",
                r#"Tcp("localhost", 8126) localhost:8126 http://localhost:8126"#,
            ),
            (
                " HTTP://a_b.example:1/ ",
                r#"Tcp("a_b.example", 1) a_b.example:1 http://a_b.example:1"#,
            ),
            ("http://10.0.0.1", r#"Tcp("10.0.0.1", 80) 10.0.0.1:80 http://10.0.0.1:80"#),
            ("http://[::1]:8126", r#"Tcp("::1", 8126) [::1]:8126 http://[::1]:8126"#),
            ("http://[fe80::1]", r#"Tcp("fe80::1", 80) [fe80::1]:80 http://[fe80::1]:80"#),
            ("http://a:2/to/it//", r#"Tcp("a", 2) a:2 http://a:2/to/it"#),
        ] {
            assert_eq!(read(url).as_deref(), Ok(expected), "{url}");
        }
        assert_eq!(Endpoint::read("http://a:2/to/it/").unwrap().prefix(), "/to/it");
        let bare = Endpoint::tcp("::1", PORT).map(|it| it.host);
        assert_eq!(bare.as_deref(), Ok("[::1]:8126"));
    }

    #[test]
    #[cfg(unix)]
    fn a_unix_socket_is_read() {
        let expected =
            r#"Socket("/var/run/datadog/apm.socket") localhost unix:///var/run/datadog/apm.socket"#;
        assert_eq!(read(&format!("unix://{SOCKET}")).as_deref(), Ok(expected));
        let long = read(&format!("unix:///{}", "a".repeat(200))).unwrap_err();
        assert!(long.contains("longer"), "{long}");
        for url in ["unix://run/apm.socket", "unix://"] {
            let error = read(url).unwrap_err();
            assert!(error.starts_with("the path of its socket does not begin"), "{error}");
        }
    }

    #[test]
    fn what_is_no_address_of_an_agent_is_refused_and_no_secret_is_repeated() {
        for (url, expected) in [
            ("", "it has no scheme"),
            ("localhost:8126", "it has no scheme"),
            ("https://a:8126", "an agent does not speak TLS"),
            ("grpc://a:4317", "it is neither of HTTP nor of a Unix socket"),
            ("http://", "it names no host"),
            ("http://:8126", "it names no host"),
            ("http://me:secret@a:8126", "an agent takes no credentials"),
            ("http://a:0", "its port is no number from 1 to 65535"),
            ("http://a:99999", "its port is no number"),
            ("http://a:", "its port is no number"),
            ("http://a:+1", "its port is no number"),
            ("http://::1", "an IPv6 address stands in brackets"),
            ("http://[::1", "its host is neither a name nor an address"),
            ("http://[a]:1", "its host is neither a name nor an address"),
            ("http://a b", "its host is neither a name nor an address"),
            ("http://a\r\nX", "its host is neither"),
            ("http://a\r\nX-Y: z", "its port is no number"),
            ("http://a/b?key=secret", "there is more in it than a path"),
            ("http://a/b\r\nX: y", "there is more in it than a path"),
        ] {
            let error = read(url).unwrap_err();
            assert!(error.starts_with(expected) && !error.contains("secret"), "{url:?}: {error}");
        }
    }
}
