//! Datadog's member of W3C's `tracestate`: `dd=s:2;o:rum;p:00f067aa0ba902b7;t.dm:-4`.
//!
//! It says what Datadog's headers say beyond ids, for services that are sent W3C's alone: the
//! priority, the origin, the last span that Datadog knows, and each tag that is handed on. `=` in a
//! value is written as `~`.

use crate::id::SpanId;
use crate::propagator::datadog::{self, HANDED_ON, MAX_ORIGIN};
use crate::propagator::number;
use crate::propagator::parts::Parts;
use crate::propagator::trace_state::{MAX_BYTES, MAX_MEMBERS, shortened};
use crate::refused::{Refusal, Refused};
use crate::side::Datadog;

const MEMBER: &str = "dd=";
const TAG: &str = "t.";
/// `traceparent` has it whole.
const UPPER_HALF: &str = "t.tid";
/// Bytes of a member's value, as W3C has it.
const MAX_VALUE: usize = 256;

/// Reads the member of a `tracestate` that came; the first, if there are several.
pub(super) fn read(parts: &mut Parts) {
    let mut members = parts.trace_state().split(',');
    let Some(value) = members.find_map(|member| member.strip_prefix(MEMBER)) else { return };
    let (mut datadog, mut refused, mut tags) = (Datadog::NONE, parts.refused, Vec::new());
    for item in value.split(';').map(str::trim).filter(|item| !item.is_empty()) {
        let refusal = match item.split_once(':') {
            Some(("s", priority)) => {
                datadog.priority = datadog::priority(priority.as_bytes());
                datadog.priority.is_none().then_some(Refusal::Malformed)
            }
            Some(("o", origin)) if origin.len() > MAX_ORIGIN => Some(Refusal::OverLimit),
            Some(("o", origin)) => {
                datadog.origin = origin.replace('~', "=");
                None
            }
            Some(("p", parent)) => {
                datadog.parent = number::half(parent.as_bytes()).map(SpanId);
                datadog.parent.is_none().then_some(Refusal::Malformed)
            }
            Some((key, value)) => {
                let tag = key.strip_prefix(TAG).filter(|tag| !tag.is_empty() && key != UPPER_HALF);
                // What else there may be is of versions to come.
                if let (Some(tag), false) = (tag, value.is_empty()) {
                    tags.push(format!("{HANDED_ON}{tag}={}", value.replace('~', "=")));
                }
                None
            }
            None => Some(Refusal::Malformed),
        };
        if let Some(refusal) = refusal {
            refused.count(refusal);
        }
    }
    datadog.tags = tags.join(",");
    parts.refused = refused;
    if datadog != Datadog::NONE {
        parts.side_mut().datadog = datadog;
    }
}

/// The parts with the `tracestate` to be written: this member first, then those of others.
pub(super) fn written(parts: &Parts, refused: &mut Refused) -> Parts {
    let mut own = value(parts, refused);
    if !own.is_empty() {
        own.insert_str(0, MEMBER);
    }
    let others: Vec<_> = parts
        .trace_state()
        .split(',')
        .filter(|member| !member.is_empty() && !member.starts_with(MEMBER))
        .collect();
    let members = MAX_MEMBERS - usize::from(!own.is_empty());
    let mut rest = others.get(..members).unwrap_or(&others).join(",");
    let room = MAX_BYTES.saturating_sub(own.len() + 1);
    if others.len() > members || rest.len() > room {
        refused.count(Refusal::OverLimit);
    }
    if rest.len() > room {
        rest = shortened(&rest, room);
    }
    let list = [own, rest].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    Parts { trace_state: Some(list.join(",")), ..parts.clone() }
}

fn value(parts: &Parts, refused: &mut Refused) -> String {
    let Datadog { origin, parent, .. } = parts.datadog();
    let (priority, tags) = datadog::decided(parts);
    let mut items = Vec::new();
    items.extend(priority.map(|priority| format!("s:{priority}")));
    if !origin.is_empty() {
        items.push(format!("o:{}", encoded(origin, ",;~")));
    }
    let last = if parts.is_remote { *parent } else { Some(parts.span) };
    items.extend(last.map(|span| format!("p:{span}")));
    let mut value = items.join(";");
    for (key, text) in tags.split(',').filter_map(|tag| tag.split_once('=')) {
        let key = encoded(key.strip_prefix(HANDED_ON).unwrap_or(key), ",; :=");
        let semicolon = if value.is_empty() { "" } else { ";" };
        let item = format!("{semicolon}{TAG}{key}:{}", encoded(text, ",;~"));
        if value.len() + item.len() > MAX_VALUE {
            refused.count(Refusal::OverLimit);
        } else {
            value.push_str(&item);
        }
    }
    value
}

/// `_` in place of what would end the item or could not be read again, and `~` in place of `=`.
fn encoded(text: &str, signs: &str) -> String {
    let sign = |sign| match sign {
        _ if signs.contains(sign) || !matches!(sign, ' '..='~') => '_',
        '=' => '~',
        _ => sign,
    };
    text.chars().map(sign).collect()
}

#[cfg(test)]
mod tests;
