//! `main` and `test`: an `async fn` becomes a fn that starts a runtime, with a tracer around it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature};

use crate::entry::{Entry, Executor, Role};
use crate::item::{Item, is_named};
use crate::settings::{Flavor, Settings};
use crate::{check, output};

pub(crate) fn expand(entry: Entry, args: TokenStream, item: &TokenStream) -> TokenStream {
    try_expand(entry, args, item).unwrap_or_else(|error| refused(entry, &error, item))
}

fn try_expand(entry: Entry, args: TokenStream, item: &TokenStream) -> syn::Result<TokenStream> {
    let settings = (|input: ParseStream<'_>| Settings::read(entry, input)).parse2(args)?;
    let item = Item::read(entry.name(), item.clone())?;
    check::entry(entry, &item)?;
    Ok(started(entry, &settings, item))
}

/// The fn as it is written. But an `async fn main` would be a second mistake to rustc: that one goes into a shell.
fn refused(entry: Entry, error: &syn::Error, item: &TokenStream) -> TokenStream {
    let error = error.to_compile_error();
    match Item::read(entry.name(), item.clone()) {
        Ok(Item { vis, sig: Signature { asyncness: Some(_), ident, output, .. }, .. })
            if ident == "main" =>
        {
            quote_spanned! {Span::mixed_site()=>
                #vis fn #ident() #output { #item ::core::unreachable!() }
                #error
            }
        }
        _ => quote!(#item #error),
    }
}

fn started(entry: Entry, settings: &Settings, item: Item) -> TokenStream {
    let here = Span::mixed_site();
    let Entry(executor, role) = entry;
    let scope = scope(role, settings);
    let future = future(&item);
    let future = match role {
        Role::Main => future,
        Role::Test => quote_spanned!(here=> __tracer.bind(#future)),
    };
    let (runtime, run) = match executor {
        Executor::Tokio => {
            (Some(tokio(entry, settings)), quote_spanned!(here=> __runtime.block_on(#future)))
        }
        Executor::AsyncStd => (
            None,
            quote_spanned!(here=> ::tracer::async_std::__private::async_std::task::block_on(#future)),
        ),
        Executor::Smol => {
            (None, quote_spanned!(here=> ::tracer::smol::__private::smol::block_on(#future)))
        }
    };
    let run = if output::is_never(&item.sig.output) { run } else { ended(&run, executor) };
    let test = (role == Role::Test).then(|| quote_spanned!(here=> #[::core::prelude::v1::test]));
    let Item { attrs, vis, mut sig, body, .. } = item;
    sig.asyncness = None;
    let attrs = attrs.into_iter().filter(|attr| !is_traced(attr));
    let inner_attrs = &body.inner_attrs;
    let body = body.braces(quote!(#inner_attrs #scope #runtime #run));
    quote!(#(#attrs)* #test #vis #sig #body)
}

/// The user's body as a future. `#[traced]` goes with it: around the runtime, its span would begin before there is a
/// tracer and end after the last flush.
fn future(item: &Item) -> TokenStream {
    let here = Span::mixed_site();
    let Item { attrs, sig, body, .. } = item;
    let mut traced = attrs.iter().filter(|attr| is_traced(attr)).peekable();
    if traced.peek().is_some() {
        let name = &sig.ident;
        let body = body.braces(body.statements.clone());
        return quote_spanned!(here=> async { #(#traced)* #sig #body #name().await });
    }
    let hint = output::hint(&sig.output);
    let body = body.labelled();
    quote_spanned!(here=> async { #hint #body })
}

fn is_traced(attr: &Attribute) -> bool {
    is_named(attr, &["traced"])
}

/// Declared before the runtime and so dropped after it, while unwinding as well: tasks that the runtime cancels still
/// end their spans in time.
fn scope(role: Role, settings: &Settings) -> TokenStream {
    let here = Span::mixed_site();
    let signal = settings
        .flush_on_signal
        .then(|| quote_spanned!(here=> ::tracer::__private::flush_on_signal(&__tracer);));
    let init = if settings.in_flight_on_signal {
        quote_spanned!(here=> init_in_flight)
    } else {
        quote_spanned!(here=> init)
    };
    match role {
        Role::Main => quote_spanned!(here=> let __tracer = ::tracer::__private::#init(); #signal),
        Role::Test => quote_spanned!(here=> let __tracer = ::tracer::testing::Scope::new();),
    }
}

fn tokio(entry: Entry, settings: &Settings) -> TokenStream {
    let here = Span::mixed_site();
    let new = match settings.flavor(entry) {
        Flavor::MultiThread => quote_spanned!(here=> new_multi_thread),
        Flavor::CurrentThread => quote_spanned!(here=> new_current_thread),
    };
    let workers = settings
        .worker_threads
        .as_ref()
        .map(|count| quote_spanned!(here=> .worker_threads(#count)));
    let paused =
        settings.start_paused.as_ref().map(|paused| quote_spanned!(here=> .start_paused(#paused)));
    quote_spanned! {here=>
        let __runtime = ::tracer::tokio::__private::with_hooks(
            ::tracer::tokio::__private::tokio::runtime::Builder::#new() #workers .enable_all() #paused
        )
            .build().expect("the tokio runtime could not be started");
    }
}

/// The runtime first, so that what its tasks record as they are dropped is in the last flush.
fn ended(run: &TokenStream, executor: Executor) -> TokenStream {
    let here = Span::mixed_site();
    let runtime = match executor {
        Executor::Tokio => Some(quote_spanned!(here=> ::core::mem::drop(__runtime);)),
        Executor::AsyncStd | Executor::Smol => None,
    };
    quote_spanned! {here=>
        let __out = #run;
        #runtime
        ::core::mem::drop(__tracer);
        __out
    }
}
