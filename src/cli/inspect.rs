//! `datagen inspect`: counts, funnel, lengths and examples of a run folder or a Parquet file.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::exit::Exit;
use super::{Globals, Outcome, output};
use crate::corpus::inspect::{Inspection, inspect};

/// Arguments of `datagen inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A run folder or a Parquet file
    #[arg(value_name = "RUN_OR_PARQUET")]
    path: PathBuf,
}

impl Inspect {
    /// Prints the description.
    pub fn run(&self, globals: Globals) -> Outcome {
        let inspection = inspect(&self.path)?;
        if globals.json {
            output::print_json(&json(&inspection))?;
        } else {
            output::print(&inspection.to_string())?;
        }
        Ok(Exit::Done)
    }
}

/// What was found, as one JSON object.
fn json(found: &Inspection) -> Value {
    let tables = found.tables.iter().map(|table| {
        json!({
            "name": table.name, "files": table.files, "rows": table.rows, "bytes": table.bytes,
            "columns": table.columns,
        })
    });
    let groups = found.groups.iter().map(|group| {
        json!({
            "source": group.source, "domain": group.domain, "rows": group.rows,
            "mean_tokens": group.mean_tokens, "mean_pass_rate": group.mean_pass_rate,
        })
    });
    json!({
        "path": found.path.display().to_string(),
        "tables": tables.collect::<Vec<_>>(),
        "funnel": found.funnel.as_ref().map(|funnel| &funnel.stages),
        "tokens": found.lengths.as_ref().map(|lengths| json!({
            "total": lengths.total,
            "mean": lengths.mean,
            "min": lengths.range.0,
            "max": lengths.range.1,
            "quantiles": lengths.quantiles,
        })),
        "groups": groups.collect::<Vec<_>>(),
        "first": found.first,
    })
}
