//! The values that are recorded as a span begins: which, under which keys, and how they are read.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, LitStr, Result, Signature};

use crate::args::{Args, Recorded};
use crate::fields::{Field, Shown, borrowed};
use crate::nearest::did_you_mean;
use crate::params::{self, Bound};

/// More attributes than this a span does not take.
const MAX_VALUES: usize = 128;

/// What is recorded of one fn.
#[derive(Default)]
pub(crate) struct Values {
    /// In the order in which the span numbers them.
    now: Vec<Value>,
    /// Keys of values that come later: from the body, and of what the fn returns.
    later: Vec<String>,
    links: Vec<Expr>,
}

struct Value {
    key: String,
    cfgs: Vec<Attribute>,
    shown: Shown,
}

impl Values {
    /// The arguments that are to be recorded, in the order in which they were asked for; then fields.
    pub(crate) fn of(args: &Args, sig: &Signature) -> Result<Self> {
        let bound = params::bound(sig);
        let mut all = Self { links: args.links.clone(), ..Self::default() };
        let mut keys: Vec<LitStr> = Vec::new();
        for argument in arguments(&args.recorded, sig, &bound)? {
            keys.push(LitStr::new(&argument.name(), argument.ident.span()));
            all.now.push(argument.into());
        }
        for field in &args.fields {
            let key = field.key.value();
            if keys.iter().any(|known| known.value() == key) {
                return Err(Error::new(field.key.span(), format!("`{key}` is recorded twice")));
            }
            keys.push(field.key.clone());
            all.add(field, sig, &bound)?;
        }
        if all.now.len() > MAX_VALUES {
            let message = format!("a span takes at most {MAX_VALUES} attributes");
            return Err(Error::new(keys[MAX_VALUES].span(), message));
        }
        if args.returned.is_some() {
            all.later.push("return".to_owned());
        }
        Ok(all)
    }

    fn add(&mut self, field: &Field, sig: &Signature, bound: &[Bound]) -> Result<()> {
        let key = field.key.value();
        let (cfgs, shown) = match &field.value {
            Shown::Later => {
                self.later.push(key);
                return Ok(());
            }
            Shown::Argument(name) => {
                let found = argument(name, sig, bound)?;
                (found.cfgs.clone(), Shown::Argument(found.ident.clone()))
            }
            Shown::Typed(value) => (Vec::new(), Shown::Typed(value.clone())),
            Shown::Display(value) => (Vec::new(), Shown::Display(value.clone())),
            Shown::Debug(value) => (Vec::new(), Shown::Debug(value.clone())),
        };
        self.now.push(Value { key, cfgs, shown });
        Ok(())
    }

    /// The arguments that are recorded, if there is nothing else.
    pub(crate) fn arguments(&self) -> Option<Vec<Bound>> {
        let argument = |value: &Value| match &value.shown {
            Shown::Argument(ident) => {
                Some(Bound { ident: ident.clone(), cfgs: value.cfgs.clone() })
            }
            _ => None,
        };
        self.now.iter().map(argument).collect::<Option<_>>().filter(|_| self.links.is_empty())
    }

    /// Whether something is evaluated as the span begins.
    pub(crate) fn is_empty(&self) -> bool {
        self.now.is_empty() && self.links.is_empty()
    }

    /// The keys by their numbers, for the callsite.
    pub(crate) fn keys(&self) -> Option<TokenStream> {
        if self.now.is_empty() && self.later.is_empty() {
            return None;
        }
        let keys = self.now.iter().map(|value| &value.key);
        let cfgs = self.now.iter().map(|value| &value.cfgs);
        let later = &self.later;
        Some(quote_spanned!(Span::mixed_site()=> .fields(&[#(#(#cfgs)* #keys,)* #(#later),*])))
    }

    /// Records them once the arguments have their names and before the body can move them.
    pub(crate) fn statement(&self) -> TokenStream {
        let here = Span::mixed_site();
        if self.is_empty() {
            return TokenStream::new();
        }
        let record = (!self.now.is_empty()).then(|| self.record());
        let links = self.links.iter().map(|to| {
            let to = quote_spanned!(here=> #to);
            quote_spanned!(here=> ::tracer::__private::links(#to);)
        });
        quote_spanned!(here=> if __recorded { #record #(#links)* })
    }

    /// Expressions are evaluated in a `match`, so that what they borrow from lives until it is written.
    fn record(&self) -> TokenStream {
        let here = Span::mixed_site();
        let name = |(index, value): (usize, &Value)| {
            // Where rustc says that a value does not fit.
            let place =
                value.shown.expression().map_or(here, |value| value.span().resolved_at(here));
            format_ident!("__field{index}", span = place)
        };
        let names: Vec<Ident> = self.now.iter().enumerate().map(name).collect();
        let values = self.now.iter().zip(&names).map(|(value, name)| {
            let cfgs = &value.cfgs;
            let value = match &value.shown {
                Shown::Argument(ident) => {
                    quote_spanned!(here=> ::tracer::__private::argument!(#ident))
                }
                Shown::Typed(_) => quote_spanned!(here=> ::tracer::__private::argument!(*#name)),
                Shown::Display(_) => {
                    let value = quote_spanned!(name.span()=> &#name);
                    quote_spanned!(here=> ::tracer::__private::Value::Display(#value))
                }
                Shown::Debug(_) => {
                    let value = quote_spanned!(name.span()=> &#name);
                    quote_spanned!(here=> ::tracer::__private::Value::Debug(#value))
                }
                Shown::Later => TokenStream::new(),
            };
            quote_spanned!(here=> #(#cfgs)* #value)
        });
        let record = quote_spanned! {here=>
            ::tracer::__private::arguments(&__CALLSITE, &[#(#values),*])
        };
        let evaluated: Vec<_> = self
            .now
            .iter()
            .zip(&names)
            .filter_map(|(value, name)| Some((borrowed(value.shown.expression()?), name)))
            .collect();
        if evaluated.is_empty() {
            return quote_spanned!(here=> #record;);
        }
        let (expressions, names): (Vec<_>, Vec<_>) = evaluated.into_iter().unzip();
        quote_spanned!(here=> match (#(#expressions,)*) { (#(#names,)*) => #record })
    }
}

impl From<Bound> for Value {
    fn from(bound: Bound) -> Self {
        Self { key: bound.name(), cfgs: bound.cfgs, shown: Shown::Argument(bound.ident) }
    }
}

fn arguments(recorded: &Recorded, sig: &Signature, bound: &[Bound]) -> Result<Vec<Bound>> {
    let names = match recorded {
        Recorded::Nothing => return Ok(Vec::new()),
        Recorded::All => {
            return Ok(bound.iter().filter(|bound| is_visible(bound)).cloned().collect());
        }
        Recorded::Named(names) => names,
    };
    let mut chosen: Vec<Bound> = Vec::new();
    for name in names {
        let found = argument(name, sig, bound)?;
        if chosen.iter().any(|earlier| earlier.ident == *name) {
            return Err(Error::new(name.span(), format!("`{name}` is given twice")));
        }
        chosen.push(found.clone());
    }
    Ok(chosen)
}

fn is_visible(bound: &Bound) -> bool {
    !bound.name().starts_with('_')
}

fn argument<'a>(name: &Ident, sig: &Signature, bound: &'a [Bound]) -> Result<&'a Bound> {
    let Some(found) = bound.iter().find(|bound| bound.ident == *name) else {
        return Err(Error::new(name.span(), no_argument(name, sig, bound)));
    };
    if !is_visible(found) {
        let message = format!("`{name}` starts with `_` and is never recorded: rename it");
        return Err(Error::new(name.span(), message));
    }
    Ok(found)
}

fn no_argument(name: &Ident, sig: &Signature, bound: &[Bound]) -> String {
    if name == "self" {
        return "`self` is never recorded: name arguments".to_owned();
    }
    let names: Vec<String> =
        bound.iter().filter(|bound| is_visible(bound)).map(Bound::name).collect();
    let function = sig.ident.unraw();
    match did_you_mean(&name.unraw().to_string(), &names) {
        Some(hint) => format!("`{function}` has no argument `{name}`, {hint}"),
        None => format!("`{function}` has no argument `{name}`"),
    }
}
