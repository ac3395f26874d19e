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

/// What makes no sense, with its variable.
type Wrong = Vec<(&'static str, DatadogError)>;

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
    /// Names the variable whose value makes no sense.
    pub fn from_env() -> Result<Self, DatadogError> {
        let (builder, wrong) = Self::read(&|name| std::env::var(name).ok(), Path::new(SOCKET));
        wrong.into_iter().next().map_or(Ok(builder), |(_, error)| Err(error))
    }

    /// As [`from_env`](Self::from_env), of variables that `get` knows. Where one makes no sense, its
    /// default stands, and a line says so.
    #[doc(hidden)]
    pub fn of_variables(get: &dyn Fn(&str) -> Option<String>) -> (Self, Vec<String>) {
        let (builder, wrong) = Self::read(get, Path::new(SOCKET));
        let line = |(variable, error): &(&str, DatadogError)| match *variable {
            EXTERNAL_ENV => format!("{error}; ignoring the variable"),
            TIMEOUT => format!("{error}; using `2`"),
            _ => format!("{error}; sending to `{}`", builder.address()),
        };
        let lines = wrong.iter().map(line).collect();
        (builder, lines)
    }

    /// `usual` is where a socket may be.
    pub(super) fn read(get: &dyn Fn(&str) -> Option<String>, usual: &Path) -> (Self, Wrong) {
        // One that is empty is as good as none.
        let get = |name| {
            let value = get(name).map(|value| value.trim().to_owned());
            value.filter(|value| !value.is_empty())
        };
        let mut wrong = Vec::new();
        let mut builder = Self::default();
        if let Some(endpoint) = endpoint(&get, usual, &mut wrong) {
            builder = builder.endpoint(endpoint);
        }
        match get(TIMEOUT).map(|seconds| timeout(&seconds)) {
            Some(Ok(timeout)) => builder = builder.timeout(timeout),
            Some(Err(error)) => wrong.push((TIMEOUT, error)),
            None => {}
        }
        if let Some(value) = get(EXTERNAL_ENV) {
            if value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
                builder = builder.external_env(&value);
            } else {
                let error = of(EXTERNAL_ENV, &value, "it has characters beyond visible ASCII");
                wrong.push((EXTERNAL_ENV, error));
            }
        }
        (builder, wrong)
    }
}

/// Where the variables say that the agent is; none where they say nothing that makes sense.
fn endpoint(
    get: &impl Fn(&'static str) -> Option<String>,
    usual: &Path,
    wrong: &mut Wrong,
) -> Option<Endpoint> {
    match (get(URL), get(HOST), get(AGENT_PORT)) {
        (Some(url), _, _) => {
            let read = DatadogBuilder::default().agent_url(&url).into_endpoint();
            read.map_err(|error| wrong.push((URL, error.in_variable(URL)))).ok()
        }
        (None, None, None) if cfg!(unix) && usual.exists() => Endpoint::socket(usual).ok(),
        (None, None, None) => None,
        (None, host, port) => host_and_port(host, port, wrong),
    }
}

fn host_and_port(
    host: Option<String>,
    port: Option<String>,
    wrong: &mut Wrong,
) -> Option<Endpoint> {
    let port = port.map_or(Ok(PORT), |port| {
        read_port(&port)
            .map_err(|_| of(AGENT_PORT, &port, "it is no port; valid are numbers from 1 to 65535"))
    });
    let port = port.unwrap_or_else(|error| {
        wrong.push((AGENT_PORT, error));
        PORT
    });
    let Some(host) = host else { return Endpoint::tcp("localhost", port).ok() };
    Endpoint::tcp(&host, port)
        .or_else(|_| {
            let error = of(HOST, &host, "it is no host; valid are names and addresses alone");
            wrong.push((HOST, error));
            Endpoint::tcp("localhost", port)
        })
        .ok()
}

fn timeout(value: &str) -> Result<Duration, DatadogError> {
    let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= MAX_SECONDS);
    let timeout = seconds.map(Duration::from_secs_f64).filter(|timeout| !timeout.is_zero());
    timeout
        .ok_or_else(|| of(TIMEOUT, value, "it is no time; valid are seconds above 0, up to 3600"))
}

fn of(variable: &str, value: &str, why: &str) -> DatadogError {
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
        let (builder, wrong) = DatadogBuilder::read(&get, socket);
        let it = builder.build().expect("what makes no sense is left out");
        let told = format!("{} {:?}", it.client.address(), it.client.patience());
        let wrong: Vec<_> = wrong.iter().map(|(_, error)| error.to_string()).collect();
        if wrong.is_empty() { Ok(told) } else { Err(format!("{}\n{told}", wrong.join("\n"))) }
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
            assert!(error.ends_with("\nhttp://localhost:8126 2s"), "{error}");
        }
    }

    #[test]
    fn what_makes_sense_beside_it_stands() {
        let error = read(&[(HOST, "agent"), (AGENT_PORT, "x"), (TIMEOUT, "soon")]).unwrap_err();
        assert_eq!(error.lines().count(), 3, "{error}");
        assert!(error.ends_with("\nhttp://agent:8126 2s"), "{error}");
        let error = read(&[(HOST, "a b"), (AGENT_PORT, "1")]).unwrap_err();
        assert!(error.ends_with("\nhttp://localhost:1 2s"), "{error}");
    }
}
