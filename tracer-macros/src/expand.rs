//! From a fn to a fn with a span.
//!
//! Tokens of the user keep their spans, and the body stands in the user's own braces; tokens of ours are `mixed_site`,
//! so that no local of ours meets one of theirs, and every path begins with `::`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse2;

use crate::args::Args;
use crate::callsite::callsite;
use crate::family::renamed;
use crate::item::{Body, Item, is_named};
use crate::opening::Opening;
use crate::{body, check, spawn, whole};

/// Attributes that may be macros and take the fn apart: they must see it as it was written.
const FIRST: [&str; 24] = [
    // Runtimes and tests.
    "main",
    "test",
    "rstest",
    "fixture",
    "test_case",
    "test_matrix",
    "serial",
    "parallel",
    "wasm_bindgen_test",
    // Futures.
    "async_recursion",
    // Handlers of web servers.
    "debug_handler",
    "debug_middleware",
    "handler",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "route",
    "catch",
    "command",
    "endpoint",
];

pub(crate) fn traced(args: &TokenStream, item: &TokenStream) -> TokenStream {
    try_traced(args, item).unwrap_or_else(|error| {
        // The fn stays as it is written, so that one mistake gives one message.
        let error = error.to_compile_error();
        quote!(#item #error)
    })
}

/// With the feature `off`: the item as it is written, unless its arguments are wrong.
pub(crate) fn untraced(args: &TokenStream, item: &TokenStream) -> TokenStream {
    match try_traced(args, item) {
        Ok(_) => item.clone(),
        Err(_) => traced(args, item),
    }
}

fn try_traced(args: &TokenStream, item: &TokenStream) -> syn::Result<TokenStream> {
    let parsed: Args = parse2(args.clone())?;
    if let Some(whole) = whole::traced(&parsed, args, item)? {
        return Ok(whole);
    }
    let mut item = Item::read("#[traced]", item.clone())?;
    check::alone(&parsed)?;
    if parsed.whole.off {
        return Ok(item.untouched());
    }
    if item.attrs.iter().any(|attr| is_named(attr, &FIRST)) {
        return Ok(behind_the_others(&parsed, args, &item));
    }
    check::traced(&parsed, &item)?;
    let opening = Opening::of(&parsed, &item)?;
    let callsite = callsite(&parsed, &item, opening.values());
    item.body.statements = spawn::carried(item.body.statements, parsed.spawn);
    let body = body::traced(&parsed, &mut item, &opening);
    let expansion = assemble(&item, &callsite, &body);
    Ok(match &parsed.family {
        Some(path) => renamed(expansion, path),
        None => expansion,
    })
}

/// The same fn, with `#[traced]` as its last attribute. Nothing follows it then, so this happens once.
fn behind_the_others(parsed: &Args, args: &TokenStream, item: &Item) -> TokenStream {
    let here = Span::mixed_site();
    let family = parsed.family();
    let args = (!args.is_empty()).then(|| quote_spanned!(here=> (#args)));
    let Item { attrs, vis, defaultness, sig, body } = item;
    let traced = quote_spanned!(here=> #[#family::traced #args]);
    let Body { inner_attrs, statements, .. } = body;
    let body = body.braces(quote!(#inner_attrs #statements));
    quote!(#(#attrs)* #traced #vis #defaultness #sig #body)
}

fn assemble(item: &Item, callsite: &TokenStream, traced: &TokenStream) -> TokenStream {
    let Item { attrs, vis, defaultness, sig, body } = item;
    let inner_attrs = &body.inner_attrs;
    let body = body.braces(quote!(#inner_attrs #callsite #traced));
    quote!(#(#attrs)* #vis #defaultness #sig #body)
}
