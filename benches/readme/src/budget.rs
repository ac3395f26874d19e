//! What our side may cost, and whether it keeps to it.

use std::fmt::Write;

/// The heading of a table of budgets: `cargo xtask bench` finds them by it.
const HEADING: &str = "| budget | measured | allowed | |\n|---|---|---|---|\n";

/// One budget and what was measured.
#[derive(Debug)]
pub struct Verdict {
    pub what: String,
    pub measured: f64,
    pub allowed: f64,
    /// Less than what is allowed is too little; of most things more is too much.
    pub is_least: bool,
    pub unit: &'static str,
}

impl Verdict {
    /// So much and no more.
    pub fn most(what: impl Into<String>, measured: f64, allowed: f64, unit: &'static str) -> Self {
        Self { what: what.into(), measured, allowed, is_least: false, unit }
    }

    /// So much or more.
    pub fn least(what: impl Into<String>, measured: f64, allowed: f64, unit: &'static str) -> Self {
        Self { is_least: true, ..Self::most(what, measured, allowed, unit) }
    }

    pub fn is_met(&self) -> bool {
        if self.is_least { self.measured >= self.allowed } else { self.measured <= self.allowed }
    }
}

/// Each budget, what was measured, and whether it is met.
pub fn budgets(verdicts: &[Verdict]) -> String {
    let mut text = HEADING.to_owned();
    for verdict in verdicts {
        let Verdict { what, measured, allowed, is_least, unit } = verdict;
        let digits = match *unit {
            "×" => 2,
            " ns" | " s" | " ms" | " %" => 1,
            _ => 0,
        };
        let bound = if *is_least { "at least " } else { "" };
        let mark = if verdict.is_met() { "met" } else { "MISSED" };
        writeln!(text, "| {what} | {measured:.digits$}{unit} | {bound}{allowed}{unit} | {mark} |")
            .expect("there is memory");
    }
    text
}
