//! A table as text: columns that stand below each other.

use crate::text;

/// Cells, of which those of the first column begin and those of others end below each other.
#[derive(Debug)]
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// Columns of the first cell at most.
const FIRST: usize = 60;

impl Table {
    pub(super) fn new(head: &[&'static str]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn text(&self, ascii: bool) -> String {
        let ellipsis = if ascii { "..." } else { "…" };
        let clean = |(column, cell): (usize, &str)| {
            let cell = text::clean(cell, ascii);
            if column == 0 { text::cut(&cell, FIRST, ellipsis) } else { cell }
        };
        let head: Vec<String> = self.head.iter().map(|cell| (*cell).to_owned()).collect();
        let rows = std::iter::once(&head).chain(&self.rows);
        let rows: Vec<Vec<String>> = rows
            .map(|row| row.iter().map(String::as_str).enumerate().map(clean).collect())
            .collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| text::width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut page = String::new();
        for row in &rows {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let room = " ".repeat(width - text::width(cell));
                match column {
                    0 => page.extend([cell.as_str(), &room]),
                    _ => page.extend(["  ", &room, cell]),
                }
            }
            page.push('\n');
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn names_are_cleaned_and_cut_and_numbers_end_below_each_other() {
        let mut table = Table::new(&["operation", "count"]);
        table.row(["short".to_owned(), "7".to_owned()]);
        table.row(["\u{1b}[2J値".to_owned(), "1234567".to_owned()]);
        table.row(["x".repeat(70), String::new()]);
        let long = format!("{}…", "x".repeat(59));
        let pad = |text: &str, width: usize| format!("{text}{}", " ".repeat(60 - width));
        let expected = format!(
            "{}    count\n{}        7\n{}  1234567\n{long}         \n",
            pad("operation", 9),
            pad("short", 5),
            pad("\\u{1b}[2J値", 11),
        );
        assert_eq!(table.text(false), expected);
    }
}
