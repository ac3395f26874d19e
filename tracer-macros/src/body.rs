//! The body of the traced fn, by what the fn is: sync, async, or the maker of a future or stream.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ReturnType, Token, Type};

use crate::args::Args;
use crate::deferred::{Deferred, Holder, Kind, behind_a_name, deferred};
use crate::item::Item;
use crate::lazy::{Lazy, mentions};
use crate::output;
use crate::params::{Bound, Rebind, rebind};

/// `arguments` are the statements that record those that are asked for.
pub(crate) fn traced(
    args: &Args,
    item: &mut Item,
    recorded: &[Bound],
    arguments: &TokenStream,
) -> TokenStream {
    let is_boxed = args.boxed.is_some();
    if item.sig.asyncness.is_some() {
        let stays = output::is_never(&item.sig.output) || item.has_attribute("must_use");
        let form = if stays { awaited_body } else { async_body };
        return form(item, arguments, is_boxed);
    }
    let lazy = Lazy::read(&item.body.statements);
    let deferred = deferred(args, &item.sig).or_else(|| {
        let boxes = args.form.is_none() && lazy.as_ref().is_some_and(Lazy::is_in_a_box);
        boxes.then(|| behind_a_name(&item.sig)).flatten()
    });
    let Some(deferred) = deferred else { return sync_body(item, arguments) };
    let lazy = lazy.filter(|lazy| deferred.kind == Kind::Future && lazy.takes(recorded));
    if let Some(lazy) = lazy {
        return lazy_body(lazy, item, &deferred, arguments, is_boxed);
    }
    if item.has_attribute("track_caller") {
        // The call alone: see there.
        return sync_body(item, arguments);
    }
    let end = may_be_shorter(item, &deferred).then(|| Lazy::read_end(&item.body.statements));
    if let Some((set_up, lazy)) = end.flatten() {
        return eager_body_of_a_block(&set_up, lazy, item, &deferred, arguments);
    }
    eager_body(item, &deferred, arguments, is_boxed)
}

/// A guard stands first and drops last. A `Result` is looked at on its way out, for which the body becomes a closure;
/// not under `#[track_caller]`, because a closure has a caller of its own.
fn sync_body(item: &mut Item, arguments: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let returned = output::written(&item.sig.output);
    let outcome = output::without_impl(returned.clone(), &quote!(()));
    let is_observed = output::is_result(&item.sig.output) && !item.has_attribute("track_caller");
    let locals = rebind(&mut item.sig, if is_observed { Rebind::All } else { Rebind::Droppable });
    let body = item.body.labelled();
    let enter = enter();
    if !is_observed {
        return quote!(#enter #locals #arguments #body);
    }
    let returned = output::without_impl(returned, &quote!(_));
    quote_spanned! {here=>
        #enter
        let __out = ::tracer::__private::call_once(move || -> #returned { #locals #arguments #body });
        ::tracer::__private::observe(&__guard, ::tracer::__private::outcome!(#outcome), &__out);
        __out
    }
}

fn enter() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> let __guard = ::tracer::__private::enter(&__CALLSITE);)
}

/// `async fn` becomes a fn that returns the wrapped block: one coroutine and one wrapper a layer.
fn async_body(item: &mut Item, arguments: &TokenStream, is_boxed: bool) -> TokenStream {
    // The macro's edition decides what `impl` captures (everything, as an `async fn` does); the place is the user's.
    let place = item
        .sig
        .asyncness
        .take()
        .map_or_else(Span::mixed_site, |keyword| keyword.span.resolved_at(Span::mixed_site()));
    let traced = traced_block(item, arguments, place, is_boxed);
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
fn awaited_body(item: &mut Item, arguments: &TokenStream, is_boxed: bool) -> TokenStream {
    let traced = traced_block(item, arguments, Span::mixed_site(), is_boxed);
    quote_spanned!(Span::mixed_site()=> #traced.await)
}

fn traced_block(
    item: &mut Item,
    arguments: &TokenStream,
    place: Span,
    is_boxed: bool,
) -> TokenStream {
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
    boxed(traced_future(&block, &outcome), is_boxed)
}

fn traced_future(block: &TokenStream, outcome: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        ::tracer::__private::traced(&__CALLSITE, #block, ::tracer::__private::outcome!(#outcome))
    }
}

fn boxed(traced: TokenStream, is_boxed: bool) -> TokenStream {
    if is_boxed {
        quote_spanned!(Span::mixed_site()=> ::tracer::__private::Box::pin(#traced))
    } else {
        traced
    }
}

/// A fn that does nothing but make a future: as an `async fn`, whose span begins with the first poll. The user's block
/// stays what it is, and so does what it captures.
fn lazy_body(
    lazy: Lazy,
    item: &Item,
    deferred: &Deferred,
    arguments: &TokenStream,
    is_boxed: bool,
) -> TokenStream {
    let outcome = yields(item, deferred);
    let body = lazy.wrapped(arguments, |block| traced_future(&block, &outcome));
    boxed(body, is_boxed)
}

/// A fn that does something before it returns a future or stream: one span for both, from the call.
fn eager_body(
    item: &mut Item,
    deferred: &Deferred,
    arguments: &TokenStream,
    is_boxed: bool,
) -> TokenStream {
    let here = Span::mixed_site();
    let outcome = yields(item, deferred);
    let returned = output::without_impl(output::written(&item.sig.output), &quote!(_));
    let returned = (deferred.holder != Holder::Opaque).then(|| quote!(-> #returned));
    let locals = rebind(&mut item.sig, Rebind::All);
    let body = item.body.labelled();
    let enter = enter();
    let attach = match deferred.kind {
        Kind::Future => quote_spanned!(here=> attached),
        Kind::Stream => quote_spanned!(here=> attached_stream),
    };
    let out = match deferred.holder {
        Holder::Boxed => quote_spanned!(here=> ::tracer::__private::Box::into_pin(__out)),
        Holder::Opaque | Holder::Pinned => quote_spanned!(here=> __out),
    };
    let attached = quote_spanned! {here=>
        ::tracer::__private::#attach(__guard, #out, ::tracer::__private::outcome!(#outcome))
    };
    let attached = match deferred.holder {
        Holder::Boxed => quote_spanned!(here=> ::tracer::__private::Box::new(#attached)),
        Holder::Opaque | Holder::Pinned => {
            boxed(attached, is_boxed || deferred.holder == Holder::Pinned)
        }
    };
    quote_spanned! {here=>
        #enter
        let __out = ::tracer::__private::call_once(move || #returned { #locals #arguments #body });
        #attached
    }
}

/// Whether the output is of a type that need not outlive the box: another box around that one could not say so.
fn may_be_shorter(item: &Item, deferred: &Deferred) -> bool {
    let Some(yields) = &deferred.yields else { return false };
    let is_named = |name: &str| mentions(yields.clone(), name);
    let mut types = item.sig.generics.type_params();
    deferred.kind == Kind::Future
        && deferred.holder == Holder::Pinned
        && (is_named("Self") || types.any(|param| is_named(&param.ident.to_string())))
}

/// The same where the user's own box can hold the wrapper. What is left of the set-up and the arguments drops after
/// the span was handed over.
fn eager_body_of_a_block(
    set_up: &TokenStream,
    lazy: Lazy,
    item: &mut Item,
    deferred: &Deferred,
    arguments: &TokenStream,
) -> TokenStream {
    let outcome = yields(item, deferred);
    let end = lazy.wrapped(&TokenStream::new(), |block| {
        quote_spanned! {Span::mixed_site()=>
            ::tracer::__private::attached(__guard, #block, ::tracer::__private::outcome!(#outcome))
        }
    });
    item.body.statements = quote!(#set_up #end);
    let locals = rebind(&mut item.sig, Rebind::Droppable);
    let body = item.body.labelled();
    let enter = enter();
    quote!(#enter #locals #arguments #body)
}

/// The type of the output, or of an item. Behind a name of the user's it is what that name stands for.
fn yields(item: &Item, deferred: &Deferred) -> TokenStream {
    let here = Span::mixed_site();
    let nothing = quote!(());
    if let Some(yields) = &deferred.yields {
        return output::without_impl(yields.clone(), &nothing);
    }
    let returned = output::written(&item.sig.output);
    let is_opaque =
        output::without_impl(returned.clone(), &nothing).to_string() != returned.to_string();
    match deferred.kind {
        _ if is_opaque => nothing,
        Kind::Future => quote_spanned!(here=> <#returned as ::core::future::Future>::Output),
        Kind::Stream => quote_spanned!(here=> <#returned as ::tracer::__private::Stream>::Item),
    }
}
