//! What `#[traced(…)]` was asked for.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitStr, Result, Token};

use crate::written::{Grammar, Written};

const GRAMMAR: Grammar = Grammar {
    attribute: "#[traced]",
    keys: &["name", "args", "root"],
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
        "boxed",
        "as",
        "when",
        "spawn",
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
