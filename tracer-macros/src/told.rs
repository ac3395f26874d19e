//! `err` and `ret`: how something is told of what the fn returns.

use syn::{Error, Expr, Ident, Result};

use crate::written::Written;

/// How something is told that the fn returns.
pub(crate) enum Told {
    /// In the best way that its type has.
    Best,
    Nothing,
    Display(Ident),
    Debug(Ident),
    /// By a function of it.
    With(Expr),
}

/// `err`, `err(Debug)`, `err(Display)`, `err(|error| …)` and, for errors, `err(none)`.
pub(crate) fn read(written: &Written, may_be_silent: bool) -> Result<Told> {
    let Some(list) = written.list(&format!("{}(Debug)", written.key))? else {
        return Ok(Told::Best);
    };
    if let Ok(word) = syn::parse2::<Ident>(list.clone()) {
        match word.to_string().as_str() {
            "Display" => return Ok(Told::Display(word)),
            "Debug" => return Ok(Told::Debug(word)),
            "none" if may_be_silent => return Ok(Told::Nothing),
            "none" => {
                let message = "nothing is recorded of the value without `ret`: leave it out";
                return Err(Error::new(word.span(), message));
            }
            _ => {}
        }
    }
    let key = &written.key;
    let silent = if may_be_silent { ", `none`" } else { "" };
    syn::parse2(list.clone()).map(Told::With).map_err(|_| {
        let message =
            format!("`{key}` takes `Display`, `Debug`{silent} or a function of the value");
        Error::new_spanned(list, message)
    })
}
