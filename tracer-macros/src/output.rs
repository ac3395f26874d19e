//! What the declared return type says; nothing is known of it but its tokens.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, PathSegment, ReturnType, Token, Type, TypeParamBound};

/// Names that stand for a boxed future or stream wherever they are met.
const ALIASES: [&str; 4] = ["BoxFuture", "LocalBoxFuture", "BoxStream", "LocalBoxStream"];

pub(crate) fn declared(output: &ReturnType) -> Option<&Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, declared) => Some(declared),
    }
}

/// The return type as it can stand where a type is named, and `()` where none is declared.
pub(crate) fn written(output: &ReturnType) -> TokenStream {
    declared(output).map_or_else(|| quote!(()), ToTokens::to_token_stream)
}

/// Whether it is called `Result`, with or without a path before it.
pub(crate) fn is_result(output: &ReturnType) -> bool {
    declared(output).and_then(last_segment).is_some_and(|last| last.ident == "Result")
}

/// Whether there is an `impl` in it, so that it cannot be named.
pub(crate) fn is_opaque(output: &ReturnType) -> bool {
    let returned = written(output);
    returned.to_string() != without_impl(returned, &quote!(())).to_string()
}

pub(crate) fn is_never(output: &ReturnType) -> bool {
    declared(output).is_some_and(|declared| matches!(declared, Type::Never(_)))
}

/// `impl Future`, `dyn Stream`, these in a `Box` or a `Pin`, and the usual names for them.
pub(crate) fn is_future(declared: &Type) -> bool {
    match declared {
        Type::ImplTrait(opaque) => names_future(&opaque.bounds),
        Type::TraitObject(object) => names_future(&object.bounds),
        Type::Group(group) => is_future(&group.elem),
        Type::Paren(paren) => is_future(&paren.elem),
        Type::Path(_) => last_segment(declared).is_some_and(|last| {
            let wraps = last.ident == "Pin" || last.ident == "Box";
            ALIASES.iter().any(|alias| last.ident == alias)
                || wraps && first_argument(last).is_some_and(is_future)
        }),
        _ => false,
    }
}

fn names_future(bounds: &Punctuated<TypeParamBound, Token![+]>) -> bool {
    bounds.iter().any(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return false };
        bound
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Future" || last.ident == "Stream")
    })
}

fn first_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    })
}

pub(crate) fn last_segment(named: &Type) -> Option<&PathSegment> {
    match named {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// `tokens` with `stand_in` for every `impl Trait`, which is only allowed in the signature.
///
/// On tokens, because an `impl` can stand in any depth of a type.
pub(crate) fn without_impl(tokens: TokenStream, stand_in: &TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "impl" => {
                skip_bounds(&mut tokens);
                out.extend(stand_in.clone());
            }
            TokenTree::Group(group) => {
                let mut replaced =
                    Group::new(group.delimiter(), without_impl(group.stream(), stand_in));
                replaced.set_span(group.span());
                out.extend([TokenTree::Group(replaced)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Up to the first `,` `;` or `>` that does not belong to the bounds.
fn skip_bounds(tokens: &mut Peekable<IntoIter>) {
    let mut depth = 0_usize;
    let mut after_minus = false;
    while let Some(token) = tokens.peek() {
        let punct = if let TokenTree::Punct(punct) = token { Some(punct.as_char()) } else { None };
        match punct {
            Some('>') if after_minus => {}
            Some(',' | ';' | '>') if depth == 0 => return,
            Some('<') => depth += 1,
            Some('>') => depth -= 1,
            _ => {}
        }
        after_minus = punct == Some('-');
        tokens.next();
    }
}

/// Tells a block its type, which nothing else can: without it `?` and coercions at its end have no target.
///
/// It stands before the user's braces, where their imports do not reach.
pub(crate) fn hint(output: &ReturnType) -> TokenStream {
    if is_never(output) {
        return TokenStream::new();
    }
    let here = Span::mixed_site();
    let returned = without_impl(written(output), &quote!(_));
    // Where rustc says that the type comes from.
    let place = declared(output).map_or(here, |declared| declared.span().resolved_at(here));
    let out = Ident::new("__out", place);
    let give = quote_spanned!(place=> return #out);
    quote_spanned! {here=>
        if let ::core::option::Option::Some(#out) = ::core::option::Option::None::<#returned> {
            #give;
        }
    }
}
