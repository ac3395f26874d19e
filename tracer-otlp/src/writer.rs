//! What a message is made of, whichever way it is written down.

/// A field of a message: its number in protobuf, its name in JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
}

/// How long a message usually is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// Less than 128 bytes: a value.
    Short,
    /// Less than 16 KiB: a span.
    Long,
    /// Less than 2 MiB: spans.
    Whole,
}

impl Size {
    pub(crate) const MAX: usize = Self::Whole.width();

    /// Bytes that such a length takes in protobuf.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::Short => 1,
            Self::Long => 2,
            Self::Whole => 3,
        }
    }
}

/// Writes messages field by field, into a buffer of its own.
///
/// Every field that is named is written: whoever describes a message leaves out defaults.
pub(crate) trait Writer: Default {
    fn written(&self) -> &[u8];

    /// Takes back what was written beyond `length`.
    fn truncate(&mut self, length: usize);

    /// Copies what a writer of the same kind wrote.
    fn raw(&mut self, bytes: &[u8]);

    /// Writes the outermost message.
    fn root(&mut self, content: impl FnOnce(&mut Self));

    fn message(&mut self, field: Field, size: Size, content: impl FnOnce(&mut Self));

    /// Writes a repeated field, whose content is entries.
    fn list(&mut self, field: Field, content: impl FnOnce(&mut Self));

    /// Writes one message of a repeated field.
    fn entry(&mut self, field: Field, size: Size, content: impl FnOnce(&mut Self));

    fn text(&mut self, field: Field, text: &str);
    fn id(&mut self, field: Field, id: &[u8]);
    fn fixed64(&mut self, field: Field, value: u64);
    fn fixed32(&mut self, field: Field, value: u32);
    fn uint32(&mut self, field: Field, value: u32);
    fn int64(&mut self, field: Field, value: i64);
    fn boolean(&mut self, field: Field, value: bool);
    fn double(&mut self, field: Field, value: f64);
}
