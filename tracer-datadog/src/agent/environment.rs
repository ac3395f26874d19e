//! Datadog's variables of where the agent is.

use std::path::Path;
use std::time::Duration;

use crate::agent::builder::{DatadogBuilder, DatadogError};
use crate::agent::endpoint::{Endpoint, PORT, SOCKET, read_port};

const URL: &str = "DD_TRACE_AGENT_URL";
const HOST: &str = "DD_AGENT_HOST";
const AGENT_PORT: &str = "DD_TRACE_AGENT_PORT";
const TIMEOUT: &str = "DD_TRACE_AGENT_TIMEOUT_SECONDS";
const EXTERNAL_ENV: &str = "DD_EXTERNAL_ENV";
/// An hour: whoever waits longer has mistyped it.
const MAX_SECONDS: f64 = 3_600.0;

impl DatadogBuilder {
    /// Begins with what Datadog's variables say.
    ///
    /// The agent is at `DD_TRACE_AGENT_URL`; else at `DD_AGENT_HOST` and `DD_TRACE_AGENT_PORT`, of
    /// which one stands for `localhost`, 8126 where the other is set alone; else at the Unix socket
    /// `/var/run/datadog/apm.socket`, if there is one; else at `http://localhost:8126`.
    /// `DD_TRACE_AGENT_TIMEOUT_SECONDS` is the [`timeout`](Self::timeout). `DD_EXTERNAL_ENV` is
    /// handed on to the agent.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_datadog::DatadogBuilder;
    ///
    /// let datadog = DatadogBuilder::from_env()?.build()?;
    /// # Ok::<_, tracer_datadog::DatadogError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names the variable whose value makes no sense. What is wrong with `DD_TRACE_AGENT_URL` is
    /// said by [`build`](Self::build).
    pub fn from_env() -> Result<Self, DatadogError> {
        Self::read(|name| std::env::var(name).ok(), Path::new(SOCKET))
    }

    /// Reads the variables through `get`; `usual` is where a socket may be.
    pub(super) fn read(
        get: impl Fn(&str) -> Option<String>,
        usual: &Path,
    ) -> Result<Self, DatadogError> {
        // One that is empty is as good as none.
        let get = |name| {
            let value = get(name).map(|value| value.trim().to_owned());
            value.filter(|value| !value.is_empty())
        };
        let mut builder = Self::default();
        builder = match (get(URL), get(HOST), get(AGENT_PORT)) {
            (Some(url), _, _) => builder.agent_url(&url).endpoint_of(URL),
            (None, None, None) if cfg!(unix) && usual.exists() => match Endpoint::socket(usual) {
                Ok(socket) => builder.endpoint(socket),
                Err(_) => builder,
            },
            (None, None, None) => builder,
            (None, host, port) => builder.endpoint(host_and_port(host, port)?),
        };
        if let Some(seconds) = get(TIMEOUT) {
            builder = builder.timeout(timeout(&seconds)?);
        }
        if let Some(value) = get(EXTERNAL_ENV) {
            if !value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
                return Err(wrong(EXTERNAL_ENV, &value, "it has characters beyond visible ASCII"));
            }
            builder = builder.external_env(&value);
        }
        Ok(builder)
    }
}

fn host_and_port(host: Option<String>, port: Option<String>) -> Result<Endpoint, DatadogError> {
    let port = match port {
        Some(port) => read_port(&port).map_err(|_| {
            wrong(AGENT_PORT, &port, "it is no port; valid are numbers from 1 to 65535")
        })?,
        None => PORT,
    };
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    Endpoint::tcp(&host, port)
        .map_err(|_| wrong(HOST, &host, "it is no host; valid are names and addresses alone"))
}

fn timeout(value: &str) -> Result<Duration, DatadogError> {
    let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MAX_SECONDS);
    let timeout = seconds.map(Duration::from_secs_f64).filter(|timeout| !timeout.is_zero());
    timeout.ok_or_else(|| {
        wrong(TIMEOUT, value, "it is no time; valid are seconds above 0, up to 3600")
    })
}

fn wrong(variable: &str, value: &str, why: &str) -> DatadogError {
    // A value that is no host may be an address with credentials.
    let shown = value.rsplit('@').next().unwrap_or_default().escape_debug();
    DatadogError::new(format!("{variable}: `{shown}`: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(variables: &[(&str, &str)], socket: &Path) -> Result<String, String> {
        let get = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let built = DatadogBuilder::read(get, socket).and_then(DatadogBuilder::build);
        let told = built.map(|it| format!("{} {:?}", it.client.address(), it.client.patience()));
        told.map_err(|error| error.to_string())
    }

    fn read(variables: &[(&str, &str)]) -> Result<String, String> {
        read_with(variables, Path::new("/no/such.socket"))
    }

    #[test]
    fn each_variable_is_read_and_the_address_stands_above_host_and_port() {
        for (variables, expected) in [
            (&[][..], "http://localhost:8126 2s"),
            (&[(URL, " "), (HOST, "")], "http://localhost:8126 2s"),
            (&[(HOST, "agent")], "http://agent:8126 2s"),
            (&[(AGENT_PORT, "9126")], "http://localhost:9126 2s"),
            (&[(HOST, "::1"), (AGENT_PORT, "1")], "http://[::1]:1 2s"),
            (&[(HOST, "[::1]")], "http://[::1]:8126 2s"),
            (&[(URL, "http://a:1"), (HOST, "b"), (AGENT_PORT, "x")], "http://a:1 2s"),
            (&[(TIMEOUT, "0.25")], "http://localhost:8126 250ms"),
            (&[(EXTERNAL_ENV, "it-false,cn-web,pu-1")], "http://localhost:8126 2s"),
        ] {
            assert_eq!(read(variables).as_deref(), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn the_usual_socket_is_taken_where_there_is_one_and_nothing_else_is_said() {
        // Any path that exists will do.
        let there = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shown = format!("unix://{} 2s", there.display());
        assert_eq!(read_with(&[], there), Ok(shown));
        for (variables, expected) in [
            (&[(HOST, "agent")], "http://agent:8126 2s"),
            (&[(AGENT_PORT, "9126")], "http://localhost:9126 2s"),
            (&[(URL, "unix:///a/b.socket")], "unix:///a/b.socket 2s"),
        ] {
            assert_eq!(read_with(variables, there).as_deref(), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_variable_and_secrets_are_not_shown() {
        for (variable, value, expected) in [
            (
                URL,
                "localhost:8126",
                "`localhost:8126` cannot be the agent's address: it has no scheme",
            ),
            (
                URL,
                "https://me:secret@a",
                "`a` cannot be the agent's address: an agent does not speak TLS",
            ),
            (URL, "http://a?key=secret", "`http://a` cannot be the agent's address: there is more"),
            (HOST, "http://me:secret@a", "`a`: it is no host; valid are names and addresses alone"),
            (HOST, "a:8126", "`a:8126`: it is no host"),
            (AGENT_PORT, "http", "`http`: it is no port; valid are numbers from 1 to 65535"),
            (AGENT_PORT, "0", "`0`: it is no port"),
            (TIMEOUT, "2s", "`2s`: it is no time; valid are seconds above 0, up to 3600"),
            (TIMEOUT, "0", "`0`: it is no time"),
            (TIMEOUT, "-1", "`-1`: it is no time"),
            (TIMEOUT, "NaN", "`NaN`: it is no time"),
            (TIMEOUT, "inf", "`inf`: it is no time"),
            (TIMEOUT, "1e-300", "`1e-300`: it is no time"),
            (
                EXTERNAL_ENV,
                "a\r\nX-Y: z",
                "`a\\r\\nX-Y: z`: it has characters beyond visible ASCII",
            ),
        ] {
            let error = read(&[(variable, value)]).unwrap_err();
            assert!(error.starts_with(&format!("{variable}: {expected}")), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
