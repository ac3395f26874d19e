//! What the environment says of all spans: the service, where it runs, and the like.

use crate::environment::tags;

const SERVICE: &str = "service.name";
const ENVIRONMENT: &str = "deployment.environment.name";
const VERSION: &str = "service.version";

/// What Datadog calls what OpenTelemetry has names for.
const OF_DATADOG: [(&str, &str); 3] =
    [("service", SERVICE), ("env", ENVIRONMENT), ("version", VERSION)];

/// Reads resource attributes, each once: where several variables say it, as Datadog's tracers have
/// it.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    complaints: &mut Vec<String>,
) -> Vec<(String, String)> {
    let mut resource = Vec::new();
    let attributes = set("OTEL_RESOURCE_ATTRIBUTES").and_then(|it| attributes(&it, complaints));
    for (key, value) in attributes.unwrap_or_default() {
        say(&mut resource, &key, value);
    }
    for (key, value) in set("DD_TAGS").map(|it| of_datadog(&it, complaints)).unwrap_or_default() {
        say(&mut resource, &key, value);
    }
    let variables = [
        ("OTEL_SERVICE_NAME", SERVICE),
        ("DD_SERVICE", SERVICE),
        ("DD_ENV", ENVIRONMENT),
        ("DD_VERSION", VERSION),
    ];
    for (variable, key) in variables {
        if let Some(value) = set(variable) {
            say(&mut resource, key, value);
        }
    }
    resource
}

/// What Datadog calls what all spans have.
#[cfg(feature = "datadog")]
pub(super) fn in_datadog_s_words(key: &str) -> &str {
    let known = OF_DATADOG.iter().find(|(_, name)| *name == key);
    known.map_or(key, |(name, _)| name)
}

/// Says it in place of what was said before.
fn say(resource: &mut Vec<(String, String)>, key: &str, value: String) {
    // The environment's name of old would contradict.
    let is_old = |other: &str| key == ENVIRONMENT && other == "deployment.environment";
    resource.retain(|(other, _)| other != key && !is_old(other));
    resource.push((key.to_owned(), value));
}

/// Datadog's `key:value` pairs, under OpenTelemetry's names where it has some.
fn of_datadog(value: &str, complaints: &mut Vec<String>) -> Vec<(String, String)> {
    let mut tags = Vec::new();
    let mut has_nameless = false;
    for (key, value) in tags::pairs(value) {
        let known = OF_DATADOG.iter().find(|(name, _)| *name == key);
        let key = known.map_or(key, |(_, key)| key);
        has_nameless |= key.is_empty();
        tags.push((key.to_owned(), value.to_owned()));
    }
    if has_nameless {
        complaints.push(format!(
            "DD_TAGS: a tag of `{value}` has no key; valid are `key:value` pairs with commas or spaces between; \
             using the others"
        ));
        tags.retain(|(key, _)| !key.is_empty());
    }
    tags
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

#[cfg(test)]
mod tests {
    use super::read;

    fn resource(variables: &[(&str, &str)]) -> (String, Vec<String>) {
        let set = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let mut complaints = Vec::new();
        let resource = read(&set, &mut complaints);
        let pairs: Vec<_> = resource.iter().map(|(key, value)| format!("{key}={value}")).collect();
        (pairs.join(" "), complaints)
    }

    #[test]
    fn datadog_s_words_become_opentelemetry_s_and_win() {
        let otel = (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=a,team=a,deployment.environment=a,service.version=a,host.name=a",
        );
        let otel_name = ("OTEL_SERVICE_NAME", "b");
        let tags = ("DD_TAGS", "service:c,env:c,version:c,team:c%20c");
        for (variables, expected) in [
            (&[("DD_SERVICE", "shop")][..], "service.name=shop"),
            (
                &[("DD_ENV", "prod"), ("DD_VERSION", "1.2")],
                "deployment.environment.name=prod service.version=1.2",
            ),
            (
                &[("DD_TAGS", "team:shop key env:prod")],
                "team=shop key= deployment.environment.name=prod",
            ),
            (
                &[otel, tags],
                "host.name=a service.name=c deployment.environment.name=c service.version=c team=c%20c",
            ),
            (
                &[otel, tags, otel_name],
                "host.name=a deployment.environment.name=c service.version=c team=c%20c service.name=b",
            ),
            (
                &[otel, otel_name, tags, ("DD_SERVICE", "d"), ("DD_ENV", "d"), ("DD_VERSION", "d")],
                "host.name=a team=c%20c service.name=d deployment.environment.name=d service.version=d",
            ),
        ] {
            assert_eq!(resource(variables), (expected.to_owned(), vec![]), "{variables:?}");
        }
    }

    #[test]
    fn a_tag_without_a_key_is_named_and_the_others_stand() {
        let complaint = "DD_TAGS: a tag of `a:1,:2` has no key; valid are `key:value` pairs with commas or spaces \
                         between; using the others";
        let expected = ("a=1".to_owned(), vec![complaint.to_owned()]);
        assert_eq!(resource(&[("DD_TAGS", "a:1,:2")]), expected);
    }
}
