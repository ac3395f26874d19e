//! From a fn to a fn with a span.
//!
//! Tokens of the user keep their spans, and the body stands in the user's own braces; tokens of ours are `mixed_site`,
//! so that no local of ours meets one of theirs, and every path begins with `::`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ReturnType, Token, Type, parse2};

use crate::args::Args;
use crate::callsite::callsite;
use crate::family::renamed;
use crate::item::{Body, Item, is_named};
use crate::opening::Opening;
use crate::params::{Rebind, rebind};
use crate::{check, output, whole};

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
    check::traced(&item)?;
    let opening = Opening::of(&parsed, &item)?;
    let callsite = callsite(&parsed, &item, opening.values());
    let body = if item.sig.asyncness.is_none() {
        sync_body(&mut item, &opening)
    } else if output::is_never(&item.sig.output) || item.has_attribute("must_use") {
        awaited_body(&mut item, &opening)
    } else {
        async_body(&mut item, &opening)
    };
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

/// A guard stands first and drops last. A `Result` is looked at on its way out, for which the body becomes a closure;
/// not under `#[track_caller]`, because a closure has a caller of its own.
fn sync_body(item: &mut Item, opening: &Opening<'_>) -> TokenStream {
    let here = Span::mixed_site();
    let returned = output::written(&item.sig.output);
    let is_observed = (output::is_result(&item.sig.output) || opening.is_asked())
        && !output::is_opaque(&item.sig.output)
        && !item.has_attribute("track_caller");
    let locals = rebind(&mut item.sig, if is_observed { Rebind::All } else { Rebind::Droppable });
    let body = item.body.labelled();
    let (enter, values) = (opening.guard(), opening.before_body());
    if !is_observed {
        return quote!(#enter #locals #values #body);
    }
    let strategy = opening.strategy(&returned);
    let told = opening.tell(&quote_spanned!(here=> ::tracer::__private::span_of(&__guard)));
    quote_spanned! {here=>
        #enter
        let __out = ::tracer::__private::call_once(move || -> #returned { #locals #values #body });
        ::tracer::__private::observe(&__guard, #strategy, &__out);
        #told
        __out
    }
}

/// `async fn` becomes a fn that returns the wrapped block: one coroutine and one wrapper a layer.
fn async_body(item: &mut Item, opening: &Opening<'_>) -> TokenStream {
    // The macro's edition decides what `impl` captures (everything, as an `async fn` does); the place is the user's.
    let place = item
        .sig
        .asyncness
        .take()
        .map_or_else(Span::mixed_site, |keyword| keyword.span.resolved_at(Span::mixed_site()));
    let traced = traced_block(item, opening, place);
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
fn awaited_body(item: &mut Item, opening: &Opening<'_>) -> TokenStream {
    let traced = traced_block(item, opening, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> #traced.await)
}

fn traced_block(item: &mut Item, opening: &Opening<'_>, place: Span) -> TokenStream {
    let outcome = if output::is_never(&item.sig.output) {
        quote!(())
    } else {
        output::without_impl(output::written(&item.sig.output), &quote!(()))
    };
    let hint = output::hint(&item.sig.output);
    let locals = rebind(&mut item.sig, Rebind::All);
    let body = item.body.labelled();
    let (recorded, values) = (opening.recorded_in_future(), opening.before_body());
    let block = item.body.braces_of_ours(quote!(#hint #locals #recorded #values #body));
    let block = told(opening, quote_spanned!(place=> async move #block));
    let future = opening.future(&block, &opening.strategy(&outcome));
    let at_call = opening.at_call();
    quote!(#at_call #future)
}

/// A future of the user's value, with what a function of the user's has to say of it.
fn told(opening: &Opening<'_>, block: TokenStream) -> TokenStream {
    if !opening.is_told_by_function() {
        return block;
    }
    let here = Span::mixed_site();
    let told = opening.tell(&quote_spanned!(here=> ::tracer::__private::span_on_top()));
    quote_spanned! {here=>
        async move {
            let __out = #block.await;
            if __wanted { #told }
            __out
        }
    }
}
