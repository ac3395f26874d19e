//! The arguments of an attribute as they are written: keys, each at most once, with or without a value.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, Lit, LitStr, Result, Token};

use crate::nearest::{did_you_mean, one_of};

/// What one attribute understands.
pub(crate) struct Grammar {
    /// The attribute as users write it, for messages.
    pub(crate) attribute: &'static str,
    pub(crate) keys: &'static [&'static str],
    /// Keys that are planned, so that they are refused as such and not as typing errors.
    pub(crate) later: &'static [&'static str],
    /// Keys that only our own expansions write.
    pub(crate) hidden: &'static [&'static str],
    /// The key that a literal alone stands for.
    pub(crate) positional: Option<&'static str>,
}

pub(crate) struct Written {
    pub(crate) key: Ident,
    value: Value,
}

enum Value {
    Missing,
    Assigned(TokenStream),
    List(TokenStream),
}

impl Grammar {
    pub(crate) fn read(&self, input: ParseStream<'_>) -> Result<Vec<Written>> {
        let mut all: Vec<Written> = Vec::new();
        while !input.is_empty() {
            let written = self.next(input)?;
            if all.iter().any(|earlier| earlier.key == written.key) {
                let message = format!("`{}` is given twice", written.key);
                return Err(Error::new(written.key.span(), message));
            }
            all.push(written);
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                return Err(input.error("expected `,` between two arguments"));
            }
        }
        Ok(all)
    }

    fn next(&self, input: ParseStream<'_>) -> Result<Written> {
        if let (Some(key), true) = (self.positional, input.peek(Lit)) {
            let literal: TokenTree = input.parse()?;
            let key = Ident::new(key, literal.span());
            return Ok(Written { key, value: Value::Assigned(literal.into()) });
        }
        let Ok(key) = input.call(Ident::parse_any) else {
            return Err(input.error(format!("expected {}", self.valid())));
        };
        self.check(&key)?;
        Ok(Written { value: input.parse()?, key })
    }

    fn check(&self, key: &Ident) -> Result<()> {
        let name = key.to_string();
        if self.keys.contains(&name.as_str()) || self.hidden.contains(&name.as_str()) {
            return Ok(());
        }
        let message = if self.later.contains(&name.as_str()) {
            format!("`{name}` is not supported yet")
        } else if let Some(hint) = did_you_mean(&name, self.keys) {
            format!("unknown argument `{name}`, {hint}")
        } else {
            format!("unknown argument `{name}`: `{}` takes {}", self.attribute, self.valid())
        };
        Err(Error::new(key.span(), message))
    }

    fn valid(&self) -> String {
        one_of(self.keys)
    }
}

impl Written {
    /// The key alone: it is there.
    pub(crate) fn flag(&self) -> Result<bool> {
        match &self.value {
            Value::Missing => Ok(true),
            Value::Assigned(value) | Value::List(value) => {
                let key = &self.key;
                Err(self.wrong(
                    value,
                    format!("`{key}` takes no value: write `{key}` alone, or leave it out"),
                ))
            }
        }
    }

    /// `key = value`, where `form` shows how it should look.
    pub(crate) fn literal<T: Parse>(&self, kind: &str, form: &str) -> Result<T> {
        self.parsed(T::parse, kind, form)
    }

    /// As [`literal`](Self::literal), for what has a grammar of its own.
    pub(crate) fn parsed<T>(
        &self,
        read: fn(ParseStream<'_>) -> Result<T>,
        kind: &str,
        form: &str,
    ) -> Result<T> {
        let key = &self.key;
        match &self.value {
            Value::Missing => {
                Err(Error::new(key.span(), format!("`{key}` needs a value: `{form}`")))
            }
            Value::List(value) => Err(self.wrong(value, format!("`{key}` is written `{form}`"))),
            Value::Assigned(value) => read
                .parse2(value.clone())
                .map_err(|_| self.wrong(value, format!("`{key}` takes {kind}: `{form}`"))),
        }
    }

    /// `key = word`, where keywords are words as well.
    pub(crate) fn word(&self, kind: &str, form: &str) -> Result<Ident> {
        Ok(self.literal::<Word>(kind, form)?.0)
    }

    /// A string that says something.
    pub(crate) fn text(&self, kind: &str, form: &str) -> Result<LitStr> {
        let text: LitStr = self.literal(kind, form)?;
        if text.value().trim().is_empty() {
            return Err(Error::new(text.span(), format!("`{}` is empty", self.key)));
        }
        Ok(text)
    }

    /// Any value.
    pub(crate) fn expression(&self, form: &str) -> Result<Expr> {
        self.literal("an expression", form)
    }

    /// `key(a, b)`: at least one value.
    pub(crate) fn expressions(&self, form: &str) -> Result<Vec<Expr>> {
        let list = self.parentheses(form)?;
        let values = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(list.clone());
        values.map(|values| values.into_iter().collect()).map_err(|error| {
            Error::new(error.span(), format!("`{}` takes expressions: `{form}`", self.key))
        })
    }

    /// `key(…)`, where the key alone says nothing.
    pub(crate) fn parentheses(&self, form: &str) -> Result<&TokenStream> {
        let key = &self.key;
        match &self.value {
            Value::List(list) if !list.is_empty() => Ok(list),
            Value::Assigned(value) => {
                Err(self.wrong(value, format!("`{key}` is written `{form}`")))
            }
            _ => Err(Error::new(key.span(), format!("`{key}` is written `{form}`"))),
        }
    }

    /// `key` alone is `None`, `key(a, b)` what stands between the parentheses.
    pub(crate) fn list(&self, form: &str) -> Result<Option<&TokenStream>> {
        let key = &self.key;
        match &self.value {
            Value::Missing => Ok(None),
            Value::Assigned(value) => {
                Err(self.wrong(value, format!("`{key}` is written `{key}` or `{form}`")))
            }
            Value::List(list) if list.is_empty() => Err(Error::new(
                key.span(),
                format!("`{key}()` is empty: write `{key}` alone, or leave it out"),
            )),
            Value::List(list) => Ok(Some(list)),
        }
    }

    fn wrong(&self, value: &TokenStream, message: String) -> Error {
        if value.is_empty() {
            Error::new(self.key.span(), message)
        } else {
            Error::new_spanned(value, message)
        }
    }
}

struct Word(Ident);

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.call(Ident::parse_any).map(Self)
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.parse::<Option<Token![=]>>()?.is_some() {
            let ahead = input.fork();
            if ahead.parse::<Expr>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,])) {
                // Some have commas in them: `of::<A, B>()`.
                return input.parse::<Expr>().map(|value| Self::Assigned(value.to_token_stream()));
            }
            let mut value = TokenStream::new();
            while !input.is_empty() && !input.peek(Token![,]) {
                value.extend([input.parse::<TokenTree>()?]);
            }
            return Ok(if value.is_empty() { Self::Missing } else { Self::Assigned(value) });
        }
        let list = input.step(|cursor| match cursor.group(Delimiter::Parenthesis) {
            Some((inside, _, rest)) => Ok((Some(inside.token_stream()), rest)),
            None => Ok((None, *cursor)),
        })?;
        Ok(list.map_or(Self::Missing, Self::List))
    }
}
