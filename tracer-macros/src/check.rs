//! Everything that is refused about a fn, each on the token that is the reason, with what to write instead.

use syn::{Error, Ident, Path, Result};

use crate::args::Args;
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
