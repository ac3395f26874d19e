//! What the environment says of all spans: the service, where it runs, and the like.

/// Reads resource attributes, `service.name` among them.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    complaints: &mut Vec<String>,
) -> Vec<(String, String)> {
    let mut resource = set("OTEL_RESOURCE_ATTRIBUTES")
        .and_then(|value| attributes(&value, complaints))
        .unwrap_or_default();
    if let Some(name) = set("OTEL_SERVICE_NAME") {
        resource.retain(|(key, _)| key != "service.name");
        resource.push(("service.name".to_owned(), name));
    }
    resource
}

/// OpenTelemetry: `key=value` pairs, percent-encoded; one that is wrong discards them all.
fn attributes(value: &str, complaints: &mut Vec<String>) -> Option<Vec<(String, String)>> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let key = key.trim();
        (!key.is_empty()).then_some((key.to_owned(), percent_decoded(value.trim())?))
    };
    let mut attributes = Vec::new();
    for part in value.split(',').filter(|part| !part.trim().is_empty()) {
        let Some(attribute) = pair(part) else {
            complaints.push(format!(
                "OTEL_RESOURCE_ATTRIBUTES: `{part}` is no `key=value` with a percent-encoded value; \
                 ignoring the variable"
            ));
            return None;
        };
        attributes.push(attribute);
    }
    Some(attributes)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%' {
            let (digits, tail) = rest.split_first_chunk::<2>()?;
            let digits =
                std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}
