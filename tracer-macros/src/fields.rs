//! `fields(…)`: attributes of the span, each with its key and what is recorded there.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Expr, Ident, LitStr, Result, Token};

use crate::written::Written;

pub(crate) struct Field {
    pub(crate) key: LitStr,
    pub(crate) value: Shown,
}

/// A value and how it is shown.
pub(crate) enum Shown {
    /// `a`: an argument of the fn.
    Argument(Ident),
    /// With its type, else as `args` does it.
    Typed(Expr),
    /// `%…`
    Display(Expr),
    /// `?…`
    Debug(Expr),
    /// `_`: the body sets it.
    Later,
}

pub(crate) fn read(written: &Written) -> Result<Vec<Field>> {
    let list = written.parentheses(FORM)?;
    let fields = Punctuated::<Field, Token![,]>::parse_terminated.parse2(list.clone())?;
    Ok(fields.into_iter().collect())
}

const FORM: &str = "fields(a, user.id = user.id(), %b, ?c, rows = _)";

impl Parse for Field {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            let key: LitStr = input.parse()?;
            if key.value().trim().is_empty() {
                return Err(Error::new(key.span(), "the key is empty"));
            }
            if !input.peek(Token![=]) {
                let message = format!("`{}` needs a value: `{} = value`", key.value(), key.token());
                return Err(Error::new(key.span(), message));
            }
            return Ok(Self { key, value: assigned(input)? });
        }
        if input.peek(Token![%]) || input.peek(Token![?]) {
            let is_display = input.parse::<Option<Token![%]>>()?.is_some();
            if !is_display {
                input.parse::<Token![?]>()?;
            }
            let name = Name::parse(input)?;
            let show = if is_display { Shown::Display } else { Shown::Debug };
            let field = Self { key: name.key(), value: show(name.expression()?) };
            return field.ended(input);
        }
        let name = Name::parse(input)?;
        if input.peek(Token![=]) {
            return Ok(Self { key: name.key(), value: assigned(input)? });
        }
        let key = name.key();
        let value = match &name.parts[..] {
            [argument] => Shown::Argument(argument.clone()),
            _ => Shown::Typed(name.expression()?),
        };
        Self { key, value }.ended(input)
    }
}

impl Field {
    /// A value without a key is a name, and nothing follows it.
    fn ended(self, input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(self);
        }
        Err(input.error("a value that is not just a name needs a key: `key = value`"))
    }
}

impl Shown {
    pub(crate) fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.parse::<Option<Token![%]>>()?.is_some() {
            return input.parse().map(Self::Display);
        }
        if input.parse::<Option<Token![?]>>()?.is_some() {
            return input.parse().map(Self::Debug);
        }
        input.parse().map(Self::Typed)
    }

    pub(crate) fn expression(&self) -> Option<&Expr> {
        match self {
            Self::Typed(value) | Self::Display(value) | Self::Debug(value) => Some(value),
            Self::Argument(_) | Self::Later => None,
        }
    }
}

/// Behind a key.
fn assigned(input: ParseStream<'_>) -> Result<Shown> {
    let equals: Token![=] = input.parse()?;
    if input.peek(Token![_]) {
        input.parse::<Token![_]>()?;
        return Ok(Shown::Later);
    }
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(equals.span, "expected a value after `=`"));
    }
    Shown::parse(input)
}

/// `a.b.c`: a key, and an expression where no value is given.
struct Name {
    parts: Vec<Ident>,
}

impl Name {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let message = format!("expected a field: `{FORM}`");
        let wrong = |at: &Error| Error::new(at.span(), &message);
        let parts =
            Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(input, Ident::parse_any);
        Ok(Self { parts: parts.map_err(|error| wrong(&error))?.into_iter().collect() })
    }

    fn key(&self) -> LitStr {
        let parts: Vec<String> = self.parts.iter().map(|part| part.unraw().to_string()).collect();
        let span = self.parts.first().map_or_else(Span::call_site, Ident::span);
        LitStr::new(&parts.join("."), span)
    }

    fn expression(&self) -> Result<Expr> {
        let parts = &self.parts;
        syn::parse2(quote!(#(#parts).*))
            .map_err(|error| Error::new(error.span(), "this is no value: write `key = value`"))
    }
}

/// A reference to the value of the expression; what does not fit is shown where that stands.
pub(crate) fn borrowed(value: &Expr) -> TokenStream {
    let is_whole = matches!(
        value,
        Expr::Array(_)
            | Expr::Block(_)
            | Expr::Call(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Lit(_)
            | Expr::Macro(_)
            | Expr::MethodCall(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Reference(_)
            | Expr::Struct(_)
            | Expr::Tuple(_)
            | Expr::Unary(_)
    );
    let place = value.span().resolved_at(Span::mixed_site());
    if is_whole { quote_spanned!(place=> &#value) } else { quote_spanned!(place=> &(#value)) }
}
