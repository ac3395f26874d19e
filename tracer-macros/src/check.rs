//! Everything that is refused about a fn, each on the token that is the reason, with what to write instead.

use syn::ext::IdentExt;
use syn::{Error, Ident, Path, Result, Signature};

use crate::args::Recorded;
use crate::entry::{Entry, Role};
use crate::item::Item;
use crate::nearest::did_you_mean;
use crate::output;
use crate::params::{self, Bound};

pub(crate) fn traced(item: &Item) -> Result<()> {
    if let Some(constness) = &item.sig.constness {
        let message = "a `const fn` cannot be traced: there is no clock at compile time; leave out `const` or `#[traced]`";
        return Err(Error::new(constness.span, message));
    }
    if let Some(second) = item.attrs.iter().find(|attr| is_ours(attr.path())) {
        return Err(Error::new_spanned(second.path(), "`#[traced]` is given twice"));
    }
    let returned = output::declared(&item.sig.output);
    match returned.filter(|_| item.sig.asyncness.is_none()) {
        Some(future) if output::is_future(future) => {
            let message = "`#[traced]` on a fn that returns a future or a stream is not supported yet: write it as `async fn`";
            Err(Error::new_spanned(future, message))
        }
        _ => Ok(()),
    }
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
