//! What `#[traced(…)]` was asked for.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitStr, Result, Token};

use crate::nearest::did_you_mean;
use crate::written::{Grammar, Written};

const GRAMMAR: Grammar = Grammar {
    attribute: "#[traced]",
    keys: &["name", "args", "root", "as", "boxed", "spawn"],
    later: &[
        "kind",
        "level",
        "target",
        "resource",
        "service",
        "span_type",
        "fields",
        "err",
        "ret",
        "parent",
        "links",
        "poll",
        "when",
        "crate",
        "prefix",
        "only",
        "except",
    ],
    positional: Some("name"),
};

#[derive(Default)]
pub(crate) struct Args {
    /// Else the fn's identifier.
    pub(crate) name: Option<LitStr>,
    pub(crate) recorded: Recorded,
    /// Begins a trace of its own, whoever calls.
    pub(crate) root: bool,
    /// What the fn is, where its return type does not tell.
    pub(crate) form: Option<Form>,
    /// The key, where the future is to be boxed.
    pub(crate) boxed: Option<Ident>,
    pub(crate) spawn: Spawn,
}

/// What a fn is to be traced as, and the word that says so.
pub(crate) enum Form {
    /// Until it returns, whatever it returns.
    Sync(Ident),
    Future(Ident),
    Stream(Ident),
}

/// What spawn calls in the body carry into their tasks.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Spawn {
    /// The context, as a parent.
    #[default]
    Context,
    /// The context, for a link from the roots that begin there.
    Link,
    Bare,
}

/// Which arguments of the fn become attributes of its span.
#[derive(Default)]
pub(crate) enum Recorded {
    #[default]
    Nothing,
    All,
    Named(Vec<Ident>),
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        for written in GRAMMAR.read(input)? {
            match written.key.to_string().as_str() {
                "name" => args.name = Some(written.text("name = \"checkout.pay\"")?),
                "args" => args.recorded = recorded(&written)?,
                "root" => {
                    written.flag()?;
                    args.root = true;
                }
                "as" => args.form = Some(form(&written)?),
                "boxed" => {
                    written.flag()?;
                    args.boxed = Some(written.key);
                }
                "spawn" => args.spawn = spawn(&written)?,
                key => unreachable!("the grammar has no key `{key}`"),
            }
        }
        Ok(args)
    }
}

fn recorded(written: &Written) -> Result<Recorded> {
    let Some(list) = written.list("args(a, b)")? else {
        return Ok(Recorded::All);
    };
    let names = |input: ParseStream<'_>| {
        Punctuated::<_, Token![,]>::parse_terminated_with(input, Ident::parse_any)
    };
    match names.parse2(list.clone()) {
        Ok(names) => Ok(Recorded::Named(names.into_iter().collect())),
        Err(error) => {
            Err(Error::new(error.span(), "`args` takes names of arguments: `args(a, b)`"))
        }
    }
}

fn form(written: &Written) -> Result<Form> {
    const FORMS: [&str; 3] = ["future", "stream", "sync"];
    let word = written.word("`sync`, `future` or `stream`", "as = future")?;
    match word.to_string().as_str() {
        "sync" => Ok(Form::Sync(word)),
        "future" => Ok(Form::Future(word)),
        "stream" => Ok(Form::Stream(word)),
        other => Err(unknown_word(
            "as",
            &word,
            did_you_mean(other, &FORMS),
            "`sync`, `future` and `stream`",
        )),
    }
}

fn spawn(written: &Written) -> Result<Spawn> {
    const WAYS: [&str; 3] = ["false", "link", "true"];
    let word = written.word("`true`, `false` or `link`", "spawn = link")?;
    match word.to_string().as_str() {
        "true" => Ok(Spawn::Context),
        "link" => Ok(Spawn::Link),
        "false" => Ok(Spawn::Bare),
        other => Err(unknown_word(
            "spawn",
            &word,
            did_you_mean(other, &WAYS),
            "`true`, `false` and `link`",
        )),
    }
}

fn unknown_word(key: &str, word: &Ident, hint: Option<String>, valid: &str) -> Error {
    let hint = hint.unwrap_or_else(|| format!("there are {valid}"));
    Error::new(word.span(), format!("unknown `{key} = {word}`, {hint}"))
}
