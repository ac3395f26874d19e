//! What `#[tracer::tokio::main(…)]` and its siblings were asked for.

use syn::parse::ParseStream;
use syn::{Error, LitBool, LitInt, LitStr, Result};

use crate::entry::{Entry, Executor, Role};
use crate::nearest::did_you_mean;
use crate::written::{Grammar, Written};

const FLAVORS: [&str; 2] = ["multi_thread", "current_thread"];

#[derive(Default)]
pub(crate) struct Settings {
    flavor: Option<Flavor>,
    pub(crate) worker_threads: Option<LitInt>,
    pub(crate) start_paused: Option<LitBool>,
    pub(crate) flush_on_signal: bool,
    pub(crate) in_flight_on_signal: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    MultiThread,
    CurrentThread,
}

impl Settings {
    pub(crate) fn read(entry: Entry, input: ParseStream<'_>) -> Result<Self> {
        let mut settings = Self::default();
        for written in grammar(entry).read(input)? {
            settings.take(&written)?;
        }
        settings.check(entry)?;
        Ok(settings)
    }

    /// As tokio's own attributes: all cores for a program, one thread for a test.
    pub(crate) fn flavor(&self, entry: Entry) -> Flavor {
        self.flavor.unwrap_or(match entry.1 {
            Role::Main => Flavor::MultiThread,
            Role::Test => Flavor::CurrentThread,
        })
    }

    fn take(&mut self, written: &Written) -> Result<()> {
        match written.key.to_string().as_str() {
            "flavor" => self.flavor = Some(flavor(written)?),
            "worker_threads" => self.worker_threads = Some(worker_threads(written)?),
            "start_paused" => {
                let paused = written.literal("`true` or `false`", "start_paused = true")?;
                self.start_paused = Some(paused);
            }
            "flush_on_signal" => {
                self.flush_on_signal = written.flag()?;
            }
            "in_flight_on_signal" => {
                self.in_flight_on_signal = written.flag()?;
            }
            key => unreachable!("the grammar has no key `{key}`"),
        }
        Ok(())
    }

    /// tokio refuses these when the program starts; here it is known before.
    fn check(&self, entry: Entry) -> Result<()> {
        let flavor = self.flavor(entry);
        match (&self.worker_threads, &self.start_paused) {
            (Some(count), _) if flavor == Flavor::CurrentThread => {
                Err(Error::new(count.span(), "`worker_threads` needs `flavor = \"multi_thread\"`"))
            }
            (_, Some(paused)) if flavor == Flavor::MultiThread => {
                Err(Error::new(paused.span(), "`start_paused` needs `flavor = \"current_thread\"`"))
            }
            _ => Ok(()),
        }
    }
}

const fn grammar(entry: Entry) -> Grammar {
    let keys: &[&str] = match entry {
        Entry(Executor::Tokio, Role::Main) => {
            &["flavor", "worker_threads", "start_paused", "flush_on_signal", "in_flight_on_signal"]
        }
        Entry(Executor::Tokio, Role::Test) => &["flavor", "worker_threads", "start_paused"],
        Entry(Executor::AsyncStd | Executor::Smol, Role::Main) => {
            &["flush_on_signal", "in_flight_on_signal"]
        }
        Entry(Executor::AsyncStd | Executor::Smol, Role::Test) => &[],
    };
    Grammar { attribute: entry.name(), keys, later: &[], hidden: &[], positional: None }
}

fn flavor(written: &Written) -> Result<Flavor> {
    let text = written.text("a string literal", "flavor = \"multi_thread\"")?;
    match text.value().as_str() {
        "multi_thread" => Ok(Flavor::MultiThread),
        "current_thread" => Ok(Flavor::CurrentThread),
        other => Err(unknown_flavor(&text, other)),
    }
}

fn unknown_flavor(text: &LitStr, flavor: &str) -> Error {
    let hint = did_you_mean(flavor, &FLAVORS);
    let hint = hint.unwrap_or_else(|| "there are `multi_thread` and `current_thread`".to_owned());
    Error::new(text.span(), format!("unknown flavor `{flavor}`, {hint}"))
}

fn worker_threads(written: &Written) -> Result<LitInt> {
    let count: LitInt = written.literal("a number", "worker_threads = 4")?;
    match count.base10_parse::<usize>() {
        Ok(1..) => Ok(count),
        _ => Err(Error::new(
            count.span(),
            "`worker_threads` takes a number from 1 up: `worker_threads = 4`",
        )),
    }
}
