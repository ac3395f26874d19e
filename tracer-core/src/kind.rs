//! What a span is to those outside of the program.

/// What a span is to those outside of the program: OpenTelemetry's span kind.
///
/// `#[traced(kind = server)]` sets it.
///
/// # Examples
///
/// ```
/// use tracer_core::SpanKind;
///
/// assert_eq!(SpanKind::default(), SpanKind::Internal);
/// assert_eq!(SpanKind::Server.as_str(), "server");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanKind {
    /// Work inside of the program.
    #[default]
    Internal,
    /// Serves a request that came from outside.
    Server,
    /// Asks another program and waits for its answer.
    Client,
    /// Hands a message on, without waiting for who takes it.
    Producer,
    /// Works on a message.
    Consumer,
}

impl SpanKind {
    /// Returns its name in lower case, as `#[traced(kind = …)]` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}
