//! Texts, each of them once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::table::Text;

/// Texts by number; number 0 is the empty one.
#[derive(Debug)]
pub(crate) struct Strings {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, Text>,
}

impl Default for Strings {
    fn default() -> Self {
        let mut this = Self { texts: Vec::new(), numbers: HashMap::new() };
        this.number("");
        this
    }
}

impl Strings {
    pub(crate) fn number(&mut self, text: &str) -> Text {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let (number, text) = (self.texts.len() as Text, Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    #[cfg(feature = "command")]
    pub(crate) fn text(&self, number: Text) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}
