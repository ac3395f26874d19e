//! Header maps, as those who read and write them need them.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

/// Reads the headers of a request.
///
/// Names compare without regard to case. Implemented for `HashMap`s, for arrays, slices and `Vec`s
/// of pairs, and with the feature `http` for `http::HeaderMap`.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::Extractor;
///
/// /// Messages with one header.
/// struct Message {
///     parent: String,
/// }
///
/// impl Extractor for Message {
///     fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
///         if name.eq_ignore_ascii_case("traceparent") {
///             visit(self.parent.as_bytes());
///         }
///     }
/// }
///
/// let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned();
/// let remote = tracer_core::propagate::extract(&Message { parent });
/// assert_eq!(remote.context().span_id().to_string(), "00f067aa0ba902b7");
/// ```
pub trait Extractor {
    /// Calls `visit` with each value of the header `name`, which is in lower case, in order.
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8]));
}

/// Writes the headers of a request.
///
/// Implemented for `HashMap`s and `Vec`s of pairs, and with the feature `http` for
/// `http::HeaderMap`.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::Injector;
///
/// let mut headers = vec![("Host".to_owned(), "shop".to_owned())];
/// headers.set("host", "cart");
/// headers.set("x-request-id", "7");
/// assert_eq!(headers[0].1, "cart");
/// assert_eq!(headers.len(), 2);
/// ```
pub trait Injector {
    /// Sets a header to one value; `name` is in lower case, `value` is printable ASCII.
    fn set(&mut self, name: &str, value: &str);
}

impl<E: Extractor + ?Sized> Extractor for &E {
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        (**self).visit(name, visit);
    }
}

impl<I: Injector + ?Sized> Injector for &mut I {
    fn set(&mut self, name: &str, value: &str) {
        (**self).set(name, value);
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, S> Extractor for HashMap<K, V, S> {
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        each(self.iter(), name, visit);
    }
}

impl<K, V, S> Injector for HashMap<K, V, S>
where
    K: AsRef<str> + Eq + Hash + for<'a> From<&'a str>,
    V: for<'a> From<&'a str>,
    S: BuildHasher,
{
    fn set(&mut self, name: &str, value: &str) {
        self.retain(|known, _| !known.as_ref().eq_ignore_ascii_case(name));
        self.insert(name.into(), value.into());
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Extractor for [(K, V)] {
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        each(self.iter().map(|(known, value)| (known, value)), name, visit);
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, const N: usize> Extractor for [(K, V); N] {
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        self.as_slice().visit(name, visit);
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Extractor for Vec<(K, V)> {
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        self.as_slice().visit(name, visit);
    }
}

impl<K, V> Injector for Vec<(K, V)>
where
    K: AsRef<str> + for<'a> From<&'a str>,
    V: for<'a> From<&'a str>,
{
    fn set(&mut self, name: &str, value: &str) {
        let mut is_set = false;
        self.retain_mut(|(known, old)| {
            let is_it = known.as_ref().eq_ignore_ascii_case(name);
            if is_it && !is_set {
                *old = value.into();
                is_set = true;
                return true;
            }
            !is_it
        });
        if !is_set {
            self.push((name.into(), value.into()));
        }
    }
}

/// What is looked for in most requests, and is not to be parsed for each of them.
#[cfg(feature = "http")]
static USUAL: [http::HeaderName; 3] = [usual("traceparent"), usual("tracestate"), usual("baggage")];

#[cfg(feature = "http")]
const fn usual(name: &'static str) -> http::HeaderName {
    http::HeaderName::from_static(name)
}

#[cfg(feature = "http")]
impl Extractor for http::HeaderMap {
    fn visit(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        let values = match USUAL.iter().find(|usual| usual.as_str() == name) {
            Some(usual) => self.get_all(usual),
            None => self.get_all(name),
        };
        values.iter().for_each(|value| visit(value.as_bytes()));
    }
}

#[cfg(feature = "http")]
impl Injector for http::HeaderMap {
    fn set(&mut self, name: &str, value: &str) {
        // Names and values of ours are valid, and what is not of a propagator of others is left out;
        // a full map refuses more.
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), value.parse()) {
            let _former = self.try_insert(name, value);
        }
    }
}

fn each<'a, K: AsRef<str> + 'a, V: AsRef<[u8]> + 'a>(
    headers: impl Iterator<Item = (&'a K, &'a V)>,
    name: &str,
    visit: &mut dyn FnMut(&[u8]),
) {
    headers
        .filter(|(known, _)| known.as_ref().eq_ignore_ascii_case(name))
        .for_each(|(_, value)| visit(value.as_ref()));
}

/// The value of a header that comes once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Only<T> {
    /// The header is not there.
    Absent,
    Value(T),
    /// It comes several times, or says nothing that makes sense.
    Malformed,
}

/// Reads a header that comes once; blanks around its value do not count.
pub(super) fn only<T>(
    headers: &dyn Extractor,
    name: &str,
    mut parse: impl FnMut(&[u8]) -> Option<T>,
) -> Only<T> {
    let mut found = Only::Absent;
    headers.visit(name, &mut |value| {
        found = match found {
            Only::Absent => parse(value.trim_ascii()).map_or(Only::Malformed, Only::Value),
            _ => Only::Malformed,
        };
    });
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Extractor, Injector};

    fn values(headers: &dyn Extractor, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        headers.visit(name, &mut |value| values.push(String::from_utf8_lossy(value).into_owned()));
        values
    }

    #[test]
    fn names_compare_without_regard_to_case_and_all_values_are_visited() {
        let pairs = [("Baggage", "a=1"), ("other", "b"), ("BAGGAGE", "c=2")];
        assert_eq!(values(&pairs, "baggage"), ["a=1", "c=2"]);
        assert_eq!(values(&pairs.to_vec(), "baggage"), ["a=1", "c=2"]);
        assert_eq!(values(&&pairs[..], "baggage"), ["a=1", "c=2"]);
        assert_eq!(values(&HashMap::from([("Baggage", b"a=1")]), "baggage"), ["a=1"]);
        assert_eq!(values(&pairs, "traceparent"), [""; 0]);
    }

    #[test]
    fn a_header_that_is_set_is_there_once() {
        let mut pairs = vec![("B3".to_owned(), "1".to_owned()), ("b3".to_owned(), "2".to_owned())];
        pairs.set("b3", "3");
        assert_eq!(values(&pairs, "b3"), ["3"]);
        let mut map = HashMap::from([("B3".to_owned(), "1".to_owned())]);
        map.set("b3", "3");
        assert_eq!(map, HashMap::from([("b3".to_owned(), "3".to_owned())]));
    }

    #[cfg(feature = "http")]
    #[test]
    fn a_map_of_http_is_read_and_written() {
        let mut map = http::HeaderMap::new();
        map.append("baggage", http::HeaderValue::from_bytes(b"a=\xFF").unwrap());
        map.append("Baggage", http::HeaderValue::from_static("b=1"));
        assert_eq!(values(&map, "baggage"), ["a=\u{FFFD}", "b=1"]);
        map.set("baggage", "c=2");
        map.set("no name", "c=2");
        map.set("x", "no\nvalue");
        assert_eq!(values(&map, "baggage"), ["c=2"]);
        assert_eq!(map.len(), 1);
    }
}
