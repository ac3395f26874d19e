//! Attributes that take a fn apart as those of web servers do: the servers themselves are large.

use proc_macro::{TokenStream, TokenTree};

/// As axum's: refuses what is not an `async fn`, and otherwise gives it back.
#[proc_macro_attribute]
pub fn debug_handler(_: TokenStream, item: TokenStream) -> TokenStream {
    if is_async(&item) { item } else { refusal("handlers must be `async fn`s") }
}

/// As actix's: the fn goes into a type of its name, with the attributes that follow.
///
/// The type has a method `call` that takes what the fn takes.
#[proc_macro_attribute]
pub fn get(path: TokenStream, item: TokenStream) -> TokenStream {
    if !is_async(&item) {
        return refusal("handlers must be `async fn`s");
    }
    let Some((name, arguments)) = name_and_arguments(&item) else {
        return refusal("a handler takes one `String`");
    };
    let service = format!(
        "#[allow(non_camel_case_types, reason = \"it stands for the fn\")]
        pub(crate) struct {name};
        impl {name} {{
            pub(crate) const PATH: &'static str = {path};
            pub(crate) fn call({arguments}) -> impl ::core::future::Future<Output = usize> + Send + 'static {{
                fn is_handler<F: ::core::future::Future>(_: impl ::core::ops::Fn(String) -> F + Clone + Send + 'static) {{}}
                {item}
                is_handler({name});
                {name}(path)
            }}
        }}"
    );
    service.parse().unwrap_or_else(|_| refusal("a handler is a fn"))
}

fn is_async(item: &TokenStream) -> bool {
    let words = item.clone().into_iter().map(|token| token.to_string());
    words.take_while(|word| word != "fn").any(|word| word == "async")
}

fn name_and_arguments(item: &TokenStream) -> Option<(String, String)> {
    let mut tokens = item.clone().into_iter().skip_while(|token| token.to_string() != "fn").skip(1);
    let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(arguments))) =
        (tokens.next(), tokens.next())
    else {
        return None;
    };
    Some((name.to_string(), arguments.stream().to_string()))
}

fn refusal(message: &str) -> TokenStream {
    format!("::core::compile_error!({message:?});").parse().unwrap_or_default()
}
