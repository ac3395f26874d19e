//! Request methods: those that everybody knows, and the others.

use http::Method;

/// The name of the others in `http.request.method`.
const OTHER: &str = "_OTHER";

/// Returns the method as it is recorded: others than the usual ones may be anything.
pub(crate) fn recorded(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ if method.as_str() == "QUERY" => "QUERY",
        _ => OTHER,
    }
}

/// Returns the method as it came, where it is recorded as another.
pub(crate) fn original(method: &Method) -> Option<&str> {
    (recorded(method) == OTHER).then(|| method.as_str())
}

/// Returns the name of a span of which nothing more is known than the method.
pub(crate) fn span_name(method: &Method) -> &'static str {
    match recorded(method) {
        OTHER => "HTTP",
        usual => usual,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{original, recorded, span_name};

    #[test]
    fn what_is_not_a_usual_method_is_recorded_beside_its_kind() {
        let odd = Method::from_bytes(b"PROPFIND").expect("a method");
        assert_eq!((recorded(&odd), original(&odd)), ("_OTHER", Some("PROPFIND")));
        assert_eq!(span_name(&odd), "HTTP");
        let query = Method::from_bytes(b"QUERY").expect("a method");
        for (method, name) in [(Method::PATCH, "PATCH"), (query, "QUERY")] {
            assert_eq!((recorded(&method), original(&method)), (name, None));
            assert_eq!(span_name(&method), name);
        }
    }
}
