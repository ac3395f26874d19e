//! What `#[traced(…)]` was asked for.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Path, Result, Token};

use crate::fields::{self, Field, Shown};
use crate::nearest::{did_you_mean, one_of};
use crate::told::{self, Told};
use crate::written::{Grammar, Written};

const GRAMMAR: Grammar = Grammar {
    attribute: "#[traced]",
    keys: &[
        "name",
        "args",
        "fields",
        "kind",
        "level",
        "target",
        "resource",
        "service",
        "span_type",
        "err",
        "ret",
        "root",
        "parent",
        "links",
        "poll",
        "when",
        "as",
        "boxed",
        "spawn",
        "crate",
        "prefix",
        "only",
        "except",
        "off",
    ],
    later: &[],
    hidden: &[ONE_OF_MANY],
    positional: Some("name"),
};

/// What the attribute of a whole `impl`, `trait` or `mod` adds to those that it puts on the fns in it.
pub(crate) const ONE_OF_MANY: &str = "__one_of_many";

const KINDS: [&str; 5] = ["server", "client", "producer", "consumer", "internal"];
const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

#[derive(Default)]
pub(crate) struct Args {
    /// A literal or a constant; else it is the fn's identifier.
    pub(crate) name: Option<Expr>,
    pub(crate) kind: Option<Ident>,
    pub(crate) level: Option<Ident>,
    pub(crate) target: Option<Expr>,
    pub(crate) span_type: Option<Expr>,
    pub(crate) recorded: Recorded,
    pub(crate) fields: Vec<Field>,
    /// What becomes of an error, with the key if somebody wrote it.
    pub(crate) error: Option<(Ident, Told)>,
    pub(crate) returned: Option<(Ident, Told)>,
    /// Begins a trace of its own, whoever calls.
    pub(crate) root: bool,
    pub(crate) parent: Option<Expr>,
    pub(crate) links: Vec<Expr>,
    /// Where `poll` is written.
    pub(crate) polls: Option<Ident>,
    pub(crate) when: Option<Expr>,
    pub(crate) family: Option<Path>,
    /// What the fn is, where its return type does not tell.
    pub(crate) form: Option<Form>,
    /// The key, where the future is to be boxed.
    pub(crate) boxed: Option<Ident>,
    pub(crate) spawn: Spawn,
    pub(crate) whole: Whole,
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

/// What is between a whole `impl`, `trait` or `mod` and the fns in it.
#[derive(Default)]
pub(crate) struct Whole {
    pub(crate) prefix: Option<LitStr>,
    /// `only(pub)`, where it is written.
    pub(crate) only: Option<Ident>,
    pub(crate) except: Vec<Ident>,
    /// The first of these keys, for the message where there is no whole.
    pub(crate) key: Option<Ident>,
    /// On a fn: the whole one stays away from it.
    pub(crate) off: bool,
    /// On a fn: put here by the whole one; what it has nothing for is no mistake.
    pub(crate) one_of_many: bool,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let all = GRAMMAR.read(input)?;
        let mut args = Self::default();
        for written in &all {
            args.take(written)?;
        }
        conflicts(&all)?;
        Ok(args)
    }
}

impl Args {
    fn take(&mut self, written: &Written) -> Result<()> {
        match written.key.to_string().as_str() {
            "name" => self.name = Some(text(written, "name = \"checkout.pay\"")?),
            "target" => self.target = Some(text(written, "target = \"shop::payment\"")?),
            "span_type" => self.span_type = Some(text(written, "span_type = \"sql\"")?),
            "kind" => self.kind = Some(word(written, "kind = server", &KINDS)?),
            "level" => self.level = Some(word(written, "level = debug", &LEVELS)?),
            "resource" => self.shown(written, "resource.name", "resource = path")?,
            "service" => self.shown(written, "service.name", "service = \"shop-db\"")?,
            "args" => self.recorded = recorded(written)?,
            "fields" => self.fields.extend(fields::read(written)?),
            "err" => self.error = Some((written.key.clone(), told::read(written, true)?)),
            "ret" => self.returned = Some((written.key.clone(), told::read(written, false)?)),
            "parent" => self.parent = Some(written.expression("parent = context")?),
            "links" => self.links = written.expressions("links(context)")?,
            "when" => self.when = Some(written.expression("when = amount > 100")?),
            "crate" => self.family = Some(written.literal("a path", "crate = reexported::tracer")?),
            "as" => self.form = Some(form(written)?),
            "boxed" => self.boxed = written.flag()?.then(|| written.key.clone()),
            "spawn" => self.spawn = spawn(written)?,
            "root" => self.root = written.flag()?,
            "poll" => self.polls = written.flag()?.then(|| written.key.clone()),
            "off" => self.whole.off = written.flag()?,
            ONE_OF_MANY => self.whole.one_of_many = written.flag()?,
            _ => self.whole.take(written)?,
        }
        Ok(())
    }

    fn shown(&mut self, written: &Written, key: &str, form: &str) -> Result<()> {
        let value = written.parsed(Shown::parse, "a value", form)?;
        let key = LitStr::new(key, written.key.span());
        self.fields.push(Field { key, value });
        Ok(())
    }

    /// The crate as paths of the expansion begin with it.
    pub(crate) fn family(&self) -> TokenStream {
        let ours = || quote_spanned!(Span::mixed_site()=> ::tracer);
        self.family.as_ref().map_or_else(ours, ToTokens::to_token_stream)
    }
}

impl Whole {
    fn take(&mut self, written: &Written) -> Result<()> {
        self.key.get_or_insert_with(|| written.key.clone());
        match written.key.to_string().as_str() {
            "prefix" => self.prefix = Some(written.text("a string literal", "prefix = \"cart\"")?),
            "only" => self.only = Some(only(written)?),
            "except" => self.except = names(written, "except(pay, refund)")?,
            key => unreachable!("the grammar has no key `{key}`"),
        }
        Ok(())
    }
}

fn conflicts(all: &[Written]) -> Result<()> {
    let key = |name: &str| all.iter().map(|written| &written.key).find(|key| *key == name);
    if let (Some(off), Some(other)) =
        (key("off"), all.iter().map(|written| &written.key).find(|key| *key != "off"))
    {
        let message = format!("`off` stands alone: leave out `{other}`, or `off`");
        return Err(Error::new(off.span(), message));
    }
    if let (Some(_), Some(parent)) = (key("root"), key("parent")) {
        let message = "a `root` has no parent: leave out one of them";
        return Err(Error::new(parent.span(), message));
    }
    Ok(())
}

/// A string that says something, or a constant.
fn text(written: &Written, form: &str) -> Result<Expr> {
    if let Ok(path) = written.literal::<Path>("", "") {
        return Ok(Expr::Path(ExprPath { attrs: Vec::new(), qself: None, path }));
    }
    let text = written.text("a string literal or a constant", form)?;
    Ok(Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(text) }))
}

/// One of `valid`, as the variant of the same name.
fn word(written: &Written, form: &str, valid: &[&str]) -> Result<Ident> {
    let word: Ident = written.literal(&one_of(valid), form)?;
    let name = word.to_string();
    if !valid.contains(&name.as_str()) {
        let hint = did_you_mean(&name, valid);
        let hint = hint.unwrap_or_else(|| format!("there are {}", one_of(valid)));
        return Err(Error::new(word.span(), format!("unknown {} `{name}`, {hint}", written.key)));
    }
    let variant = name[..1].to_uppercase() + &name[1..];
    Ok(Ident::new(&variant, word.span().resolved_at(Span::mixed_site())))
}

fn recorded(written: &Written) -> Result<Recorded> {
    if written.list("args(a, b)")?.is_none() {
        return Ok(Recorded::All);
    }
    names(written, "args(a, b)").map(Recorded::Named)
}

fn names(written: &Written, form: &str) -> Result<Vec<Ident>> {
    let key = &written.key;
    let kind = if key == "args" { "arguments" } else { "fns" };
    let list = written.parentheses(form)?;
    let names = |input: ParseStream<'_>| {
        Punctuated::<_, Token![,]>::parse_terminated_with(input, Ident::parse_any)
    };
    match names.parse2(list.clone()) {
        Ok(names) => Ok(names.into_iter().collect()),
        Err(error) => {
            Err(Error::new(error.span(), format!("`{key}` takes names of {kind}: `{form}`")))
        }
    }
}

fn only(written: &Written) -> Result<Ident> {
    let list = written.parentheses("only(pub)")?;
    match syn::parse2::<Token![pub]>(list.clone()) {
        Ok(_) => Ok(written.key.clone()),
        Err(_) => Err(Error::new_spanned(list, "`only` knows nothing but `pub`: `only(pub)`")),
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
