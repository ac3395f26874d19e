//! The arguments of the fn: which names they bind, and how they become locals of the traced body.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Pat, PatIdent, PatType, Signature, Type, parse_quote};

use crate::output::last_segment;

/// Types without a destructor that can be told by their name.
const PLAIN: [&str; 17] = [
    "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str", "u128", "u16",
    "u32", "u64", "u8", "usize",
];

/// A name that the arguments bind, and under which conditions it is there.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) ident: Ident,
    pub(crate) cfgs: Vec<Attribute>,
}

impl Bound {
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

/// In the order in which they are written, without `self`.
pub(crate) fn bound(sig: &Signature) -> Vec<Bound> {
    let mut all = Vec::new();
    for arg in &sig.inputs {
        if let FnArg::Typed(arg) = arg {
            collect(&arg.pat, &cfgs(&arg.attrs), &mut all);
        }
    }
    all
}

fn collect(pat: &Pat, outer: &[Attribute], all: &mut Vec<Bound>) {
    match pat {
        Pat::Ident(PatIdent { ident, subpat, .. }) => {
            // Alternatives of an or-pattern bind the same names.
            if all.iter().all(|bound| bound.ident != *ident) {
                all.push(Bound { ident: ident.clone(), cfgs: outer.to_vec() });
            }
            if let Some((_, inner)) = subpat {
                collect(inner, outer, all);
            }
        }
        Pat::Or(or) => or.cases.iter().for_each(|case| collect(case, outer, all)),
        Pat::Paren(paren) => collect(&paren.pat, outer, all),
        Pat::Reference(reference) => collect(&reference.pat, outer, all),
        Pat::Slice(slice) => slice.elems.iter().for_each(|elem| collect(elem, outer, all)),
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|elem| collect(elem, outer, all)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|elem| collect(elem, outer, all)),
        Pat::Struct(fields) => {
            for field in &fields.fields {
                let mut conditions = outer.to_vec();
                conditions.extend(cfgs(&field.attrs));
                collect(&field.pat, &conditions, all);
            }
        }
        _ => {}
    }
}

fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect()
}

#[derive(Clone, Copy)]
pub(crate) enum Rebind {
    /// Into a body that is a closure or a future: what is not named there would stay outside and drop elsewhere.
    All,
    /// Behind the guard of the span, so that destructors run inside the span.
    Droppable,
}

/// Turns arguments into locals, as rustc does for an `async fn`: each whole, in their order, and then its pattern
/// taken apart. So they drop in the order in which they do without the attribute. Patterns leave the signature.
pub(crate) fn rebind(sig: &mut Signature, which: Rebind) -> TokenStream {
    let mut out = TokenStream::new();
    for (index, arg) in sig.inputs.iter_mut().enumerate() {
        match (arg, which) {
            (FnArg::Receiver(receiver), Rebind::All) => {
                // It cannot be rebound, but it can be captured as a whole.
                let receiver = receiver.self_token;
                out.extend(quote_spanned!(Span::mixed_site()=> let _ = &#receiver;));
            }
            (FnArg::Typed(arg), Rebind::Droppable) if !may_drop(&arg.ty) => {}
            (FnArg::Typed(arg), _) => out.extend(local(arg, index)),
            (FnArg::Receiver(_), Rebind::Droppable) => {}
        }
    }
    out
}

fn local(arg: &mut PatType, index: usize) -> TokenStream {
    let here = Span::mixed_site();
    let conditions = cfgs(&arg.attrs);
    let levels = take_lint_levels(&mut arg.attrs);
    if let Pat::Ident(name) = &mut *arg.pat {
        if keeps_its_name(name) {
            let (mutability, ident) = (name.mutability.take(), &name.ident);
            let underscore = ident.to_string().starts_with('_').then(|| {
                quote_spanned!(here=> , clippy::no_effect_underscore_binding, clippy::used_underscore_binding)
            });
            // On a statement without anything of the user's in it.
            let ours = quote_spanned!(here=> #[allow(clippy::shadow_same #underscore)]);
            return quote_spanned!(here=> #(#conditions)* #(#levels)* #ours let #mutability #ident = #ident;);
        }
    }
    let whole = format_ident!("__arg{index}", span = here);
    let pattern = std::mem::replace(&mut *arg.pat, parse_quote!(#whole));
    let mutability = binds_ref_mut(pattern.to_token_stream()).then(|| quote_spanned!(here=> mut));
    let mut out = quote_spanned! {here=>
        #(#conditions)* #[allow(clippy::shadow_same)] let #mutability #whole = #whole;
    };
    if !matches!(pattern, Pat::Wild(_)) {
        out.extend(quote_spanned!(here=> #(#conditions)* #(#levels)* let #pattern = #whole;));
    }
    out
}

/// Whether `let x = x` moves the argument: a name in upper case may be a unit struct, which would be made anew.
pub(crate) fn keeps_its_name(pat: &PatIdent) -> bool {
    pat.by_ref.is_none()
        && pat.subpat.is_none()
        && !pat.ident.unraw().to_string().starts_with(char::is_uppercase)
}

/// What the user allows or expects of an argument is found at the local that now has its name.
fn take_lint_levels(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    const LEVELS: [&str; 5] = ["allow", "deny", "expect", "forbid", "warn"];
    let is_level = |attr: &Attribute| LEVELS.iter().any(|level| attr.path().is_ident(level));
    let (levels, rest) = std::mem::take(attrs).into_iter().partition(is_level);
    *attrs = rest;
    levels
}

fn binds_ref_mut(pattern: TokenStream) -> bool {
    let mut after_ref = false;
    pattern.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            let found = after_ref && word == "mut";
            after_ref = word == "ref";
            found
        }
        TokenTree::Group(group) => binds_ref_mut(group.stream()),
        _ => false,
    })
}

fn may_drop(arg: &Type) -> bool {
    match arg {
        Type::FnPtr(_) | Type::Never(_) | Type::Ptr(_) | Type::Reference(_) => false,
        Type::Array(array) => may_drop(&array.elem),
        Type::Group(group) => may_drop(&group.elem),
        Type::Paren(paren) => may_drop(&paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(may_drop),
        _ => last_segment(arg).is_none_or(|last| !PLAIN.iter().any(|plain| last.ident == plain)),
    }
}
