//! The fn under an attribute: read up to its body, which stays as it is.
//!
//! A body that is not parsed cannot fail to parse: while somebody types in it, the compiler's own messages come
//! through, and every token in it keeps its place.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Lifetime, Result, Signature, Token, Visibility};

use crate::shape;

pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

pub(crate) struct Body {
    /// `#![…]` at its start; must stay first in whatever block stands around the rest.
    pub(crate) inner_attrs: TokenStream,
    pub(crate) statements: TokenStream,
    /// Of the braces.
    pub(crate) span: Span,
}

impl Item {
    /// `attribute` is the name of the one who asks, for messages.
    pub(crate) fn read(attribute: &str, item: TokenStream) -> Result<Self> {
        let read = |input: ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            let defaultness = input.parse()?;
            shape::is_fn(attribute, input)?;
            let sig: Signature = input.parse()?;
            shape::has_body(attribute, &sig, input)?;
            Ok(Self { attrs, vis, defaultness, sig, body: Body::read(input)? })
        };
        read.parse2(item)
    }

    /// The fn as it is written, without what has been read of it.
    pub(crate) fn untouched(&self) -> TokenStream {
        let Self { attrs, vis, defaultness, sig, body } = self;
        let Body { inner_attrs, statements, .. } = body;
        let body = body.braces(quote!(#inner_attrs #statements));
        quote!(#(#attrs)* #vis #defaultness #sig #body)
    }

    /// An attribute of this fn by the last part of its path.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attrs.iter().any(|attr| is_named(attr, &[name]))
    }
}

/// Whether the last part of the attribute's path is one of `names`; what `cfg_attr` may add counts as well.
pub(crate) fn is_named(attr: &Attribute, names: &[&str]) -> bool {
    let path = attr.path();
    if path.is_ident("cfg_attr") {
        return attr.meta.require_list().is_ok_and(|list| mentions(list.tokens.clone(), names));
    }
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

fn mentions(tokens: TokenStream, names: &[&str]) -> bool {
    tokens.into_iter().any(
        |token| matches!(token, TokenTree::Ident(ident) if names.iter().any(|name| ident == name)),
    )
}

impl Body {
    fn read(input: ParseStream<'_>) -> Result<Self> {
        let (tokens, span) = input.step(|cursor| match cursor.group(Delimiter::Brace) {
            Some((inside, span, rest)) => Ok(((inside.token_stream(), span.join()), rest)),
            None => Err(cursor.error("expected the body of the fn")),
        })?;
        let mut statements: Vec<TokenTree> = tokens.into_iter().collect();
        let mut end = 0;
        while let [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(attr), ..] =
            &statements[end..]
        {
            let inner = hash.as_char() == '#'
                && bang.as_char() == '!'
                && attr.delimiter() == Delimiter::Bracket;
            if !inner {
                break;
            }
            end += 3;
        }
        let inner_attrs = statements.drain(..end).collect();
        Ok(Self { inner_attrs, statements: statements.into_iter().collect(), span })
    }

    /// The user's statements in the user's braces.
    ///
    /// The label is never used. It keeps rustc from judging the braces as unused ones. The outer pair is ours, and so
    /// of our edition: temporaries at the end of the body drop before the arguments, as they do in a fn.
    pub(crate) fn labelled(&self) -> TokenStream {
        let label = Lifetime::new("'__traced", self.span);
        let colon = Token![:](self.span);
        let statements = self.braces(self.statements.clone());
        quote_spanned!(Span::mixed_site()=> { #label #colon #statements })
    }

    /// Braces where the user's are.
    pub(crate) fn braces(&self, inside: TokenStream) -> TokenStream {
        braces(inside, self.span)
    }

    /// Braces of ours that show the same place.
    pub(crate) fn braces_of_ours(&self, inside: TokenStream) -> TokenStream {
        braces(inside, self.span.resolved_at(Span::mixed_site()))
    }
}

fn braces(inside: TokenStream, span: Span) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(span);
    TokenTree::Group(group).into()
}
