//! Everything that is refused about a fn, each on the token that is the reason, with what to write instead.

use syn::{Error, Ident, Path, Result, Signature};

use crate::args::{Args, Form};
use crate::deferred::{Holder, deferred, lost_trait};
use crate::entry::{Entry, Role};
use crate::item::Item;
use crate::output;

/// What is only said of a whole `impl`, `trait` or `mod`.
pub(crate) fn alone(args: &Args) -> Result<()> {
    match &args.whole.key {
        Some(key) => {
            let message =
                format!("`{key}` is about many fns: it goes on an `impl`, `trait` or `mod`");
            Err(Error::new(key.span(), message))
        }
        None => Ok(()),
    }
}

pub(crate) fn traced(args: &Args, item: &Item) -> Result<()> {
    if let Some(constness) = &item.sig.constness {
        let message = "a `const fn` cannot be traced: there is no clock at compile time; leave out `const` or `#[traced]`";
        return Err(Error::new(constness.span, message));
    }
    if let Some(second) = item.attrs.iter().find(|attr| is_ours(attr.path())) {
        return Err(Error::new_spanned(second.path(), "`#[traced]` is given twice"));
    }
    form(args, &item.sig)?;
    boxed(args, &item.sig)?;
    traits(args, &item.sig)
}

/// What is returned is a wrapper of ours. Where the user says what it is, the compiler says what it is not.
fn traits(args: &Args, sig: &Signature) -> Result<()> {
    let wrapped = deferred(args, sig).filter(|_| args.form.is_none());
    let declared = wrapped.and_then(|_| output::declared(&sig.output));
    let Some(lost) = declared.and_then(lost_trait) else { return Ok(()) };
    let name = lost.path.segments.last().map_or_else(String::new, |last| last.ident.to_string());
    let message = format!(
        "what `#[traced]` gives back is not `{name}`: leave it out, or trace the call alone with `as = sync`"
    );
    Err(Error::new_spanned(lost, message))
}

fn form(args: &Args, sig: &Signature) -> Result<()> {
    let Some(Form::Sync(word) | Form::Future(word) | Form::Stream(word)) = &args.form else {
        return Ok(());
    };
    if sig.asyncness.is_some() {
        return Err(Error::new(
            word.span(),
            "an `async fn` is traced as what it is: leave out `as`",
        ));
    }
    if word != "sync" && output::declared(&sig.output).is_none() {
        let message =
            format!("the fn returns nothing: `as = {word}` is for one that returns a {word}");
        return Err(Error::new(word.span(), message));
    }
    Ok(())
}

fn boxed(args: &Args, sig: &Signature) -> Result<()> {
    let (Some(boxed), None) = (&args.boxed, sig.asyncness) else { return Ok(()) };
    let message = match deferred(args, sig).map(|deferred| deferred.holder) {
        Some(Holder::Opaque) => return Ok(()),
        Some(_) => "the future is boxed already: leave out `boxed`",
        None => "`boxed` is for futures: leave it out",
    };
    Err(Error::new(boxed.span(), message))
}

/// `traced`, `tracer::traced`; other crates may have an attribute of that name.
fn is_ours(path: &Path) -> bool {
    let segments: Vec<&Ident> = path.segments.iter().map(|segment| &segment.ident).collect();
    match segments[..] {
        [name] => name == "traced",
        [family, name] => family == "tracer" && name == "traced",
        _ => false,
    }
}

/// What a runtime can be started for.
pub(crate) fn entry(entry: Entry, item: &Item) -> Result<()> {
    let name = entry.name();
    let Item { attrs, sig, .. } = item;
    if sig.asyncness.is_none() {
        let message =
            format!("`{name}` goes on an `async fn`: add `async`, or leave out the attribute");
        return Err(Error::new(sig.fn_token.span, message));
    }
    if !sig.inputs.is_empty() {
        return Err(Error::new_spanned(
            &sig.inputs,
            format!("the fn under `{name}` takes no arguments"),
        ));
    }
    if !sig.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &sig.generics.params,
            format!("the fn under `{name}` cannot be generic"),
        ));
    }
    let test = attrs
        .iter()
        .find(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "test"));
    match test.filter(|_| entry.1 == Role::Test) {
        Some(test) => Err(Error::new_spanned(
            test.path(),
            format!("`{name}` makes the fn a test already: leave this out"),
        )),
        None => Ok(()),
    }
}
