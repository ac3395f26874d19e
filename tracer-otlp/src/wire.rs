//! Reads messages in protobuf's binary encoding.

use crate::writer::Field;

/// The fields of a message as they stand there.
#[derive(Debug)]
pub(crate) struct Message<'a>(Vec<(u32, Content<'a>)>);

#[derive(Clone, Copy, Debug)]
enum Content<'a> {
    /// Of any width.
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Message<'a> {
    /// None if it is no protobuf.
    pub(crate) fn read(mut rest: &'a [u8]) -> Option<Self> {
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let tag = varint(&mut rest)?;
            let content = match tag & 7 {
                0 => Content::Number(varint(&mut rest)?),
                1 => Content::Number(u64::from_le_bytes(fixed(&mut rest)?)),
                2 => {
                    let length = usize::try_from(varint(&mut rest)?).ok()?;
                    Content::Bytes(split(&mut rest, length)?)
                }
                5 => Content::Number(u32::from_le_bytes(fixed(&mut rest)?).into()),
                _ => return None,
            };
            fields.push((u32::try_from(tag >> 3).ok()?, content));
        }
        Some(Self(fields))
    }

    /// Every value of a field of bytes.
    pub(crate) fn all(
        &self,
        field: Field,
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'_, 'a> {
        self.0.iter().filter_map(move |(number, content)| match content {
            Content::Bytes(bytes) if *number == field.number => Some(*bytes),
            _ => None,
        })
    }

    /// The last one, which counts.
    pub(crate) fn last(&self, field: Field) -> Option<&'a [u8]> {
        self.all(field).next_back()
    }

    /// The same, where it is a text.
    pub(crate) fn text(&self, field: Field) -> Option<String> {
        std::str::from_utf8(self.last(field)?).ok().map(str::to_owned)
    }

    /// The last value of a field of numbers, if it is there.
    pub(crate) fn given_number(&self, field: Field) -> Option<u64> {
        self.0.iter().rev().find_map(|(number, content)| match content {
            Content::Number(value) if *number == field.number => Some(*value),
            _ => None,
        })
    }

    /// The same, where 0 need not be there.
    pub(crate) fn number(&self, field: Field) -> u64 {
        self.given_number(field).unwrap_or(0)
    }
}

fn fixed<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    split(rest, N)?.try_into().ok()
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (value, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(value)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
