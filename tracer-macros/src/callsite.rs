//! The static facts of a fn: what every span opened there has in common.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Lit};

use crate::args::Args;
use crate::item::Item;
use crate::recorded::Values;

/// Not hygienic, as no item is on stable: hence the long name.
pub(crate) fn callsite(args: &Args, item: &Item, values: &Values) -> TokenStream {
    let here = Span::mixed_site();
    let ident = item.sig.ident.unraw().to_string();
    let name =
        args.name.as_ref().map_or_else(|| ident.to_token_stream(), ToTokens::to_token_stream);
    // With the span of the fn's name, else it is the line of the attribute.
    let line = quote_spanned!(item.sig.ident.span()=> ::core::line!());
    let is_renamed = args.name.as_ref().is_some_and(|name| !says(name, &ident));
    let function = is_renamed.then(|| quote_spanned!(here=> .function(#ident)));
    let fields = values.keys();
    let facts = facts(args);
    quote_spanned! {here=>
        static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            #name, ::core::module_path!(), ::core::file!(), #line, ::tracer::__private::PROVIDERS,
        ) #function #fields #facts;
    }
}

fn says(name: &Expr, ident: &str) -> bool {
    matches!(name, Expr::Lit(literal) if matches!(&literal.lit, Lit::Str(text) if text.value() == ident))
}

/// What most fns leave as it is.
fn facts(args: &Args) -> TokenStream {
    let here = Span::mixed_site();
    let kind = args.kind.as_ref().map(|kind| variant("with_kind", "SpanKind", kind));
    let level = args.level.as_ref().map(|level| variant("with_level", "Level", level));
    let target = args.target.as_ref().map(|target| quote_spanned!(here=> .with_target(#target)));
    let span_type =
        args.span_type.as_ref().map(|span_type| quote_spanned!(here=> .with_span_type(#span_type)));
    let root = args.root.then(|| quote_spanned!(here=> .root()));
    let polls = args.polls.as_ref().map(|_| quote_spanned!(here=> .polls()));
    quote_spanned!(here=> #kind #level #target #span_type #root #polls)
}

fn variant(method: &str, list: &str, name: &Ident) -> TokenStream {
    let here = Span::mixed_site();
    let (method, list) = (Ident::new(method, here), Ident::new(list, here));
    quote_spanned!(here=> .#method(::tracer::__private::#list::#name))
}
