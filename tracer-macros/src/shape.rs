//! What kind of item stands under an attribute: refused before anything is parsed that only a fn has.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Signature, Token};

/// Looks at the words behind the visibility, before anything is parsed that only a fn has.
pub(crate) fn is_fn(attribute: &str, input: ParseStream<'_>) -> Result<()> {
    let ahead = input.fork();
    let mut modifiers = Vec::new();
    let mut keyword = None;
    while let (None, Ok(word)) = (&keyword, ahead.call(Ident::parse_any)) {
        match word.to_string().as_str() {
            "fn" => return Ok(()),
            "const" | "async" | "unsafe" | "extern" => {
                modifiers.push(word);
                ahead.parse::<Option<LitStr>>()?;
            }
            _ => keyword = Some(word),
        }
    }
    // In `const LIMIT` there is no other keyword.
    let constant = modifiers.iter().find(|word| *word == "const");
    let Some(word) = constant.or(keyword.as_ref()).or(modifiers.first()) else {
        return Err(input.error(format!("`{attribute}` goes on a fn")));
    };
    Err(Error::new(word.span(), not_a_fn(attribute, &word.to_string())))
}

fn not_a_fn(attribute: &str, keyword: &str) -> String {
    match keyword {
        "impl" | "trait" | "mod" | "struct" | "enum" | "union" | "type" | "use" | "static"
        | "const" => {
            format!("`{attribute}` goes on {}, not on `{keyword}`", places(attribute))
        }
        _ => format!("`{attribute}` goes on {}", places(attribute)),
    }
}

fn places(attribute: &str) -> &'static str {
    if attribute == "#[traced]" { "a fn, an `impl`, a `trait` or a `mod`" } else { "a fn" }
}

pub(crate) fn has_body(attribute: &str, sig: &Signature, input: ParseStream<'_>) -> Result<()> {
    if !input.peek(Token![;]) {
        return Ok(());
    }
    let message = format!("`{attribute}` needs a body: put it on the fns that implement this one");
    Err(Error::new(sig.ident.span(), message))
}
