//! Return types that are futures or streams: what the fn returns has its work still before it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, PathArguments, PathSegment, Signature, Token, TraitBound, Type, TypeParamBound,
};

use crate::args::{Args, Form};
use crate::output::{self, last_segment};

/// A future or stream that the fn returns.
pub(crate) struct Deferred {
    pub(crate) kind: Kind,
    pub(crate) holder: Holder,
    /// The type of its output or of an item, where it is written.
    pub(crate) yields: Option<TokenStream>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Future,
    Stream,
}

/// What has to be built around the wrapped one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// `impl Future`
    Opaque,
    /// `Pin<Box<dyn Future>>`, under whatever name
    Pinned,
    /// `Box<dyn Future>`
    Boxed,
}

/// Names that stand for one in a `Pin<Box<_>>` wherever they are met.
const ALIASES: [(&str, Kind); 4] = [
    ("BoxFuture", Kind::Future),
    ("LocalBoxFuture", Kind::Future),
    ("BoxStream", Kind::Stream),
    ("LocalBoxStream", Kind::Stream),
];

/// What the wrapper is, too, if the future or stream in it is.
const WRAPPED: [&str; 8] =
    ["Debug", "FusedFuture", "FusedStream", "RefUnwindSafe", "Send", "Sync", "Unpin", "UnwindSafe"];

/// What the fn returns, if that is a future or a stream; as the return type says, or the user.
pub(crate) fn deferred(args: &Args, sig: &Signature) -> Option<Deferred> {
    if sig.asyncness.is_some() {
        return None;
    }
    let declared = output::declared(&sig.output)?;
    match &args.form {
        None => written(declared),
        Some(Form::Sync(_)) => None,
        Some(Form::Future(_)) => Some(meant(Kind::Future, declared)),
        Some(Form::Stream(_)) => Some(meant(Kind::Stream, declared)),
    }
}

/// `impl Future`, `dyn Stream` in a `Box` or `Pin<Box<_>>`, and the usual names for them.
fn written(declared: &Type) -> Option<Deferred> {
    match declared {
        Type::ImplTrait(opaque) => of_bounds(&opaque.bounds, Holder::Opaque),
        Type::Group(group) => written(&group.elem),
        Type::Paren(paren) => written(&paren.elem),
        Type::Path(_) => {
            let last = last_segment(declared)?;
            if let Some((_, kind)) = ALIASES.iter().find(|(name, _)| last.ident == name) {
                let yields = first_argument(last).map(ToTokens::to_token_stream);
                return Some(Deferred { kind: *kind, holder: Holder::Pinned, yields });
            }
            boxed(declared)
        }
        _ => None,
    }
}

/// As the user says that it is one: behind a name that does not tell, in a `Pin<Box<_>>`.
fn meant(kind: Kind, declared: &Type) -> Deferred {
    match written(declared) {
        Some(found) if found.kind == kind => found,
        Some(found) => Deferred { kind, yields: None, ..found },
        None => {
            let is_opaque = matches!(declared, Type::ImplTrait(_));
            let holder = if is_opaque { Holder::Opaque } else { Holder::Pinned };
            Deferred { kind, holder, yields: None }
        }
    }
}

/// A future in a `Pin<Box<_>>` that the return type does not show: `Self::Future`, or a name of the user's.
pub(crate) fn behind_a_name(sig: &Signature) -> Option<Deferred> {
    let last = last_segment(output::declared(&sig.output)?)?;
    let is_name = last.ident != "Pin" && last.ident != "Box";
    is_name.then_some(Deferred { kind: Kind::Future, holder: Holder::Pinned, yields: None })
}

/// A trait that the fn promises and the wrapper is not.
pub(crate) fn lost_trait(declared: &Type) -> Option<&TraitBound> {
    let Type::ImplTrait(opaque) = declared else { return None };
    traits(&opaque.bounds).find(|bound| {
        let last = bound.path.segments.last();
        last.is_some_and(|last| {
            kind_of(last).is_none()
                && last.ident != "Sized"
                && WRAPPED.iter().all(|name| last.ident != name)
        })
    })
}

fn boxed(declared: &Type) -> Option<Deferred> {
    let last = last_segment(declared)?;
    let inner = first_argument(last)?;
    if last.ident == "Pin" {
        let pinned = boxed(inner).filter(|pinned| pinned.holder == Holder::Boxed)?;
        return Some(Deferred { holder: Holder::Pinned, ..pinned });
    }
    if last.ident != "Box" {
        return None;
    }
    match inner {
        Type::TraitObject(object) => of_bounds(&object.bounds, Holder::Boxed),
        Type::ImplTrait(opaque) => of_bounds(&opaque.bounds, Holder::Boxed),
        _ => None,
    }
}

fn of_bounds(bounds: &Punctuated<TypeParamBound, Token![+]>, holder: Holder) -> Option<Deferred> {
    traits(bounds).find_map(|bound| {
        let last = bound.path.segments.last()?;
        Some(Deferred { kind: kind_of(last)?, holder, yields: associated(last) })
    })
}

fn traits(bounds: &Punctuated<TypeParamBound, Token![+]>) -> impl Iterator<Item = &TraitBound> {
    bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(bound),
        _ => None,
    })
}

fn kind_of(named: &PathSegment) -> Option<Kind> {
    if named.ident == "Future" {
        Some(Kind::Future)
    } else if named.ident == "Stream" {
        Some(Kind::Stream)
    } else {
        None
    }
}

/// `T` of `Future<Output = T>` or `Stream<Item = T>`.
fn associated(named: &PathSegment) -> Option<TokenStream> {
    let PathArguments::AngleBracketed(arguments) = &named.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(binding) => Some(binding.ty.to_token_stream()),
        _ => None,
    })
}

fn first_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    })
}
