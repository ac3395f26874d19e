//! An attribute that writes what one writes by hand around a fn, where a library has none.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Runs the body in `in_span(name, || …)`, and that of an async fn in `in_span_async(name, …)`, which
/// have to be in scope.
#[proc_macro_attribute]
pub fn traced(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let word = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident.to_string() == word);
    let at = tokens.iter().position(|token| word(token, "fn")).expect("a fn");
    let is_async = tokens[..at].iter().any(|token| word(token, "async"));
    let name = tokens[at + 1].to_string();
    let Some(TokenTree::Group(body)) = tokens.pop() else { panic!("a fn with a body") };
    let (begin, end) = if is_async {
        (format!("in_span_async({name:?}, async move)"), ".await")
    } else {
        (format!("in_span({name:?}, ||)"), "")
    };
    let parsed = |text: &str| text.parse::<TokenStream>().expect("it is Rust").into_iter();
    // The body comes behind what stands in the parentheses.
    let call = parsed(&begin).map(|token| match token {
        TokenTree::Group(arguments) => {
            let whole = arguments.stream().into_iter().chain([TokenTree::Group(body.clone())]);
            TokenTree::Group(Group::new(Delimiter::Parenthesis, whole.collect()))
        }
        other => other,
    });
    let call: TokenStream = call.chain(parsed(end)).collect();
    tokens.push(TokenTree::Group(Group::new(Delimiter::Brace, call)));
    tokens.into_iter().collect()
}
