//! Where items begin and end, on tokens alone.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// One item, or what stands in its place.
#[derive(Default)]
pub(crate) struct Part {
    /// Each with its `#`.
    pub(crate) attributes: Vec<TokenStream>,
    pub(crate) is_pub: bool,
    pub(crate) is_const: bool,
    /// The word that says what it is: `fn`, `impl`, …
    pub(crate) keyword: Option<Ident>,
    /// A trait, or what implements one: its fns are as public as that is.
    pub(crate) is_of_trait: bool,
    /// All behind the attributes, to the end of the item.
    pub(crate) tokens: Vec<TokenTree>,
    name: Option<Ident>,
}

/// Words before the one that says what an item is.
const MODIFIERS: [&str; 9] =
    ["pub", "crate", "default", "const", "async", "unsafe", "safe", "extern", "auto"];
/// Items that end with `;` and have braces before.
const END_WITH_SEMICOLON: [&str; 3] = ["static", "type", "use"];

/// All items in `tokens`.
pub(crate) fn parts(tokens: TokenStream) -> Vec<Part> {
    let mut tokens = tokens.into_iter().peekable();
    let mut all = Vec::new();
    while tokens.peek().is_some() {
        all.push(Part::read(&mut tokens));
    }
    all
}

impl Part {
    fn read(tokens: &mut Peekable<IntoIter>) -> Self {
        let mut part = Self::default();
        part.read_attributes(tokens);
        part.read_words(tokens);
        part.read_rest(tokens);
        part
    }

    fn read_attributes(&mut self, tokens: &mut Peekable<IntoIter>) {
        while let Some(hash) = tokens.next_if(|token| is_punct(token, '#')) {
            let bang = tokens.next_if(|token| is_punct(token, '!'));
            let attribute = tokens.next();
            self.attributes.push(std::iter::once(hash).chain(bang).chain(attribute).collect());
        }
    }

    /// Up to and with the word that says what it is.
    fn read_words(&mut self, tokens: &mut Peekable<IntoIter>) {
        while let Some(token) = tokens.next_if(|token| !is_end(token)) {
            let word = match &token {
                TokenTree::Ident(word) => word.to_string(),
                TokenTree::Group(visibility) => {
                    // `pub(crate)` is not `pub`; a macro's `$vis` has it inside.
                    self.is_pub = visibility.delimiter() == Delimiter::None
                        && visibility.stream().to_string() == "pub";
                    String::new()
                }
                _ => String::new(),
            };
            self.is_pub |= word == "pub";
            self.is_const |= word == "const";
            let is_keyword = !word.is_empty() && !MODIFIERS.contains(&word.as_str());
            if let (true, TokenTree::Ident(keyword)) = (is_keyword, &token) {
                self.keyword = Some(keyword.clone());
            }
            self.tokens.push(token);
            if is_keyword {
                return;
            }
        }
    }

    /// To the first `;` or braces that are not in angle brackets.
    fn read_rest(&mut self, tokens: &mut Peekable<IntoIter>) {
        let keyword = self.keyword.as_ref().map(ToString::to_string).unwrap_or_default();
        let has_value =
            END_WITH_SEMICOLON.contains(&keyword.as_str()) || self.is_const && keyword != "fn";
        self.is_of_trait = keyword == "trait";
        let (mut depth, mut before) = (0_u32, ' ');
        while let Some(token) = tokens.next() {
            let punct = if let TokenTree::Punct(punct) = &token { punct.as_char() } else { ' ' };
            match punct {
                '<' => depth += 1,
                '>' if before != '-' && before != '=' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if let TokenTree::Ident(word) = &token {
                self.name.get_or_insert_with(|| word.clone());
                let is_bound = tokens.peek().is_some_and(|next| is_punct(next, '<'));
                self.is_of_trait |= keyword == "impl" && depth == 0 && word == "for" && !is_bound;
            }
            before = punct;
            let ends = depth == 0 && is_end(&token) && (punct == ';' || !has_value);
            self.tokens.push(token);
            if ends {
                return;
            }
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        let is = |word| self.keyword.as_ref().is_some_and(|keyword| keyword == word);
        self.has_body() && (is("impl") || is("trait") || is("mod"))
    }

    pub(crate) fn fn_name(&self) -> Option<&Ident> {
        self.name.as_ref().filter(|_| self.keyword.as_ref().is_some_and(|keyword| keyword == "fn"))
    }

    pub(crate) fn has_body(&self) -> bool {
        matches!(self.tokens.last(), Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace)
    }

    pub(crate) fn into_tokens(self) -> TokenStream {
        self.attributes.into_iter().chain([self.tokens.into_iter().collect()]).collect()
    }
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// Where an item may end.
fn is_end(token: &TokenTree) -> bool {
    is_punct(token, ';')
        || matches!(token, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace)
}
