//! Headers, as the environment asks for them.

use tracer::{Span, propagate};

/// Says the names of the headers that a call sends.
pub(crate) fn from_environment() {
    let _tracer = tracer::init().expect("it starts");
    let mut headers = Vec::<(String, String)>::new();
    propagate::inject(&Span::new("call").context(), &mut headers);
    headers.iter().for_each(|(name, _)| println!("{name}"));
}

/// Says what becomes of the traces of callers that record them, and that do not.
pub(crate) fn continues() {
    let _tracer = tracer::init().expect("it starts");
    for flags in ["01", "00"] {
        let parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        let remote = propagate::extract(&[("traceparent", parent)]);
        let span = Span::below("serve", &remote.context());
        println!("{flags} {}", span.context().is_recorded());
    }
}

/// Says whether a trace and baggage that come with a request go on.
pub(crate) fn comes() {
    let _tracer = tracer::init().expect("it starts");
    let remote = propagate::extract(&[
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("baggage", "user=7"),
    ]);
    let context = Span::below("serve", &remote.context()).context();
    let goes_on = context.trace_id().to_string() == "4bf92f3577b34da6a3ce929d0e0e4736";
    println!("{goes_on} {}", remote.baggage("user").is_some());
}
