//! What a step needs that is not there wherever Rust is.

use crate::command::Outcome;

pub(crate) struct Needs {
    /// What is missing, in words.
    pub(crate) missing: fn() -> Option<String>,
    pub(crate) install: fn() -> Outcome,
}

/// How `ci` was asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// Continuous integration may install, and whoever says `--install`.
    pub(crate) may_install: bool,
    pub(crate) by_name: bool,
}

/// Whether a step can run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    Ready,
    /// Only who asks for it by name has to have it.
    NotRun(String),
    Failed(String),
}

impl Needs {
    pub(crate) fn readiness(&self, step: &str, asked: Asked) -> Readiness {
        let Some(missing) = (self.missing)() else { return Readiness::Ready };
        if asked.may_install {
            return (self.install)().map_or_else(Readiness::Failed, |()| Readiness::Ready);
        }
        let why = format!("{missing}; `cargo xtask ci {step} --install` installs it");
        if asked.by_name { Readiness::Failed(why) } else { Readiness::NotRun(why) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Needs, Readiness};

    fn readiness(is_there: bool, may_install: bool, by_name: bool) -> Readiness {
        let missing = if is_there { || None } else { || Some("no pip".to_owned()) };
        let needs = Needs { missing, install: || Err("no network".to_owned()) };
        needs.readiness("fly", Asked { may_install, by_name })
    }

    #[test]
    fn what_is_missing_is_installed_on_request_alone() {
        let why = "no pip; `cargo xtask ci fly --install` installs it".to_owned();
        assert_eq!(readiness(true, false, true), Readiness::Ready);
        assert_eq!(readiness(false, false, false), Readiness::NotRun(why.clone()));
        assert_eq!(readiness(false, false, true), Readiness::Failed(why));
        assert_eq!(readiness(false, true, false), Readiness::Failed("no network".to_owned()));
    }
}
