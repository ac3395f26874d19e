//! How the span of one fn is opened, what is recorded then, and how its value is looked at.
//!
//! Most fns ask for nothing of this, and their expansion has nothing of it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Error, Expr, FnArg, Pat, Result, Signature, Type, parse2};

use crate::args::Args;
use crate::deferred::deferred;
use crate::fields::borrowed;
use crate::item::Item;
use crate::output;
use crate::params::{self, Bound};
use crate::recorded::Values;
use crate::told::Told;

/// What the attribute asks of the expansion of one fn.
pub(crate) struct Opening<'a> {
    args: &'a Args,
    values: Values,
    /// Arguments that were named at the call.
    asked: Vec<Bound>,
    error: &'a Told,
    returned: &'a Told,
}

impl<'a> Opening<'a> {
    pub(crate) fn of(args: &'a Args, item: &Item) -> Result<Self> {
        let values = Values::of(args, &item.sig)?;
        let mut asked = Vec::new();
        for (key, value) in [("when", &args.when), ("parent", &args.parent)] {
            if let Some(value) = value {
                asked.extend(mentioned_arguments(key, value, &item.sig)?);
            }
        }
        has_polls(args, item)?;
        let told = |told: &'a Option<(Ident, Told)>, unless: &'a Told| match told {
            Some((key, told)) if is_seen(args, item, key, told)? => Ok(told),
            _ => Ok::<_, Error>(unless),
        };
        let (error, returned) =
            (told(&args.error, &Told::Best)?, told(&args.returned, &Told::Nothing)?);
        Ok(Self { args, values, asked, error, returned })
    }

    pub(crate) const fn values(&self) -> &Values {
        &self.values
    }

    /// What stands before the body, once the arguments have their names.
    pub(crate) fn before_body(&self) -> TokenStream {
        let here = Span::mixed_site();
        let values = self.values.statement();
        // They have been used, but not the locals that now have their names.
        let asked = self
            .asked
            .iter()
            .map(|Bound { ident, cfgs }| quote_spanned!(here=> #(#cfgs)* let _ = &#ident;));
        quote_spanned!(here=> #(#asked)* #values)
    }

    /// Whether the fn's value is looked at for more than an error that its type shows.
    pub(crate) const fn is_asked(&self) -> bool {
        !matches!((self.error, self.returned), (Told::Best, Told::Nothing))
    }

    /// Opens the span of a fn that runs here and now.
    pub(crate) fn guard(&self) -> TokenStream {
        let here = Span::mixed_site();
        let enter = if let Some(parent) = &self.args.parent {
            let parent = borrowed(parent);
            quote_spanned!(here=> ::tracer::__private::enter_below(&__CALLSITE, #parent))
        } else {
            quote_spanned!(here=> ::tracer::__private::enter(&__CALLSITE))
        };
        let enter = match self.condition() {
            Some(condition) => quote_spanned! {here=>
                if #condition { #enter } else { ::tracer::__private::enter_nothing(&__CALLSITE) }
            },
            None => enter,
        };
        let recorded = (!self.values.is_empty())
            .then(|| quote_spanned!(here=> let __recorded = __guard.is_recorded();));
        quote_spanned!(here=> let __guard = #enter; #recorded)
    }

    /// What is asked at the call of a fn whose span is opened by its future.
    pub(crate) fn at_call(&self) -> Option<TokenStream> {
        let here = Span::mixed_site();
        let wanted = self.wanted()?;
        let parent = self.args.parent.as_ref().map(|parent| {
            let parent = borrowed(parent);
            quote_spanned! {here=>
                let __parent = if __wanted {
                    ::core::option::Option::Some(::tracer::__private::parent(#parent))
                } else {
                    ::core::option::Option::None
                };
            }
        });
        Some(quote_spanned!(here=> let __wanted = #wanted; #parent))
    }

    /// Opens the span of `block`, which is a future; [`at_call`](Self::at_call) stands before.
    pub(crate) fn future(&self, block: &TokenStream, strategy: &TokenStream) -> TokenStream {
        let here = Span::mixed_site();
        let (how, first) = match (&self.args.parent, self.wanted()) {
            (Some(_), _) => ("traced_below", Some(quote_spanned!(here=> __parent,))),
            (None, Some(_)) => ("traced_if", Some(quote_spanned!(here=> __wanted,))),
            (None, None) => ("traced", None),
        };
        let how = Ident::new(how, here);
        quote_spanned!(here=> ::tracer::__private::#how(#first &__CALLSITE, #block, #strategy))
    }

    /// What stands in the block of a future before its values are recorded.
    pub(crate) fn recorded_in_future(&self) -> Option<TokenStream> {
        (!self.values.is_empty()).then(|| {
            quote_spanned! {Span::mixed_site()=>
                let __recorded = __wanted && ::tracer::__private::is_recorded();
            }
        })
    }

    fn wanted(&self) -> Option<TokenStream> {
        let is_used_inside = !self.values.is_empty() || self.is_told_by_function();
        let here = Span::mixed_site();
        self.condition().or_else(|| {
            is_used_inside
                .then(|| quote_spanned!(here=> ::tracer::__private::is_let_through(&__CALLSITE)))
        })
    }

    fn condition(&self) -> Option<TokenStream> {
        let here = Span::mixed_site();
        let wanted = quote_spanned!(here=> ::tracer::__private::is_wanted(&__CALLSITE));
        match (&self.args.when, &self.args.parent) {
            (Some(when), _) => {
                Some(quote_spanned!(here=> #wanted && ::tracer::__private::condition(#when)))
            }
            (None, Some(_)) => Some(wanted),
            (None, None) => None,
        }
    }

    /// The zero-sized types that look at a value of the type `returned`.
    pub(crate) fn strategy(&self, returned: &TokenStream) -> TokenStream {
        let here = Span::mixed_site();
        let error = match self.error {
            Told::Best if output::is_no_result(returned) => {
                quote_spanned!(here=> ::tracer::__private::Nothing)
            }
            Told::Best => quote_spanned!(here=> ::tracer::__private::outcome!(#returned)),
            Told::Display(at) => picked(at, "error_as_display", returned),
            Told::Debug(at) => picked(at, "error_as_debug", returned),
            Told::Nothing | Told::With(_) => quote_spanned!(here=> ::tracer::__private::Nothing),
        };
        let value = match self.returned {
            Told::Nothing | Told::With(_) => return error,
            Told::Best => quote_spanned!(here=> ::tracer::__private::returned!(#returned)),
            Told::Display(at) => picked(at, "returned_as_display", returned),
            Told::Debug(at) => picked(at, "returned_as_debug", returned),
        };
        quote_spanned!(here=> (#error, #value))
    }

    pub(crate) const fn is_told_by_function(&self) -> bool {
        matches!((self.error, self.returned), (Told::With(_), _) | (_, Told::With(_)))
    }

    /// Tells of `__out` by functions of the user's; `span` is where.
    pub(crate) fn tell(&self, span: &TokenStream) -> TokenStream {
        let here = Span::mixed_site();
        let error = match self.error {
            Told::With(text) => Some(quote_spanned! {here=>
                ::tracer::__private::error_with(&#span, &__out, #text);
            }),
            _ => None,
        };
        let value = match self.returned {
            Told::With(text) => Some(quote_spanned! {here=>
                ::tracer::__private::return_with(&#span, ::tracer::__private::seen!(__out), #text);
            }),
            _ => None,
        };
        quote_spanned!(here=> #error #value)
    }
}

/// The strategy by a method of the type, named where the user's word stands: if there is none, it is
/// shown there.
fn picked(at: &Ident, method: &str, returned: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let method = Ident::new(method, at.span().resolved_at(here));
    quote_spanned! {here=> {
        #[allow(unused_imports)]
        use ::tracer::__private::{
            PickAsDebug as _, PickAsDisplay as _, PickErrAsDebug as _, PickErrAsDisplay as _,
            PickOkAsDebug as _, PickOkAsDisplay as _,
        };
        (&&::tracer::__private::Tag::<#returned>::new()).#method()
    }}
}

/// Whether the fn's value can be looked at; an error if this fn was asked for it and it cannot.
fn is_seen(args: &Args, item: &Item, key: &Ident, told: &Told) -> Result<bool> {
    let is_of_one = !args.whole.one_of_many;
    let Some(why) = unseen(args, item, key, told) else {
        // Of one fn that returns no `Result` the compiler says so; of many it is a matter of course.
        return Ok(is_of_one || key != "err" || gives_result(args, item));
    };
    if is_of_one {
        let what = if key == "err" { "a `Result`" } else { "what the fn returns" };
        let message = format!("`{key}` looks at {what}, {why}: leave it out");
        return Err(Error::new(key.span(), message));
    }
    Ok(false)
}

fn gives_result(args: &Args, item: &Item) -> bool {
    match deferred(args, &item.sig).and_then(|deferred| deferred.yields) {
        Some(yields) => {
            parse2::<Type>(yields).is_ok_and(|yields| output::is_called_result(&yields))
        }
        None => output::is_result(&item.sig.output),
    }
}

fn unseen(args: &Args, item: &Item, key: &Ident, told: &Told) -> Option<&'static str> {
    let output = &item.sig.output;
    let deferred = deferred(args, &item.sig);
    let is_sync = item.sig.asyncness.is_none() && deferred.is_none();
    // Of what a future that is returned gives, the type is enough.
    let is_opaque = match deferred.as_ref().and_then(|deferred| deferred.yields.as_ref()) {
        Some(yields) => output::has_impl(yields.clone()),
        None => output::is_opaque(output),
    };
    if matches!(told, Told::Nothing) {
        None
    } else if output::is_never(output) {
        Some("but this one does not return")
    } else if output::declared(output).is_none() {
        Some("but this one returns nothing")
    } else if is_sync && item.has_attribute("track_caller") {
        Some("which a fn under `#[track_caller]` does not show")
    } else if deferred.is_some() && matches!(told, Told::With(_)) {
        Some("of which no function is asked where a future is returned")
    } else if is_opaque && matches!(told, Told::Best) && key == "ret" {
        Some("which cannot be named where it has an `impl`")
    } else {
        None
    }
}

fn has_polls(args: &Args, item: &Item) -> Result<()> {
    let is_future = item.sig.asyncness.is_some() || deferred(args, &item.sig).is_some();
    match &args.polls {
        Some(poll) if !is_future && !args.whole.one_of_many => {
            let message = "only a future is polled: leave out `poll`, or write `async fn`";
            Err(Error::new(poll.span(), message))
        }
        _ => Ok(()),
    }
}

/// What is asked at the call sees arguments as they are handed in: patterns are taken apart later.
fn mentioned_arguments(key: &str, value: &Expr, sig: &Signature) -> Result<Vec<Bound>> {
    let is_whole = |name: &Ident| {
        sig.inputs.iter().any(|arg| match arg {
            FnArg::Typed(arg) => is_kept(&arg.pat, name),
            FnArg::Receiver(_) => false,
        })
    };
    let mut arguments = Vec::new();
    for bound in params::bound(sig) {
        match mentioned(value.to_token_stream(), &bound.ident) {
            None => {}
            Some(_) if is_whole(&bound.ident) => arguments.push(bound),
            Some(place) => {
                let message = format!(
                    "`{key}` is evaluated at the call, before `{place}` is taken out of its pattern: name a whole argument"
                );
                return Err(Error::new(place.span(), message));
            }
        }
    }
    Ok(arguments)
}

fn is_kept(pat: &Pat, name: &Ident) -> bool {
    matches!(pat, Pat::Ident(pat) if pat.ident == *name && params::keeps_its_name(pat))
}

fn mentioned(tokens: TokenStream, name: &Ident) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) => (word == *name).then_some(word),
        TokenTree::Group(group) => mentioned(group.stream(), name),
        _ => None,
    })
}
