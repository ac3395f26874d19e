//! Which functions are traced at all: by target and level, and changed while the program runs.
//!
//! The answer lies in each callsite; here is what it follows from. A traced thread only ever tries
//! the lock: while somebody changes the filter, a new callsite is traced and asks again next time.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError, TryLockError};

/// How much a span matters: what [`Filter`] goes by, next to the target.
///
/// `#[traced(level = debug)]` sets it; else it is `info`. A greater one matters more.
///
/// # Examples
///
/// ```
/// use tracer_core::Level;
///
/// assert!(Level::Error > Level::Info);
/// assert_eq!(Level::Debug.as_str(), "debug");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// What somebody wants to see who looks for one mistake.
    Trace,
    /// What helps to understand a request.
    Debug,
    /// What a request is made of.
    Info,
    /// What should not happen often.
    Warn,
    /// What should not happen.
    Error,
}

const LEVELS: [Level; 5] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];

impl Level {
    /// Returns its name in lower case, as a filter has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Says which functions are traced, by their targets and levels.
///
/// A comma list of `target=level`, and at most one `level` alone for all other targets, which are
/// traced whole unless it is given. A target stands for itself and the modules in it; of several
/// that fit, the longest counts. A level stands for itself and what matters more; `off` is none.
///
/// A function that is filtered out runs as if it had no `#[traced]`: what it calls becomes a child
/// of the span around it. Spans made by hand are not filtered. The filter is the process's: see
/// [`Tracer::set_filter`](crate::Tracer::set_filter).
///
/// # Examples
///
/// ```
/// use tracer_core::Filter;
///
/// let filter: Filter = "shop=debug,shop::cart=off,warn".parse()?;
/// assert_eq!(filter.to_string(), "shop=debug,shop::cart=off,warn");
/// # Ok::<_, tracer_core::FilterError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    rules: Vec<(String, Threshold)>,
    /// Of targets without a rule; all where nobody said.
    rest: Option<Threshold>,
}

/// The least level that is traced; none at all where it is `None`.
type Threshold = Option<Level>;

impl Filter {
    const ALL: Self = Self { rules: Vec::new(), rest: None };

    pub(crate) fn allows(&self, target: &str, level: Level) -> bool {
        let fitting = self.rules.iter().filter(|(rule, _)| is_inside(target, rule));
        let threshold = fitting.max_by_key(|(rule, _)| rule.len()).map(|(_, threshold)| *threshold);
        match threshold.or(self.rest) {
            None => true,
            Some(threshold) => threshold.is_some_and(|least| level >= least),
        }
    }
}

/// Whether `target` is `module` or lies in it.
fn is_inside(target: &str, module: &str) -> bool {
    target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::ALL;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((target, level)) = part.split_once('=') else {
                if filter.rest.replace(threshold(part, part)?).is_some() {
                    return Err(FilterError::new(part, "is a second level for all other targets"));
                }
                continue;
            };
            let (target, level) = (target.trim(), threshold(part, level.trim())?);
            if target.is_empty() {
                return Err(FilterError::new(part, "has no target before `=`"));
            }
            match filter.rules.iter_mut().find(|(known, _)| known == target) {
                Some((_, old)) => *old = level,
                None => filter.rules.push((target.to_owned(), level)),
            }
        }
        Ok(filter)
    }
}

fn threshold(part: &str, name: &str) -> Result<Threshold, FilterError> {
    if name == "off" {
        return Ok(None);
    }
    let level = LEVELS.into_iter().find(|level| level.as_str() == name);
    level.map(Some).ok_or_else(|| FilterError::new(part, WRONG_LEVEL))
}

const WRONG_LEVEL: &str = "has no level; valid are `target=level` and `level`, with `trace`, \
                           `debug`, `info`, `warn`, `error` or `off`";

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |threshold: &Threshold| threshold.map_or("off", Level::as_str);
        let mut separator = "";
        for (target, threshold) in &self.rules {
            write!(f, "{separator}{target}={}", name(threshold))?;
            separator = ",";
        }
        match &self.rest {
            Some(rest) => write!(f, "{separator}{}", name(rest)),
            None => Ok(()),
        }
    }
}

/// What is wrong with the text of a [`Filter`].
///
/// # Examples
///
/// ```
/// use tracer_core::{Filter, FilterError};
///
/// let wrong: FilterError = "shop=debgu".parse::<Filter>().unwrap_err();
/// assert!(wrong.to_string().starts_with("`shop=debgu` has no level; valid are"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    part: String,
    why: &'static str,
}

impl FilterError {
    fn new(part: &str, why: &'static str) -> Self {
        Self { part: part.to_owned(), why }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.part, self.why)
    }
}

impl std::error::Error for FilterError {}

static CURRENT: Mutex<Filter> = Mutex::new(Filter::ALL);

/// Shows the filter to a traced thread; false while somebody else has it.
///
/// What follows from it is kept inside of `use_it`, so that no newer answer is overwritten.
pub(crate) fn try_with(use_it: impl FnOnce(&Filter)) -> bool {
    match CURRENT.try_lock() {
        Ok(filter) => use_it(&filter),
        Err(TryLockError::Poisoned(filter)) => use_it(&filter.into_inner()),
        Err(TryLockError::WouldBlock) => return false,
    }
    true
}

/// Changes the filter and lets `tell` bring it to all who asked before.
pub(crate) fn replace(filter: Filter, tell: impl FnOnce(&Filter)) {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    *current = filter;
    tell(&current);
}

#[cfg(test)]
mod tests {
    use super::{Filter, Level};

    #[test]
    fn the_longest_target_counts_and_is_met_at_whole_names() {
        let filter: Filter = "shop=warn, shop::cart=trace,other=off,debug".parse().unwrap();
        let allowed = |target, level| filter.allows(target, level);
        assert!(allowed("shop", Level::Warn) && !allowed("shop", Level::Info));
        assert!(!allowed("shop::stock", Level::Info) && allowed("shop::cart::row", Level::Trace));
        assert!(!allowed("other", Level::Error));
        assert!(allowed("shopping", Level::Debug) && !allowed("shopping", Level::Trace));
    }

    #[test]
    fn what_no_rule_names_is_traced_whole() {
        assert!(Filter::default().allows("any", Level::Trace));
        let filter: Filter = "shop=off".parse().unwrap();
        assert!(filter.allows("any", Level::Trace) && !filter.allows("shop::a", Level::Error));
        assert_eq!("".parse(), Ok(Filter::default()));
    }

    #[test]
    fn a_wrong_text_names_its_part() {
        let wrong = |text: &str| text.parse::<Filter>().unwrap_err().to_string();
        assert!(wrong("debug,shop").starts_with("`shop` has no level"));
        assert!(wrong("shop=verbose").starts_with("`shop=verbose` has no level"));
        assert_eq!(wrong("=debug"), "`=debug` has no target before `=`");
        assert_eq!(wrong("debug,warn"), "`warn` is a second level for all other targets");
    }

    #[test]
    fn a_filter_reads_as_it_is_written() {
        for text in ["", "off", "a=trace,b::c=off,error"] {
            assert_eq!(text.parse::<Filter>().unwrap().to_string(), text);
        }
    }
}
