//! Spawn calls in the body: what they are given carries the context along.
//!
//! On tokens, so that it reaches into `select!` and its like, and only where the shape is certain: a well-known path,
//! or a usual name with a literal `async` block or a literal closure without parameters.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::args::Spawn;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Future,
    Closure,
}

/// Whatever their argument looks like, it is this.
const KNOWN: [(&[&str], Work); 10] = [
    (&["tokio", "spawn"], Work::Future),
    (&["tokio", "task", "spawn"], Work::Future),
    (&["tokio", "task", "spawn_local"], Work::Future),
    (&["tokio", "task", "spawn_blocking"], Work::Closure),
    (&["async_std", "task", "spawn"], Work::Future),
    (&["async_std", "task", "spawn_local"], Work::Future),
    (&["async_std", "task", "spawn_blocking"], Work::Closure),
    (&["smol", "spawn"], Work::Future),
    (&["smol", "unblock"], Work::Closure),
    (&["std", "thread", "spawn"], Work::Closure),
];

/// Fns and methods of these names may be anything.
const USUAL: [&str; 3] = ["spawn", "spawn_local", "spawn_blocking"];

/// Macros whose arguments are expressions; in others, as in `quote!`, they may not be code that runs here.
const EXPRESSIONS: [&str; 23] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "join",
    "matches",
    "panic",
    "pin",
    "print",
    "println",
    "select",
    "select_biased",
    "stream",
    "try_join",
    "try_stream",
    "vec",
    "write",
];

/// The same statements, with the context carried into the spawn calls in them.
pub(crate) fn carried(statements: TokenStream, how: Spawn) -> TokenStream {
    if how == Spawn::Bare {
        return statements;
    }
    rewritten(statements.clone(), how).unwrap_or(statements)
}

/// `None` if nothing in it changes: then its groups stay as they are, with the places of their braces.
fn rewritten(tokens: TokenStream, how: Spawn) -> Option<TokenStream> {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut changed = false;
    let mut in_item = false;
    for index in 0..tokens.len() {
        let (before, rest) = tokens.split_at_mut(index);
        in_item |= is_item(rest);
        let TokenTree::Group(group) = &mut rest[0] else { continue };
        let is_body = in_item && group.delimiter() == Delimiter::Brace;
        in_item &= !is_body;
        if is_body || !is_code(before) {
            continue;
        }
        let inside = rewritten(group.stream(), how);
        let callee =
            (group.delimiter() == Delimiter::Parenthesis).then(|| callee(before)).flatten();
        let arguments = inside.clone().unwrap_or_else(|| group.stream());
        let inside = callee.and_then(|callee| carry(callee, arguments, how)).or(inside);
        if let Some(inside) = inside {
            let mut new = Group::new(group.delimiter(), inside);
            new.set_span(group.span());
            *group = new;
            changed = true;
        }
    }
    changed.then(|| tokens.into_iter().collect())
}

/// Whether a fn begins here that is not this one: it may have an attribute of its own.
fn is_item(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Ident(keyword), TokenTree::Ident(_), ..] if keyword == "fn")
}

/// Whether a group behind these tokens is code of this fn, not an attribute or the input of some macro.
fn is_code(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Punct(hash)] if hash.as_char() == '#' => false,
        [.., TokenTree::Punct(hash), TokenTree::Punct(bang)]
            if hash.as_char() == '#' && bang.as_char() == '!' =>
        {
            false
        }
        [.., TokenTree::Ident(name), TokenTree::Punct(bang)] if bang.as_char() == '!' => {
            EXPRESSIONS.iter().any(|known| name == known)
        }
        [.., TokenTree::Ident(definition), TokenTree::Punct(bang), TokenTree::Ident(_)] => {
            !(definition == "macro_rules" && bang.as_char() == '!')
        }
        _ => true,
    }
}

/// How far an argument must be understood.
#[derive(Clone, Copy)]
enum Callee {
    Known(Work),
    /// A path: with one argument, as the fns of that name have.
    Path,
    Method,
}

fn callee(before: &[TokenTree]) -> Option<Callee> {
    let before = without_turbofish(before)?;
    let (TokenTree::Ident(name), before) = before.split_last()? else { return None };
    let is_usual = USUAL.iter().any(|usual| name == usual);
    let before = match before {
        // Not the end of a range.
        [.., TokenTree::Punct(other), TokenTree::Punct(dot)]
            if dot.as_char() == '.' && other.as_char() == '.' =>
        {
            return None;
        }
        [.., TokenTree::Punct(dot)] if dot.as_char() == '.' => {
            return is_usual.then_some(Callee::Method);
        }
        _ => before,
    };
    let mut path = vec![name.to_string()];
    let mut before = before;
    while let [
        rest @ ..,
        TokenTree::Ident(segment),
        TokenTree::Punct(first),
        TokenTree::Punct(second),
    ] = before
    {
        if first.as_char() != ':' || second.as_char() != ':' {
            break;
        }
        path.insert(0, segment.to_string());
        before = rest;
    }
    if let Some((_, work)) = KNOWN.iter().find(|(known, _)| path == *known) {
        return Some(Callee::Known(*work));
    }
    let module = path.iter().rev().nth(1)?;
    (is_usual && (module == "task" || module == "thread") && path[0] != "tracer")
        .then_some(Callee::Path)
}

/// A turbofish that names the type of the argument would not be that of the carried one.
fn without_turbofish(before: &[TokenTree]) -> Option<&[TokenTree]> {
    if !matches!(before, [.., TokenTree::Punct(end)] if end.as_char() == '>') {
        return Some(before);
    }
    let mut depth = 0_usize;
    for (index, token) in before.iter().enumerate().rev() {
        let TokenTree::Punct(punct) = token else { continue };
        match punct.as_char() {
            '>' => depth += 1,
            '<' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        let inferred =
            matches!(before.get(index + 1), Some(TokenTree::Ident(first)) if first == "_");
        return match &before[..index] {
            [name @ .., TokenTree::Punct(first), TokenTree::Punct(second)]
                if inferred && first.as_char() == ':' && second.as_char() == ':' =>
            {
                Some(name)
            }
            _ => None,
        };
    }
    None
}

fn carry(callee: Callee, arguments: TokenStream, how: Spawn) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = arguments.into_iter().collect();
    let place = tokens.first()?.span();
    let (work, end) = match callee {
        Callee::Known(work) => (work, tokens.len()),
        Callee::Path => (literal(&tokens)?.0, tokens.len()),
        Callee::Method => {
            let (work, end) = literal(&tokens)?;
            (work, end?)
        }
    };
    let first: TokenStream = tokens[..end].iter().cloned().collect();
    let others: TokenStream = tokens[end..].iter().cloned().collect();
    // Where the argument is, and as if the user had written it: what is wrong with the argument is
    // shown there, and a caller's place is that line, where it would be the attribute's.
    let carry = match (work, how) {
        (Work::Future, Spawn::Link) => quote_spanned!(place=> linked),
        (Work::Closure, Spawn::Link) => quote_spanned!(place=> linked_fn),
        (Work::Future, _) => quote_spanned!(place=> carried),
        (Work::Closure, _) => quote_spanned!(place=> carried_fn),
    };
    let call = quote_spanned!(place=> ::tracer::__private::#carry(#first));
    Some(quote!(#call #others))
}

/// Whether the first argument is an `async` block or a closure without parameters, and where it ends if that is certain.
fn literal(tokens: &[TokenTree]) -> Option<(Work, Option<usize>)> {
    let at = |index: usize, expected: &str| matches!(tokens.get(index), Some(TokenTree::Ident(word)) if word == expected);
    let is = |index: usize, expected: char| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == expected);
    let ends = |index: usize| index == tokens.len() || is(index, ',');
    let is_block = |index: usize| matches!(tokens.get(index), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
    if at(0, "async") {
        let block = if at(1, "move") { 2 } else { 1 };
        let is_literal = is_block(block) && ends(block + 1);
        return is_literal.then_some((Work::Future, Some(block + 1)));
    }
    let bars = usize::from(at(0, "move"));
    let body = bars + 2;
    // A closure that makes futures is called more than once.
    if !(is(bars, '|') && is(bars + 1, '|')) || at(body, "async") {
        return None;
    }
    if is_block(body) && ends(body + 1) {
        return Some((Work::Closure, Some(body + 1)));
    }
    // Commas may stand between the arguments of a type.
    let comma = (body..tokens.len()).find(|index| is(*index, ','));
    let is_certain = comma.is_none_or(|comma| comma + 1 == tokens.len());
    Some((Work::Closure, is_certain.then_some(comma.unwrap_or(tokens.len()))))
}
