//! What the declared return type says; nothing is known of it but its tokens.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{PathSegment, ReturnType, Type};

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

/// Whether it is called `Result`, `IoResult` or the like: whether it is one, the compiler finds out.
pub(crate) fn is_result(output: &ReturnType) -> bool {
    declared(output).is_some_and(is_called_result)
}

pub(crate) fn is_called_result(named: &Type) -> bool {
    last_segment(named).is_some_and(|last| last.ident.to_string().ends_with("Result"))
}

/// Whether there is an `impl` in it, so that it cannot be named.
pub(crate) fn is_opaque(output: &ReturnType) -> bool {
    has_impl(written(output))
}

/// Whether it is certainly no `Result`: then the compiler need not find out, which takes it as long as half of the rest.
pub(crate) fn is_no_result(named: &TokenStream) -> bool {
    match syn::parse2(named.clone()) {
        Ok(Type::Array(_) | Type::Ptr(_) | Type::Reference(_) | Type::Tuple(_)) => true,
        Ok(Type::Path(path)) => path
            .path
            .get_ident()
            .is_some_and(|name| PRIMITIVES.split(' ').any(|primitive| name == primitive)),
        _ => false,
    }
}

const PRIMITIVES: &str =
    "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize";

pub(crate) fn has_impl(named: TokenStream) -> bool {
    named.to_string() != without_impl(named, &quote!(())).to_string()
}

pub(crate) fn is_never(output: &ReturnType) -> bool {
    declared(output).is_some_and(|declared| matches!(declared, Type::Never(_)))
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

#[cfg(test)]
mod tests {
    use super::is_no_result;

    #[test]
    fn what_might_be_a_result_is_left_to_the_compiler() {
        let is_no_result = |named: &str| is_no_result(&named.parse().unwrap());
        for named in ["()", "(Result<u8, E>, u8)", "[Result<u8, E>; 2]", "&Result<u8, E>", "u64"] {
            assert!(is_no_result(named), "{named}");
        }
        for named in ["Result<(), E>", "io::Result<()>", "(Result<(), E>)", "Answer", "Vec<u8>"] {
            assert!(!is_no_result(named), "{named}");
        }
    }
}
