//! Everything that is refused about a fn, each on the token that is the reason, with what to write instead.

use syn::ext::IdentExt;
use syn::{Error, Ident, Path, Result, Signature};

use crate::args::{Args, Form, Recorded};
use crate::deferred::{Holder, deferred, lost_trait};
use crate::entry::{Entry, Role};
use crate::item::Item;
use crate::nearest::did_you_mean;
use crate::output;
use crate::params::{self, Bound};

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

/// The arguments that are to be recorded, in the order in which they were asked for.
pub(crate) fn recorded(recorded: &Recorded, sig: &Signature) -> Result<Vec<Bound>> {
    let bound = params::bound(sig);
    let visible = |bound: &Bound| !bound.name().starts_with('_');
    let names = match recorded {
        Recorded::Nothing => return Ok(Vec::new()),
        Recorded::All => return Ok(bound.into_iter().filter(visible).collect()),
        Recorded::Named(names) => names,
    };
    let mut chosen: Vec<Bound> = Vec::new();
    for name in names {
        let Some(found) = bound.iter().find(|bound| bound.ident == *name) else {
            return Err(Error::new(name.span(), no_argument(name, sig, &bound)));
        };
        if !visible(found) {
            let message = format!("`{name}` starts with `_` and is never recorded: rename it");
            return Err(Error::new(name.span(), message));
        }
        if chosen.iter().any(|earlier| earlier.ident == *name) {
            return Err(Error::new(name.span(), format!("`{name}` is given twice")));
        }
        chosen.push(found.clone());
    }
    Ok(chosen)
}

fn no_argument(name: &Ident, sig: &Signature, bound: &[Bound]) -> String {
    if name == "self" {
        return "`self` is never recorded: name arguments".to_owned();
    }
    let names: Vec<String> =
        bound.iter().map(Bound::name).filter(|name| !name.starts_with('_')).collect();
    let function = sig.ident.unraw();
    match did_you_mean(&name.unraw().to_string(), &names) {
        Some(hint) => format!("`{function}` has no argument `{name}`, {hint}"),
        None => format!("`{function}` has no argument `{name}`"),
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
