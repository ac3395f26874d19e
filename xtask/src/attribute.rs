//! Writes `#[::tracer::traced]` on every fn of a source text.
//!
//! By text, on the line where the fn begins: lines keep their numbers, by which documentation tests and panics are
//! named, and everything else stays as its authors wrote it.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, ItemFn, Signature, TraitItemFn, Visibility};

const TRACED: &str = "#[::tracer::traced] ";
const CALL_ALONE: &str = "#[::tracer::traced(as = sync)] ";

/// What became of the fns.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) traced: usize,
    /// `const fn`s and the entries of macros.
    pub(crate) untraced: usize,
    /// Files that are not Rust by themselves, such as templates.
    pub(crate) unreadable: Vec<String>,
}

/// Rewrites the source files below `folder`.
pub(crate) fn write(folder: &Path, written: &mut Written) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            write(&path, written)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            match annotated(&text, written) {
                Ok(text) => fs::write(&path, text)?,
                Err(why) => written.unreadable.push(format!("{}: {why}", path.display())),
            }
        }
    }
    Ok(())
}

/// Fns that do not compile with the attribute, by `file:line`.
#[derive(Default)]
pub(crate) struct Retreat {
    /// Only their call is traced now.
    pub(crate) call_alone: BTreeSet<String>,
    /// They are as their authors wrote them.
    pub(crate) refused: BTreeSet<String>,
}

impl Retreat {
    /// Takes back what stands at `places`, a step at a time; whether there was something.
    pub(crate) fn step(&mut self, package: &Path, places: &BTreeSet<String>) -> io::Result<bool> {
        let mut stepped = false;
        for place in places {
            let (file, number) = place.rsplit_once(':').unwrap_or((place, ""));
            let path = package.join(file);
            let text = fs::read_to_string(&path).unwrap_or_default();
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let index = number.parse::<usize>().unwrap_or_default().wrapping_sub(1);
            let Some(line) = lines.get_mut(index) else { continue };
            let less = if line.contains(TRACED) {
                self.call_alone.insert(place.clone());
                line.replacen(TRACED, CALL_ALONE, 1)
            } else if line.contains(CALL_ALONE) {
                self.call_alone.remove(place);
                self.refused.insert(place.clone());
                line.replacen(CALL_ALONE, "", 1)
            } else {
                continue;
            };
            *line = &less;
            fs::write(&path, lines.concat())?;
            stepped = true;
        }
        Ok(stepped)
    }
}

fn annotated(text: &str, written: &mut Written) -> syn::Result<String> {
    let mut found = Found::default();
    found.visit_file(&syn::parse_file(text)?);
    written.traced += found.places.len();
    written.untraced += found.untraced;
    let mut annotated = String::with_capacity(text.len() + found.places.len() * TRACED.len());
    let mut from = 0;
    // An outer fn stands before the fns in its body, so they come in the order of the text.
    for place in found.places {
        annotated.push_str(&text[from..place]);
        annotated.push_str(TRACED);
        from = place;
    }
    annotated.push_str(&text[from..]);
    Ok(annotated)
}

/// Where fns with a body begin, behind their attributes, in bytes. What is given to macros is not looked at.
#[derive(Default)]
struct Found {
    places: Vec<usize>,
    untraced: usize,
}

impl Found {
    fn add(&mut self, attrs: &[Attribute], vis: &Visibility, sig: &Signature) {
        let of_macros = |attr: &Attribute| {
            attr.path()
                .segments
                .first()
                .is_some_and(|first| first.ident.to_string().starts_with("proc_macro"))
        };
        if sig.constness.is_some() || attrs.iter().any(of_macros) {
            self.untraced += 1;
            return;
        }
        let first: Span = match vis {
            Visibility::Inherited => sig.span(),
            written => written.span(),
        };
        self.places.push(first.byte_range().start);
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add(&item.attrs, &item.vis, &item.sig);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(&item.attrs, &item.vis, &item.sig);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if item.default.is_some() {
            self.add(&item.attrs, &Visibility::Inherited, &item.sig);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::{fs, process};

    use super::{Retreat, Written, annotated};

    fn of(text: &str) -> (String, usize) {
        let mut written = Written::default();
        let text = annotated(text, &mut written).expect("it is Rust");
        (text.replace("#[::tracer::traced]", "@"), written.untraced)
    }

    #[test]
    fn every_fn_with_a_body_is_annotated_on_its_line() {
        let (text, _) = of("/// é\n#[inline] pub(crate) async fn a() { fn b() {} }\n\
             trait T { fn c(); #[must_use] unsafe fn d() {} }\nimpl T for X { fn c() {} }");
        assert_eq!(
            text,
            "/// é\n#[inline] @ pub(crate) async fn a() { @ fn b() {} }\n\
             trait T { fn c(); #[must_use] @ unsafe fn d() {} }\nimpl T for X { @ fn c() {} }"
        );
    }

    #[test]
    fn what_cannot_be_traced_is_counted() {
        let source = "const fn a() {}\n#[proc_macro_derive(X)] pub fn b() {}";
        assert_eq!(of(source), (source.to_owned(), 2));
    }

    #[test]
    fn definitions_of_macros_stay_as_they_are() {
        let source = "macro_rules! m { () => { fn a() {} } }\nm! { fn b() {} }";
        assert_eq!(of(source), (source.to_owned(), 0));
    }

    #[test]
    fn what_does_not_compile_gets_less() {
        let folder = std::env::temp_dir().join(format!("tracer-retreat-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let text = "fn a() {}\n#[::tracer::traced] fn b() {}\n";
        fs::write(folder.join("b.rs"), text).expect("a file");
        let read = || fs::read_to_string(folder.join("b.rs")).expect("the file");
        let places = BTreeSet::from(["b.rs:1".to_owned(), "b.rs:2".to_owned()]);

        let mut retreat = Retreat::default();
        assert!(retreat.step(&folder, &places).expect("a step"));
        assert_eq!(read(), "fn a() {}\n#[::tracer::traced(as = sync)] fn b() {}\n");
        assert_eq!(retreat.call_alone, BTreeSet::from(["b.rs:2".to_owned()]));
        assert!(retreat.step(&folder, &places).expect("a step"));
        assert_eq!(read(), "fn a() {}\nfn b() {}\n");
        assert_eq!(retreat.refused, BTreeSet::from(["b.rs:2".to_owned()]));
        assert_eq!(retreat.call_alone, BTreeSet::new());
        assert!(!retreat.step(&folder, &places).expect("a step"));
        fs::remove_dir_all(folder).expect("the folder");
    }
}
