//! Numbers in headers: hexadecimal in lower case, of a certain length, and decimal.

use crate::id::{SpanId, TraceId};

/// Adds sixteen digits; a formatter takes several times as long.
pub(super) fn push_half(into: &mut String, number: u64) {
    let digits = (0..16).rev().map(|digit| (number >> (4 * digit)) as usize & 0xF);
    into.extend(digits.map(|digit| char::from(b"0123456789abcdef"[digit])));
}

/// Adds 32 digits.
pub(super) fn push_trace(into: &mut String, trace: TraceId) {
    push_half(into, trace.high);
    push_half(into, trace.low);
}

/// What each byte is as a hexadecimal digit; upper case is none.
static DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};
const NO_DIGIT: u8 = 0xFF;

/// Reads hexadecimal digits, without a branch for each: it is done for each request.
fn hex(digits: &[u8]) -> Option<u64> {
    let (number, worst) = digits.iter().fold((0, 0), |(number, worst), digit| {
        let digit = DIGITS[usize::from(*digit)];
        (number << 4 | u64::from(digit), worst.max(digit))
    });
    (worst < 16).then_some(number)
}

/// Two digits.
pub(super) fn byte(digits: &[u8]) -> Option<u8> {
    if digits.len() == 2 { hex(digits).map(|number| number as u8) } else { None }
}

/// Sixteen digits.
pub(super) fn half(digits: &[u8]) -> Option<u64> {
    if digits.len() == 16 { hex(digits) } else { None }
}

/// Sixteen digits, not all zero.
pub(super) fn span(digits: &[u8]) -> Option<SpanId> {
    half(digits).filter(|id| *id != 0).map(SpanId)
}

/// 32 digits, not all zero.
pub(super) fn trace(digits: &[u8]) -> Option<TraceId> {
    let (high, low) = digits.split_at_checked(16)?;
    let trace = TraceId { high: half(high)?, low: half(low)? };
    (trace != TraceId::NONE).then_some(trace)
}

/// Decimal digits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::{byte, decimal, half, push_trace, span, trace};
    use crate::id::{SpanId, TraceId};

    #[test]
    fn an_id_is_written_as_it_is_shown() {
        let id = TraceId { high: 0x0123_4567_89ab_cdef, low: 0x00f0_67aa_0ba9_02b7 };
        let mut text = String::new();
        push_trace(&mut text, id);
        assert_eq!(text, id.to_string());
    }

    #[test]
    fn digits_are_read_and_nothing_else() {
        assert_eq!(byte(b"0f"), Some(15));
        assert_eq!([byte(b"0F"), byte(b"+1"), byte(b"1"), byte(b"001")], [None; 4]);
        assert_eq!(half(b"ffffffffffffffff"), Some(u64::MAX));
        assert_eq!(span(b"000000000000000a"), Some(SpanId(10)));
        assert_eq!([span(b"0000000000000000"), span(b"a"), span(b"")], [None; 3]);
        assert_eq!(trace(&[b'1'; 32]).map(TraceId::to_u128), Some(u128::MAX / 15));
        assert_eq!([trace(&[b'0'; 32]), trace(&[b'1'; 31]), trace(&[b'1'; 33])], [None; 3]);
        assert_eq!(decimal(b"18446744073709551615"), Some(u64::MAX));
        let wrong: [&[u8]; 6] = [b"18446744073709551616", b"", b"-1", b"+1", b"1 ", &[b'0'; 21]];
        assert_eq!(wrong.map(decimal), [None; 6]);
    }
}
