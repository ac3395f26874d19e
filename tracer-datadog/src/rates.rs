//! Which share of traces the agent wants: the exporter hears it, the sampler does so.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use serde_json::Value;

/// The agent is asked by what it is sent: a share of none would be its last word.
const LEAST: f64 = 1e-4;

/// Shared by an exporter and its sampler.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// Some rate is below 1: only then is there anything to look up.
    is_less: AtomicBool,
    /// By service, in lower case, and by environment.
    by_service: RwLock<HashMap<String, HashMap<String, f64>>>,
    /// Traces that the sampler left out and that the agent was not told of.
    left_out: AtomicU64,
}

impl Rates {
    /// Takes the body of an answer of the agent: `{"rate_by_service":{"service:shop,env:":0.5}}`;
    /// false if it is no such thing, and nothing changes.
    pub(crate) fn hear(&self, answer: &[u8]) -> bool {
        let Some(by_service) = read(answer) else { return false };
        let is_less = by_service.values().flat_map(HashMap::values).any(|rate| *rate < 1.0);
        *self.by_service.write().unwrap_or_else(PoisonError::into_inner) = by_service;
        // Relaxed: the lock orders what is looked up.
        self.is_less.store(is_less, Ordering::Relaxed);
        true
    }

    /// Counts a trace that is left out.
    pub(crate) fn leave_out(&self) {
        // Relaxed: a count of its own.
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }

    /// Traces that were left out since it was asked last.
    pub(crate) fn take_left_out(&self) -> u64 {
        // Relaxed: a count of its own.
        self.left_out.swap(0, Ordering::Relaxed)
    }

    /// The agent was not told of them after all.
    pub(crate) fn give_back(&self, left_out: u64) {
        // Relaxed: as above.
        self.left_out.fetch_add(left_out, Ordering::Relaxed);
    }

    /// The share that the agent wants of a service's traces, if it is below 1.
    pub(crate) fn rate(&self, service: &str, env: &str) -> Option<f64> {
        // Relaxed: the lock orders what is looked up.
        if !self.is_less.load(Ordering::Relaxed) {
            return None;
        }
        // A traced thread waits for nobody: while the rates are being changed, the trace is kept.
        let by_service = self.by_service.try_read().ok()?;
        let find = |service: &str, env: &str| by_service.get(service)?.get(env).copied();
        let (service, env) = (in_lower_case(service), in_lower_case(env));
        let rate = find(&service, &env).or_else(|| find("", "")).filter(|rate| *rate < 1.0)?;
        Some(rate.max(LEAST))
    }
}

fn read(answer: &[u8]) -> Option<HashMap<String, HashMap<String, f64>>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let mut by_service: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for (key, rate) in answer.get("rate_by_service")?.as_object()? {
        let key = key.strip_prefix("service:").and_then(|key| key.rsplit_once(",env:"));
        // What newer agents add is none of ours.
        let (Some((service, env)), Some(rate)) = (key, rate.as_f64()) else { continue };
        let by_env = by_service.entry(service.to_ascii_lowercase()).or_default();
        by_env.insert(env.to_ascii_lowercase(), rate);
    }
    Some(by_service)
}

/// The agent writes names as it keeps them, which is in lower case.
fn in_lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST, Rates};

    #[test]
    fn the_agent_s_rates_are_looked_up_by_service_and_environment() {
        let rates = Rates::default();
        assert_eq!(rates.rate("shop", ""), None, "nothing was heard yet");
        let answer = br#"{"rate_by_service":{"service:,env:":0.9,"service:shop,env:":0.5,
            "service:shop,env:eu,env:x":0.25,"service:all,env:":1,"other":0.1}}"#;
        assert!(rates.hear(answer));
        for (service, env, expected) in [
            ("shop", "", Some(0.5)),
            ("Shop", "", Some(0.5)),
            ("shop", "prod", Some(0.9)),
            ("bank", "", Some(0.9)),
            ("all", "", None),
            ("shop,env:eu", "x", Some(0.25)),
        ] {
            assert_eq!(rates.rate(service, env), expected, "{service} {env}");
        }
        assert!(rates.hear(br#"{"rate_by_service":{"service:,env:":1.0}}"#));
        assert_eq!(rates.rate("shop", ""), None, "what was heard before is gone");
    }

    #[test]
    fn what_is_no_answer_changes_nothing() {
        let rates = Rates::default();
        assert!(rates.hear(br#"{"rate_by_service":{"service:,env:":0.5}}"#));
        for other in [&b""[..], b"OK", b"{}", b"[]", br#"{"rate_by_service":1}"#, b"\xff"] {
            assert!(!rates.hear(other), "{other:?}");
        }
        assert_eq!(rates.rate("shop", ""), Some(0.5));
    }

    #[test]
    fn an_agent_that_wants_none_is_asked_now_and_then() {
        let rates = Rates::default();
        assert!(rates.hear(br#"{"rate_by_service":{"service:,env:":0.0}}"#));
        assert_eq!(rates.rate("shop", ""), Some(LEAST));
    }

    #[test]
    fn nobody_waits_while_the_rates_are_changed() {
        let rates = Rates::default();
        assert!(rates.hear(br#"{"rate_by_service":{"service:,env:":0.0}}"#));
        let _changing = rates.by_service.write();
        assert_eq!(rates.rate("shop", ""), None);
    }

    #[test]
    fn what_is_left_out_is_told_once() {
        let rates = Rates::default();
        rates.leave_out();
        rates.leave_out();
        assert_eq!((rates.take_left_out(), rates.take_left_out()), (2, 0));
    }
}
