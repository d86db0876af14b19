//! The table that is printed: what, figure, unit, how it was measured.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) figure: String,
    pub(crate) unit: &'static str,
    pub(crate) method: String,
}

pub(crate) struct Table(Vec<Row>);

impl Table {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        for row in &rows {
            println!("… {}: {} {}", row.what, row.figure, row.unit);
        }
        self.0.extend(rows);
    }

    /// As Markdown, for docs/bench.md.
    pub(crate) fn print(&self) {
        println!("\n| what | figure | unit | method |\n|---|---:|---|---|");
        for row in &self.0 {
            println!(
                "| {} | {} | {} | {} |",
                row.what, row.figure, row.unit, row.method
            );
        }
    }
}

impl Row {
    pub(crate) fn new(what: &str, figure: f64, unit: &'static str, method: String) -> Self {
        let digits = if figure.abs() >= 100.0 {
            0
        } else if figure.abs() >= 1.0 {
            2
        } else {
            4
        };
        Self {
            what: what.to_owned(),
            figure: format!("{figure:.digits$}"),
            unit,
            method,
        }
    }
}
