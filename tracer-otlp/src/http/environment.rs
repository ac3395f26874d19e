//! OpenTelemetry's variables of the OTLP exporter.

use std::time::Duration;

use crate::http::builder::{OtlpBuilder, OtlpError};

impl OtlpBuilder {
    /// Begins with what OpenTelemetry's variables say.
    ///
    /// `OTEL_EXPORTER_OTLP_` with `ENDPOINT`, `HEADERS`, `TIMEOUT`, `COMPRESSION`, `PROTOCOL` and
    /// `CERTIFICATE`; `OTEL_EXPORTER_OTLP_TRACES_` with the same stands above. `/v1/traces` is put
    /// behind the common endpoint alone. The protocol is `http/protobuf` or `http/json`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_otlp::OtlpBuilder;
    ///
    /// let otlp = OtlpBuilder::from_env()?.header("x-team", "shop").build()?;
    /// # Ok::<_, tracer_otlp::OtlpError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names the variable whose value makes no sense.
    pub fn from_env() -> Result<Self, OtlpError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the variables through `get`.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, OtlpError> {
        let variables = Variables { get };
        let mut builder = Self::default();
        if let Some((name, url, own)) = variables.named("ENDPOINT") {
            builder = if own { builder.traces_endpoint(&url) } else { builder.endpoint(&url) };
            builder = builder.endpoint_of(&name);
        }
        if let Some((name, value, _)) = variables.named("PROTOCOL") {
            builder = protocol(builder, &value).map_err(|error| error.in_variable(&name))?;
        }
        if let Some((name, value, _)) = variables.named("HEADERS") {
            builder = headers(builder, &value).map_err(|error| error.in_variable(&name))?;
        }
        if let Some((name, value, _)) = variables.named("TIMEOUT") {
            builder = timeout(builder, &value).map_err(|error| error.in_variable(&name))?;
        }
        if let Some((name, value, _)) = variables.named("COMPRESSION") {
            builder = compression(builder, &value).map_err(|error| error.in_variable(&name))?;
        }
        if let Some((_, path, _)) = variables.named("CERTIFICATE") {
            builder = builder.certificate(path);
        }
        Ok(builder)
    }
}

struct Variables<F> {
    get: F,
}

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    /// The variable for traces, or else the common one: its name, its value, and whether it is the
    /// former. One that is empty is as good as none.
    fn named(&self, what: &str) -> Option<(String, String, bool)> {
        [("TRACES_", true), ("", false)].into_iter().find_map(|(of, own)| {
            let name = format!("OTEL_EXPORTER_OTLP_{of}{what}");
            let value = (self.get)(&name).filter(|value| !value.trim().is_empty())?;
            Some((name, value, own))
        })
    }
}

fn protocol(builder: OtlpBuilder, value: &str) -> Result<OtlpBuilder, OtlpError> {
    match value.trim() {
        "http/protobuf" => Ok(builder),
        "http/json" => Ok(builder.json()),
        "grpc" => Err(OtlpError::new(
            "`grpc` is not supported; use `http/protobuf`, which the same collectors take, commonly at port 4318"
                .to_owned(),
        )),
        other => Err(OtlpError::new(format!(
            "`{other}` is no protocol; valid are `http/protobuf` and `http/json`"
        ))),
    }
}

/// `name=value` pairs, percent-encoded. A wrong one is not shown: it may be a secret.
fn headers(mut builder: OtlpBuilder, value: &str) -> Result<OtlpBuilder, OtlpError> {
    let pairs = value.split(',').filter(|pair| !pair.trim().is_empty());
    for (number, pair) in (1..).zip(pairs) {
        let decoded = pair.split_once('=').and_then(|(name, value)| {
            Some((percent_decoded(name.trim())?, percent_decoded(value.trim())?))
        });
        let Some((name, value)) = decoded.filter(|(name, _)| !name.is_empty()) else {
            return Err(OtlpError::new(format!(
                "header {number} is no `name=value` with a percent-encoded value"
            )));
        };
        builder = builder.header(&name, &value);
    }
    Ok(builder)
}

fn timeout(builder: OtlpBuilder, value: &str) -> Result<OtlpBuilder, OtlpError> {
    match value.trim().parse() {
        Ok(millis) if millis > 0 => Ok(builder.timeout(Duration::from_millis(millis))),
        _ => Err(OtlpError::new(format!("`{value}` is no time; valid are milliseconds from 1"))),
    }
}

fn compression(builder: OtlpBuilder, value: &str) -> Result<OtlpBuilder, OtlpError> {
    match value.trim() {
        "gzip" => Ok(builder.gzip(true)),
        "none" => Ok(builder.gzip(false)),
        other => {
            Err(OtlpError::new(format!("`{other}` is no compression; valid are `gzip` and `none`")))
        }
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<String, String> {
        let get = |name: &str| {
            let found =
                variables.iter().find(|(key, _)| name == format!("OTEL_EXPORTER_OTLP_{key}"));
            found.map(|(_, value)| (*value).to_owned())
        };
        let built = OtlpBuilder::read(get).and_then(OtlpBuilder::build);
        built.map(|otlp| otlp.described()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_variable_is_read_and_that_of_traces_stands_above() {
        let default = "http://localhost:4318/v1/traces protobuf plain 10s";
        assert_eq!(read(&[]).as_deref(), Ok(default));
        assert_eq!(read(&[("ENDPOINT", " "), ("TIMEOUT", "")]).as_deref(), Ok(default));
        assert_eq!(
            read(&[
                ("ENDPOINT", "https://a.example/x/"),
                ("HEADERS", "api-key=a%20b%3D,, X-Two = 2 "),
                ("TIMEOUT", "2500"),
                ("PROTOCOL", "http/json"),
            ])
            .as_deref(),
            Ok("https://a.example/x/v1/traces json gzip 2.5s api-key=a b= x-two=2")
        );
        assert_eq!(
            read(&[
                ("ENDPOINT", "https://a.example"),
                ("TRACES_ENDPOINT", "http://b.example/traces"),
                ("HEADERS", "a=1"),
                ("TRACES_HEADERS", "b=2"),
                ("TIMEOUT", "1"),
                ("TRACES_TIMEOUT", "2"),
                ("COMPRESSION", "gzip"),
                ("TRACES_COMPRESSION", "none"),
                ("PROTOCOL", "grpc"),
                ("TRACES_PROTOCOL", "http/protobuf"),
            ])
            .as_deref(),
            Ok("http://b.example/traces protobuf plain 2ms b=2")
        );
        let packed = read(&[("COMPRESSION", "gzip")]);
        assert_eq!(packed.as_deref(), Ok("http://localhost:4318/v1/traces protobuf gzip 10s"));
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_variable_and_secrets_are_not_shown() {
        for (variable, value, expected) in [
            (
                "ENDPOINT",
                "localhost:4318",
                "`localhost:4318` cannot be the endpoint: it has no scheme",
            ),
            (
                "TRACES_ENDPOINT",
                "grpc://me:key@a?key=1",
                "`a` cannot be the endpoint: it is not of HTTP",
            ),
            ("PROTOCOL", "grpc", "`grpc` is not supported; use `http/protobuf`"),
            (
                "TRACES_PROTOCOL",
                "http",
                "`http` is no protocol; valid are `http/protobuf` and `http/json`",
            ),
            ("HEADERS", "a=1,secret", "header 2 is no `name=value`"),
            ("HEADERS", "a=%4", "header 1 is no `name=value`"),
            ("HEADERS", "a=%+4", "header 1 is no `name=value`"),
            ("HEADERS", "=secret", "header 1 is no `name=value`"),
            ("TIMEOUT", "10s", "`10s` is no time; valid are milliseconds from 1"),
            ("TIMEOUT", "0", "`0` is no time"),
            ("COMPRESSION", "zstd", "`zstd` is no compression; valid are `gzip` and `none`"),
        ] {
            let error = read(&[(variable, value)]).unwrap_err();
            let expected = format!("OTEL_EXPORTER_OTLP_{variable}: {expected}");
            assert!(error.starts_with(&expected), "{error}");
            assert!(!error.contains("secret") && !error.contains("key"), "{error}");
        }
        let name = read(&[("HEADERS", "a b=secret")]).unwrap_err();
        assert_eq!(name, "`a b` cannot be a header: no such name");
        let value = read(&[("HEADERS", "a=secret%0A")]).unwrap_err();
        assert_eq!(value, "`a` cannot be a header: its value has characters beyond visible ASCII");
        let missing = read(&[("CERTIFICATE", "/no/such.pem")]).unwrap_err();
        assert_eq!(missing, "cannot read the certificate /no/such.pem");
        let none = read(&[("CERTIFICATE", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))]);
        assert!(none.unwrap_err().starts_with("there is no certificate in PEM form"));
    }
}
