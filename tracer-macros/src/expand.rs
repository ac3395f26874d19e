//! From a fn to a fn with a span.
//!
//! Tokens of the user keep their spans, and the body stands in the user's own braces; tokens of ours are `mixed_site`,
//! so that no local of ours meets one of theirs, and every path begins with `::`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{LitStr, parse2};

use crate::args::Args;
use crate::item::{Body, Item, is_named};
use crate::params::Bound;
use crate::{body, check, spawn};

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

fn try_traced(args: &TokenStream, item: &TokenStream) -> syn::Result<TokenStream> {
    let parsed: Args = parse2(args.clone())?;
    let mut item = Item::read("#[traced]", item.clone())?;
    if item.attrs.iter().any(|attr| is_named(attr, &FIRST)) {
        return Ok(behind_the_others(args, &item));
    }
    check::traced(&parsed, &item)?;
    let recorded = check::recorded(&parsed.recorded, &item.sig)?;
    let callsite = callsite(&parsed, &item, &recorded);
    let arguments = arguments(&recorded);
    item.body.statements = spawn::carried(item.body.statements, parsed.spawn);
    let body = body::traced(&parsed, &mut item, &recorded, &arguments);
    Ok(assemble(&item, &callsite, &body))
}

/// The same fn, with `#[traced]` as its last attribute. Nothing follows it then, so this happens once.
fn behind_the_others(args: &TokenStream, item: &Item) -> TokenStream {
    let here = Span::mixed_site();
    let args = (!args.is_empty()).then(|| quote_spanned!(here=> (#args)));
    let Item { attrs, vis, defaultness, sig, body } = item;
    let traced = quote_spanned!(here=> #[::tracer::traced #args]);
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

/// The static facts. Not hygienic, as no item is on stable: hence the long name.
fn callsite(args: &Args, item: &Item, recorded: &[Bound]) -> TokenStream {
    let here = Span::mixed_site();
    let ident = item.sig.ident.unraw().to_string();
    let name = args.name.as_ref().map_or_else(|| ident.clone(), LitStr::value);
    // With the span of the fn's name, else it is the line of the attribute.
    let line = quote_spanned!(item.sig.ident.span()=> ::core::line!());
    let function = (name != ident).then(|| quote_spanned!(here=> .function(#ident)));
    let fields = (!recorded.is_empty()).then(|| {
        let names = recorded.iter().map(Bound::name);
        let cfgs = recorded.iter().map(|bound| &bound.cfgs);
        quote_spanned!(here=> .fields(&[#(#(#cfgs)* #names),*]))
    });
    let root = args.root.then(|| quote_spanned!(here=> .root()));
    quote_spanned! {here=>
        static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            #name, ::core::module_path!(), ::core::file!(), #line, ::tracer::__private::PROVIDERS,
        ) #function #fields #root;
    }
}

/// Records the arguments once they have their names and before the body can move them.
fn arguments(recorded: &[Bound]) -> TokenStream {
    if recorded.is_empty() {
        return TokenStream::new();
    }
    let values = recorded.iter().map(|Bound { ident, cfgs }| {
        quote_spanned!(Span::mixed_site()=> #(#cfgs)* ::tracer::__private::argument!(#ident))
    });
    quote_spanned! {Span::mixed_site()=>
        if ::tracer::__private::is_recorded() {
            ::tracer::__private::arguments(&__CALLSITE, &[#(#values),*]);
        }
    }
}
