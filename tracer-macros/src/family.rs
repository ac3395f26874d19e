//! `crate = path`: the crate of these attributes under another name, or re-exported by another one.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::Path;

use quote::ToTokens;

/// The expansion with `path` in place of `::tracer`.
///
/// Nobody else writes `::tracer::__private`, so tokens of the user stay as they are.
pub(crate) fn renamed(expansion: TokenStream, path: &Path) -> TokenStream {
    let mut out = TokenStream::new();
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if is_ours(&tokens[at..]) {
            out.extend(path.to_token_stream());
            at += LENGTH;
            continue;
        }
        out.extend([match token {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), renamed(group.stream(), path));
                inside.set_span(group.span());
                TokenTree::Group(inside)
            }
            other => other.clone(),
        }]);
        at += 1;
    }
    out
}

/// Tokens of `::tracer`.
const LENGTH: usize = 3;

fn is_ours(tokens: &[TokenTree]) -> bool {
    let written = tokens.iter().take(LENGTH + 3).map(ToString::to_string);
    written.eq([":", ":", "tracer", ":", ":", "__private"])
}
