//! Bodies that are nothing but an `async` block: what a fn is that could have been an `async fn`, and what
//! `#[async_trait]` and its like make of one. Nothing happens in them before the first poll.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::params::Bound;

/// `async { … }`, `Box::pin(async { … })` or `async { … }.boxed()`.
pub(crate) struct Lazy {
    /// `Box::pin`
    call: TokenStream,
    /// The parentheses behind it.
    parentheses: Option<Span>,
    keyword: Ident,
    moves: Option<Ident>,
    block: Group,
    /// `.boxed()`
    method: TokenStream,
}

impl Lazy {
    pub(crate) fn read(statements: &TokenStream) -> Option<Self> {
        let tokens: Vec<TokenTree> = statements.clone().into_iter().collect();
        let Some((TokenTree::Group(arguments), call)) = tokens.split_last() else { return None };
        if arguments.delimiter() != Delimiter::Parenthesis || !is_box_pin(call) {
            return Self::block(&tokens);
        }
        let inside: Vec<TokenTree> = arguments.stream().into_iter().collect();
        let lazy = Self::block(without_comma(&inside)).filter(|lazy| lazy.method.is_empty())?;
        let call = call.iter().cloned().collect();
        Some(Self { call, parentheses: Some(arguments.span()), ..lazy })
    }

    /// A set-up, and then `Box::pin(async { … })` on every way out.
    pub(crate) fn read_end(statements: &TokenStream) -> Option<(TokenStream, Self)> {
        let tokens: Vec<TokenTree> = statements.clone().into_iter().collect();
        let is_end =
            |token: &TokenTree| matches!(token, TokenTree::Punct(end) if end.as_char() == ';');
        let (set_up, end) = tokens.split_at(tokens.iter().rposition(is_end)? + 1);
        let set_up: TokenStream = set_up.iter().cloned().collect();
        if mentions(set_up.clone(), "return") {
            return None;
        }
        let lazy = Self::read(&end.iter().cloned().collect())?;
        lazy.is_in_a_box().then_some((set_up, lazy))
    }

    fn block(tokens: &[TokenTree]) -> Option<Self> {
        let (keyword, rest) = word(tokens, "async")?;
        let (moves, rest) =
            word(rest, "move").map_or((None, rest), |(word, rest)| (Some(word), rest));
        let (TokenTree::Group(block), method) = rest.split_first()? else { return None };
        if block.delimiter() != Delimiter::Brace || !(method.is_empty() || is_boxed(method)) {
            return None;
        }
        let method = method.iter().cloned().collect();
        let (call, block) = (TokenStream::new(), block.clone());
        Some(Self {
            call,
            parentheses: None,
            keyword: keyword.clone(),
            moves: moves.cloned(),
            block,
            method,
        })
    }

    /// Whether it is `Box::pin(async { … })`, which is a future whatever the fn says.
    pub(crate) const fn is_in_a_box(&self) -> bool {
        self.parentheses.is_some()
    }

    /// Whether the block takes these arguments with it anyway.
    pub(crate) fn takes(&self, recorded: &[Bound]) -> bool {
        recorded.iter().all(|bound| mentions(self.block.stream(), &bound.ident.to_string()))
    }

    /// The same body, where `wrap` is given the block, with `first` as what it does first.
    pub(crate) fn wrapped(
        self,
        first: &TokenStream,
        wrap: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let Self { call, parentheses, keyword, mut moves, mut block, method } = self;
        if !first.is_empty() {
            let statements = block.stream();
            let span = block.span();
            block = Group::new(Delimiter::Brace, quote!(#first #statements));
            block.set_span(span);
            // What it would only borrow could not leave the fn.
            let word = Ident::new("move", keyword.span());
            moves = moves.or(Some(word));
        }
        let wrapped = wrap(quote!(#keyword #moves #block));
        match parentheses {
            None => quote!(#wrapped #method),
            Some(span) => quote_spanned!(span=> #call(#wrapped)),
        }
    }
}

fn without_comma(tokens: &[TokenTree]) -> &[TokenTree] {
    match tokens {
        [rest @ .., TokenTree::Punct(comma)] if comma.as_char() == ',' => rest,
        _ => tokens,
    }
}

fn word<'a>(tokens: &'a [TokenTree], expected: &str) -> Option<(&'a Ident, &'a [TokenTree])> {
    match tokens {
        [TokenTree::Ident(word), rest @ ..] if word == expected => Some((word, rest)),
        _ => None,
    }
}

/// A path that ends so: there is nothing in it but names and colons.
fn is_box_pin(call: &[TokenTree]) -> bool {
    let mut names = Vec::new();
    for token in call {
        match token {
            TokenTree::Ident(name) => names.push(name),
            TokenTree::Punct(colon) if colon.as_char() == ':' => {}
            _ => return false,
        }
    }
    matches!(names[..], [.., boxed, pin] if boxed == "Box" && pin == "pin")
}

fn is_boxed(method: &[TokenTree]) -> bool {
    matches!(
        method,
        [TokenTree::Punct(dot), TokenTree::Ident(name), TokenTree::Group(nothing)]
            if dot.as_char() == '.'
                && (name == "boxed" || name == "boxed_local")
                && nothing.delimiter() == Delimiter::Parenthesis
                && nothing.stream().is_empty()
    )
}

pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
