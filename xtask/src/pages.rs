//! Reads what rustdoc wrote: `all.html` names every public item with its page, and the table of
//! contents at the side of a page names the item's own members and trait implementations.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// One line per item and member: `Span: pub struct Span`, `Span: pub fn enter(self) -> Entered`.
pub(crate) fn items(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut items = BTreeSet::new();
    let all = fs::read_to_string(folder.join("all.html"))?;
    let list =
        all.split("<ul class=\"all-items\">").skip(1).flat_map(|list| list.split("<li>").skip(1));
    for link in list {
        let page = between(link, "href=\"", "\"").unwrap_or_default();
        let path = text(between(link, "\">", "</a>").unwrap_or_default());
        let html = fs::read_to_string(folder.join(page))?;
        let kind =
            page.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or_default();
        items.insert(format!("{path}: {}", declaration(kind, &html)));
        if is_own(&html, folder) {
            let members = members(kind, &html).chain(variant_fields(&html));
            items.extend(members.map(|member| format!("{path}: {member}")));
        }
    }
    reexports(folder, "crate", &mut items)?;
    Ok(items)
}

/// Whether an item was written in this crate; what another one exports is that one's surface.
fn is_own(html: &str, folder: &Path) -> bool {
    let krate = folder.file_name().unwrap_or_default().to_string_lossy();
    between(html, "class=\"src\" href=\"", "\"")
        .is_some_and(|source| source.contains(&format!("../src/{krate}/")))
}

/// How the item is declared, without its body: fields and methods have lines of their own.
fn declaration(kind: &str, html: &str) -> String {
    let code = between(html, "item-decl\"><code>", "</code></pre>").unwrap_or_default();
    let whole = text(code);
    let head = match kind {
        "struct" | "enum" | "union" | "trait" | "macro" => {
            let start = whole.find("pub ").unwrap_or(0);
            let body = whole[start..].find(['{', '(', ';']).map_or(whole.len(), |at| start + at);
            &whole[..body]
        }
        _ => whole.as_str(),
    };
    head.trim().to_owned()
}

/// Fields, variants, methods and trait implementations, but not those which the compiler or a
/// blanket implementation adds, nor a trait's implementors, which stand on their own pages.
fn members<'a>(kind: &str, html: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let contents = match kind {
        // The page of an alias repeats the members of what it stands for.
        "type" => "",
        _ => between(html, "id=\"rustdoc-toc\"", "</section>").unwrap_or_default(),
    };
    let own =
        ["synthetic-implementations", "blanket-implementations", "foreign-impls", "implementors"]
            .iter()
            .filter_map(|part| contents.find(&format!("href=\"#{part}\"")))
            .min()
            .map_or(contents, |end| &contents[..end]);
    own.split("<li><a href=\"#").skip(1).filter_map(move |link| {
        let id = link.split('"').next()?;
        let section = html.split_once(&format!(" id=\"{id}\""))?.1;
        let header = between(section, "class=\"code-header\">", "</h");
        let field = between(section, "<code>", "</code>");
        Some(text(if id.starts_with("structfield.") { field } else { header }?))
    })
}

/// The fields of an enum's variants, which the table of contents leaves out.
fn variant_fields(html: &str) -> impl Iterator<Item = String> + use<'_> {
    html.split(" id=\"variant.").skip(1).filter_map(|rest| {
        let (variant, _) = rest.split('"').next()?.split_once(".field.")?;
        Some(format!("{variant}.{}", text(between(rest, "<code>", "</code>")?)))
    })
}

/// Re-exports that rustdoc shows as a line in their module instead of a page.
fn reexports(folder: &Path, module: &str, items: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            reexports(&entry.path(), &format!("{module}::{name}"), items)?;
        } else if name == "index.html" {
            let html = fs::read_to_string(entry.path())?;
            let lines = html.split("id=\"reexport.").skip(1);
            let code = lines.filter_map(|rest| between(rest, "<code>", "</code>"));
            items.extend(code.map(|code| format!("{module}: {}", text(code))));
        }
    }
    Ok(())
}

fn between<'a>(html: &'a str, start: &str, end: &str) -> Option<&'a str> {
    html.split_once(start)?.1.split_once(end).map(|(inner, _)| inner)
}

/// The text a reader sees, on one line.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        match part.split_once('>') {
            // Only a block parts words; links and spans stand in the middle of them.
            Some((tag, rest)) if tag.trim_start_matches('/').starts_with("div") => {
                text.push(' ');
                text.push_str(rest);
            }
            Some((_, rest)) => text.push_str(rest),
            None => text.push_str(part),
        }
    }
    let text =
        text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")")
}

#[cfg(test)]
mod tests {
    use super::{declaration, members, text};

    const PAGE: &str = r##"<section id="rustdoc-toc"><ul class="block method"><li><a href="#method.new" title="new">
        </a></li></ul><h3><a href="#blanket-implementations"></a></h3><ul><li><a href="#impl-Any-for-T">
        </a></li></ul></section><pre class="rust item-decl"><code><div class="code-attribute">#[must_use]</div>pub
        struct Span&lt;F&gt; { <span>/* private fields */</span> }</code></pre><section id="method.new"><h4
        class="code-header">pub fn <a href="#method.new" class="fn">new</a>(
        name: &amp;<a>str</a>,
        ) -&gt; Self<div class="where">where F: Clone</div></h4></section><section id="impl-Any-for-T">"##;

    #[test]
    fn an_item_is_told_by_its_declaration_and_members() {
        assert_eq!(declaration("struct", PAGE), "#[must_use] pub struct Span<F>");
        let members: Vec<_> = members("struct", PAGE).collect();
        assert_eq!(members, ["pub fn new(name: &str) -> Self where F: Clone"]);
    }

    #[test]
    fn entities_become_the_signs_they_stand_for() {
        assert_eq!(text("<a>Vec</a>&lt;&amp;<b>str</b>&gt;"), "Vec<&str>");
    }
}
