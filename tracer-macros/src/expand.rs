//! From a fn to a fn with a span.
//!
//! Tokens of the user keep their spans, and the body stands in the user's own braces; tokens of ours are `mixed_site`,
//! so that no local of ours meets one of theirs, and every path begins with `::`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{LitStr, ReturnType, Token, Type, parse2};

use crate::args::Args;
use crate::item::{Body, Item, is_named};
use crate::params::{Bound, Rebind, rebind};
use crate::{check, output};

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
    check::traced(&item)?;
    let recorded = check::recorded(&parsed.recorded, &item.sig)?;
    let callsite = callsite(&parsed, &item, &recorded);
    let arguments = arguments(&recorded);
    let body = if item.sig.asyncness.is_none() {
        sync_body(&mut item, &arguments)
    } else if output::is_never(&item.sig.output) || item.has_attribute("must_use") {
        awaited_body(&mut item, &arguments)
    } else {
        async_body(&mut item, &arguments)
    };
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

/// A guard stands first and drops last. A `Result` is looked at on its way out, for which the body becomes a closure;
/// not under `#[track_caller]`, because a closure has a caller of its own.
fn sync_body(item: &mut Item, arguments: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let returned = output::written(&item.sig.output);
    let outcome = output::without_impl(returned.clone(), &quote!(()));
    let is_opaque = returned.to_string() != outcome.to_string();
    let is_observed =
        output::is_result(&item.sig.output) && !is_opaque && !item.has_attribute("track_caller");
    let locals = rebind(&mut item.sig, if is_observed { Rebind::All } else { Rebind::Droppable });
    let body = item.body.labelled();
    let enter = quote_spanned!(here=> let __guard = ::tracer::__private::enter(&__CALLSITE););
    if !is_observed {
        return quote!(#enter #locals #arguments #body);
    }
    quote_spanned! {here=>
        #enter
        let __out = ::tracer::__private::call_once(move || -> #returned { #locals #arguments #body });
        ::tracer::__private::observe(&__guard, ::tracer::__private::outcome!(#outcome), &__out);
        __out
    }
}

/// `async fn` becomes a fn that returns the wrapped block: one coroutine and one wrapper a layer.
fn async_body(item: &mut Item, arguments: &TokenStream) -> TokenStream {
    // The macro's edition decides what `impl` captures (everything, as an `async fn` does); the place is the user's.
    let place = item
        .sig
        .asyncness
        .take()
        .map_or_else(Span::mixed_site, |keyword| keyword.span.resolved_at(Span::mixed_site()));
    let traced = traced_block(item, arguments, place);
    let returned = output::written(&item.sig.output);
    let future = quote_spanned!(place=> impl ::core::future::Future<Output = #returned>);
    let arrow = match &item.sig.output {
        ReturnType::Type(arrow, _) => *arrow,
        ReturnType::Default => Token![->](place),
    };
    item.sig.output = ReturnType::Type(arrow, Box::new(Type::Verbatim(future)));
    traced
}

/// Stays an `async fn`, for what another fn cannot say: `impl Future<Output = !>` is unstable, and `#[must_use]` is
/// about the value only there.
fn awaited_body(item: &mut Item, arguments: &TokenStream) -> TokenStream {
    let traced = traced_block(item, arguments, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> #traced.await)
}

fn traced_block(item: &mut Item, arguments: &TokenStream, place: Span) -> TokenStream {
    let outcome = if output::is_never(&item.sig.output) {
        quote!(())
    } else {
        output::without_impl(output::written(&item.sig.output), &quote!(()))
    };
    let hint = output::hint(&item.sig.output);
    let locals = rebind(&mut item.sig, Rebind::All);
    let body = item.body.labelled();
    let block = item.body.braces_of_ours(quote!(#hint #locals #arguments #body));
    let block = quote_spanned!(place=> async move #block);
    quote_spanned! {Span::mixed_site()=>
        ::tracer::__private::traced(&__CALLSITE, #block, ::tracer::__private::outcome!(#outcome))
    }
}
