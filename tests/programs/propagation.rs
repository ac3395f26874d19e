//! Headers, as the environment asks for them.

use tracer::{Span, propagate};

/// Says the names of the headers that a call sends.
pub(crate) fn from_environment() {
    let _tracer = tracer::init().expect("it starts");
    let mut headers = Vec::<(String, String)>::new();
    propagate::inject(&Span::new("call").context(), &mut headers);
    headers.iter().for_each(|(name, _)| println!("{name}"));
}
