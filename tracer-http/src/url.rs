//! URLs without what is secret in them.

use std::borrow::Cow;
use std::fmt::Write as _;

const REDACTED: &str = "REDACTED";

/// Parameters whose values are secret by what they are called, in lower case: those of OpenTelemetry's
/// conventions, and names that are in wide use.
const SECRET: &[&str] = &[
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "awsaccesskeyid",
    "client_secret",
    "code",
    "credential",
    "credentials",
    "id_token",
    "jwt",
    "key",
    "passwd",
    "password",
    "pwd",
    "refresh_token",
    "secret",
    "session",
    "session_id",
    "sessionid",
    "sig",
    "signature",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-goog-credential",
    "x-goog-signature",
];

/// Returns a query whose secret values are replaced; `more` are names in lower case.
pub(crate) fn redacted_query<'a>(query: &'a str, more: &[Box<str>]) -> Cow<'a, str> {
    if !parameters(query).any(|(name, value)| is_secret(name, more) && value.is_some()) {
        return query.into();
    }
    let mut text = String::with_capacity(query.len());
    for (index, (name, value)) in parameters(query).enumerate() {
        if index > 0 {
            text.push('&');
        }
        text.push_str(name);
        if let Some(value) = value {
            text.push('=');
            text.push_str(if is_secret(name, more) { REDACTED } else { value });
        }
    }
    text.into()
}

/// Returns a whole URL without its credentials, secret values and fragment.
///
/// None where there is no scheme or no authority: nobody knows the whole of it.
pub(crate) fn full(uri: &http::Uri, more: &[Box<str>]) -> Option<String> {
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let mut text = String::with_capacity(64);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let credentials = match authority.rsplit_once('@').map(|(user, _)| user.contains(':')) {
        None => "",
        Some(false) => "REDACTED@",
        Some(true) => "REDACTED:REDACTED@",
    };
    // Writing to a string does not fail.
    let _written = write!(text, "{scheme}://{credentials}{host}{}", uri.path());
    if let Some(query) = uri.query() {
        let _written = write!(text, "?{}", redacted_query(query, more));
    }
    Some(text)
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split('&').map(|part| match part.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (part, None),
    })
}

fn is_secret(name: &str, more: &[Box<str>]) -> bool {
    let is = |secret: &str| name.eq_ignore_ascii_case(secret);
    SECRET.iter().any(|secret| is(secret)) || more.iter().any(|secret| is(secret))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{full, redacted_query};

    #[test]
    fn values_are_secret_by_their_names_whatever_their_case() {
        let more = ["pin".into()];
        for (query, expected) in [
            ("sig=abc&color=blue", "sig=REDACTED&color=blue"),
            ("color=blue&X-Amz-Signature=a%20b", "color=blue&X-Amz-Signature=REDACTED"),
            ("Token=1&token=2&PIN=3", "Token=REDACTED&token=REDACTED&PIN=REDACTED"),
            ("password==x=y&&a", "password=REDACTED&&a"),
            ("sigma=1&token&", "sigma=1&token&"),
            ("", ""),
        ] {
            assert_eq!(redacted_query(query, &more), expected);
        }
        assert!(matches!(redacted_query("a=b", &more), Cow::Borrowed("a=b")));
    }

    #[test]
    fn a_whole_url_has_no_credentials() {
        for (uri, expected) in [
            ("http://shop/cart?key=1", Some("http://shop/cart?key=REDACTED")),
            ("https://ann:pw@shop:8443/", Some("https://REDACTED:REDACTED@shop:8443/")),
            ("https://ann@shop", Some("https://REDACTED@shop/")),
            ("/cart", None),
            ("shop:80", None),
        ] {
            let uri = uri.parse().expect("a URI");
            assert_eq!(full(&uri, &[]).as_deref(), expected);
        }
    }
}
