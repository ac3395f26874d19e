//! The body of the traced fn, by what the fn is: sync, async, or the maker of a future or stream.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ReturnType, Token, Type};

use crate::args::Args;
use crate::deferred::{Deferred, Holder, Kind, behind_a_name, deferred};
use crate::item::Item;
use crate::lazy::{Lazy, mentions};
use crate::opening::Opening;
use crate::output;
use crate::params::{Rebind, rebind};

pub(crate) fn traced(args: &Args, item: &mut Item, opening: &Opening<'_>) -> TokenStream {
    let is_boxed = args.boxed.is_some();
    if item.sig.asyncness.is_some() {
        let stays = output::is_never(&item.sig.output) || item.has_attribute("must_use");
        let form = if stays { awaited_body } else { async_body };
        return form(item, opening, is_boxed);
    }
    let lazy = Lazy::read(&item.body.statements);
    let deferred = deferred(args, &item.sig).or_else(|| {
        let boxes = args.form.is_none() && lazy.as_ref().is_some_and(Lazy::is_in_a_box);
        boxes.then(|| behind_a_name(&item.sig)).flatten()
    });
    let Some(deferred) = deferred else { return sync_body(item, opening) };
    let lazy = lazy.filter(|lazy| deferred.kind == Kind::Future && is_at_hand(lazy, opening));
    if let Some(lazy) = lazy {
        return lazy_body(lazy, item, &deferred, opening, is_boxed);
    }
    if item.has_attribute("track_caller") {
        // The call alone: see there.
        return sync_body(item, opening);
    }
    let end = may_be_shorter(item, &deferred).then(|| Lazy::read_end(&item.body.statements));
    if let Some((set_up, lazy)) = end.flatten() {
        return eager_body_of_a_block(&set_up, lazy, item, &deferred, opening);
    }
    eager_body(item, &deferred, opening, is_boxed)
}

/// Whether a block that is the whole body has what is recorded in it anyway.
fn is_at_hand(lazy: &Lazy, opening: &Opening<'_>) -> bool {
    opening.values().arguments().is_some_and(|arguments| lazy.takes(&arguments))
}

/// A guard stands first and drops last. A `Result` is looked at on its way out, for which the body becomes a closure;
/// not under `#[track_caller]`, because a closure has a caller of its own.
fn sync_body(item: &mut Item, opening: &Opening<'_>) -> TokenStream {
    let here = Span::mixed_site();
    let returned = output::written(&item.sig.output);
    let outcome = output::without_impl(returned.clone(), &quote!(()));
    let is_observed = (output::is_result(&item.sig.output) || opening.is_asked())
        && !item.has_attribute("track_caller");
    let locals = rebind(&mut item.sig, if is_observed { Rebind::All } else { Rebind::Droppable });
    let body = item.body.labelled();
    let (enter, values) = (opening.guard(), opening.before_body());
    if !is_observed {
        return quote!(#enter #locals #values #body);
    }
    let returned = output::without_impl(returned, &quote!(_));
    let strategy = opening.strategy(&outcome);
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
fn async_body(item: &mut Item, opening: &Opening<'_>, is_boxed: bool) -> TokenStream {
    // The macro's edition decides what `impl` captures (everything, as an `async fn` does); the place is the user's.
    let place = item
        .sig
        .asyncness
        .take()
        .map_or_else(Span::mixed_site, |keyword| keyword.span.resolved_at(Span::mixed_site()));
    let traced = traced_block(item, opening, place, is_boxed);
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
fn awaited_body(item: &mut Item, opening: &Opening<'_>, is_boxed: bool) -> TokenStream {
    let traced = traced_block(item, opening, Span::mixed_site(), is_boxed);
    quote_spanned!(Span::mixed_site()=> #traced.await)
}

fn traced_block(
    item: &mut Item,
    opening: &Opening<'_>,
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
    let (recorded, values) = (opening.recorded_in_future(), opening.before_body());
    let block = item.body.braces_of_ours(quote!(#hint #locals #recorded #values #body));
    let block = told(opening, quote_spanned!(place=> async move #block));
    let future = boxed(opening.future(&block, &opening.strategy(&outcome)), is_boxed);
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
    opening: &Opening<'_>,
    is_boxed: bool,
) -> TokenStream {
    let strategy = opening.strategy(&yields(item, deferred));
    let (recorded, values) = (opening.recorded_in_future(), opening.values().statement());
    let first = quote!(#recorded #values);
    let body = boxed(lazy.wrapped(&first, |block| opening.future(&block, &strategy)), is_boxed);
    let at_call = opening.at_call();
    quote!(#at_call #body)
}

/// A fn that does something before it returns a future or stream: one span for both, from the call.
fn eager_body(
    item: &mut Item,
    deferred: &Deferred,
    opening: &Opening<'_>,
    is_boxed: bool,
) -> TokenStream {
    let here = Span::mixed_site();
    let strategy = opening.strategy(&yields(item, deferred));
    let returned = output::without_impl(output::written(&item.sig.output), &quote!(_));
    let returned = (deferred.holder != Holder::Opaque).then(|| quote!(-> #returned));
    let locals = rebind(&mut item.sig, Rebind::All);
    let body = item.body.labelled();
    let (enter, values) = (opening.guard(), opening.before_body());
    let attach = match deferred.kind {
        Kind::Future => quote_spanned!(here=> attached),
        Kind::Stream => quote_spanned!(here=> attached_stream),
    };
    let out = match deferred.holder {
        Holder::Boxed => quote_spanned!(here=> ::tracer::__private::Box::into_pin(__out)),
        Holder::Opaque | Holder::Pinned => quote_spanned!(here=> __out),
    };
    let attached = quote_spanned! {here=>
        ::tracer::__private::#attach(__guard, #out, #strategy)
    };
    let attached = match deferred.holder {
        Holder::Boxed => quote_spanned!(here=> ::tracer::__private::Box::new(#attached)),
        Holder::Opaque | Holder::Pinned => {
            boxed(attached, is_boxed || deferred.holder == Holder::Pinned)
        }
    };
    quote_spanned! {here=>
        #enter
        let __out = ::tracer::__private::call_once(move || #returned { #locals #values #body });
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
    opening: &Opening<'_>,
) -> TokenStream {
    let strategy = opening.strategy(&yields(item, deferred));
    let end = lazy.wrapped(&TokenStream::new(), |block| {
        quote_spanned! {Span::mixed_site()=>
            ::tracer::__private::attached(__guard, #block, #strategy)
        }
    });
    item.body.statements = quote!(#set_up #end);
    let locals = rebind(&mut item.sig, Rebind::Droppable);
    let body = item.body.labelled();
    let (enter, values) = (opening.guard(), opening.before_body());
    quote!(#enter #locals #values #body)
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
