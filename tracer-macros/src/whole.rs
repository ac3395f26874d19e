//! `#[traced]` on a whole `impl`, `trait` or `mod`: it goes to every fn in it that has a body.
//!
//! Only where items begin and end is read, so that nothing in them can fail to be read, and other
//! attribute macros above and below see what was written.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Error, LitStr, Result};

use crate::args::{Args, ONE_OF_MANY, Recorded};
use crate::fields::Shown;
use crate::nearest::did_you_mean;
use crate::parts::{Part, parts};

/// Nothing where it is no whole.
pub(crate) fn traced(
    parsed: &Args,
    args: &TokenStream,
    item: &TokenStream,
) -> Result<Option<TokenStream>> {
    let mut items = parts(item.clone());
    let [whole] = &mut items[..] else { return Ok(None) };
    let Some(keyword) = whole.keyword.clone().filter(|_| whole.is_whole()) else { return Ok(None) };
    if parsed.whole.off {
        return Ok(Some(item.clone()));
    }
    goes_on_all(parsed)?;
    if let (Some(only), true) = (&parsed.whole.only, whole.is_of_trait) {
        let message = "fns of a trait have no `pub` of their own: leave out `only(pub)`";
        return Err(Error::new(only.span(), message));
    }
    let mut on = On { args: parsed, each: each(args), traced: Vec::new() };
    on.inside(whole);
    let On { traced, .. } = on;
    for name in &parsed.whole.except {
        if !traced.contains(&name.unraw().to_string()) {
            return Err(Error::new(name.span(), no_fn(name, &keyword, &traced)));
        }
    }
    if traced.is_empty() && keyword == "trait" {
        let message = "no fn of this `trait` has a body: put `#[traced]` on what implements it";
        return Err(Error::new(keyword.span(), message));
    }
    Ok(Some(items.into_iter().map(Part::into_tokens).collect()))
}

fn no_fn(name: &Ident, keyword: &Ident, traced: &[String]) -> String {
    match did_you_mean(&name.unraw().to_string(), traced) {
        Some(hint) => format!("this `{keyword}` has no fn `{name}` with a body, {hint}"),
        None => format!("this `{keyword}` has no fn `{name}` with a body"),
    }
}

/// Refuses what can only be true of one fn.
fn goes_on_all(args: &Args) -> Result<()> {
    if let Some(name) = &args.name {
        let message = "all fns would have this name: write `prefix = …`, or name each fn";
        return Err(Error::new_spanned(name, message));
    }
    if let Recorded::Named(names) = &args.recorded {
        let name = names.first().map_or_else(Span::call_site, Ident::span);
        return Err(Error::new(name, "names of arguments go on one fn: write `args` for all"));
    }
    let argument = args.fields.iter().find_map(|field| match &field.value {
        Shown::Argument(name) => Some(name),
        _ => None,
    });
    match argument {
        Some(name) => {
            Err(Error::new(name.span(), "names of arguments go on one fn: write `key = value`"))
        }
        None => Ok(()),
    }
}

/// What each fn is asked: all but what is about the whole.
fn each(args: &TokenStream) -> TokenStream {
    const OF_THE_WHOLE: [&str; 3] = ["prefix", "only", "except"];
    let tokens: Vec<TokenTree> = args.clone().into_iter().collect();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    // Behind a comma inside of an expression none of these words is met.
    let of_each = tokens.split(is_comma).filter(|part| match part {
        [TokenTree::Ident(key), ..] => !OF_THE_WHOLE.iter().any(|word| key == word),
        [] => false,
        _ => true,
    });
    of_each.flat_map(|part| quote!(, #(#part)*)).collect()
}

struct On<'a> {
    args: &'a Args,
    /// As it stands behind the first argument.
    each: TokenStream,
    /// Names of the fns with a body.
    traced: Vec<String>,
}

impl On<'_> {
    /// Goes through the items in the braces of `whole`.
    fn inside(&mut self, whole: &mut Part) {
        let Some(TokenTree::Group(body)) = whole.tokens.last() else { return };
        if body.delimiter() != Delimiter::Brace {
            return;
        }
        let mut items = parts(body.stream());
        items.iter_mut().for_each(|item| self.item(item));
        let mut changed =
            Group::new(Delimiter::Brace, items.into_iter().map(Part::into_tokens).collect());
        changed.set_span(body.span());
        whole.tokens.pop();
        whole.tokens.push(changed.into());
    }

    fn item(&mut self, item: &mut Part) {
        if item.attributes.iter().any(is_traced) {
            // It says itself what it wants.
            self.traced.extend(item.fn_name().map(|name| name.unraw().to_string()));
            return;
        }
        if item.is_whole() {
            return self.inside(item);
        }
        let Some(name) = item.fn_name().cloned().filter(|_| item.has_body() && !item.is_const)
        else {
            return;
        };
        let whole = &self.args.whole;
        self.traced.push(name.unraw().to_string());
        if (whole.only.is_some() && !item.is_pub) || whole.except.contains(&name) {
            return;
        }
        let attribute = self.attribute(&name);
        item.attributes.push(attribute);
    }

    fn attribute(&self, name: &Ident) -> TokenStream {
        let here = Span::mixed_site();
        let (family, each) = (self.args.family(), &self.each);
        let mark = Ident::new(ONE_OF_MANY, here);
        let name = self.args.whole.prefix.as_ref().map(|prefix| {
            let name = prefixed(prefix, &name.unraw().to_string());
            quote_spanned!(here=> , name = #name)
        });
        quote_spanned!(here=> #[#family::traced(#mark #name #each)])
    }
}

/// `cart` and `pay` are `cart.pay`; a prefix with a separator at its end keeps it.
fn prefixed(prefix: &LitStr, name: &str) -> LitStr {
    let text = prefix.value();
    let separator = if text.ends_with(|last: char| last.is_alphanumeric()) { "." } else { "" };
    LitStr::new(&format!("{text}{separator}{name}"), prefix.span())
}

/// `#[traced]`, by whatever path, also where `cfg_attr` may add it.
fn is_traced(attribute: &TokenStream) -> bool {
    let Some(TokenTree::Group(inside)) = attribute.clone().into_iter().nth(1) else { return false };
    let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(_));
    let path: Vec<String> = inside
        .stream()
        .into_iter()
        .take_while(|token| is_word(token) || token.to_string() == ":")
        .filter(is_word)
        .map(|word| word.to_string())
        .collect();
    match path.last().map(String::as_str) {
        Some("traced") => true,
        Some("cfg_attr") => mentions_traced(inside.stream()),
        _ => false,
    }
}

fn mentions_traced(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_traced(group.stream()),
        TokenTree::Ident(word) => word == "traced",
        _ => false,
    })
}
