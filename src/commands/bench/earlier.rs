//! Reads those parts of an earlier run's document that are compared.

use std::path::Path;

use serde::Deserialize;

/// The version of the document's format (docs/bench.schema.json).
pub const SCHEMA: u32 = 3;

/// The part of an earlier document that is compared.
#[derive(Debug, Deserialize)]
pub struct EarlierDocument {
    schema: u32,
    /// The start time of the run.
    pub time: String,
    /// `--work`.
    pub work: String,
    /// `--pattern`.
    pub pattern: String,
    /// The machine of the run.
    pub machine: EarlierMachine,
    /// The rows of the run.
    pub rows: Vec<EarlierRow>,
}

/// The machine of the earlier run.
#[derive(Debug, Deserialize)]
pub struct EarlierMachine {
    /// The host's name.
    pub host: String,
    /// The kernel's release.
    pub kernel: String,
    /// The processor's model.
    pub processor: Option<String>,
}

/// A row of the earlier run.
#[derive(Debug, Deserialize)]
pub struct EarlierRow {
    /// The method's label.
    pub label: String,
    /// The name of the state.
    pub state: String,
    /// The number of bytes in a pass.
    pub bytes: u64,
    /// The valid runs.
    pub runs: Vec<EarlierRun>,
}

/// A run of a row.
#[derive(Debug, Deserialize)]
pub struct EarlierRun {
    seconds: f64,
    pace: f64,
}

/// The oldest version whose rows contain what a comparison needs.
const OLDEST_SCHEMA: u32 = 2;

impl EarlierDocument {
    /// Reads the document at `path`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not a document of `bench --json`.
    pub fn read(path: &Path) -> anyhow::Result<EarlierDocument> {
        let name = crate::output::escape_name(path.as_os_str());
        let text = std::fs::read(path).map_err(|error| anyhow::anyhow!("{name}: {}", crate::os::error_text(&error)))?;
        let earlier: EarlierDocument = serde_json::from_slice(&text)
            .map_err(|error| anyhow::anyhow!("{name}: not a document of bench --json: {error}"))?;
        let is_known = (OLDEST_SCHEMA..=SCHEMA).contains(&earlier.schema);
        anyhow::ensure!(is_known, "{name}: unknown schema version {}", earlier.schema);
        Ok(earlier)
    }
}

impl EarlierRow {
    /// Returns the throughput of each run in GB/s, corrected for the machine's pace in its round.
    pub fn rates(&self) -> Vec<f64> {
        self.runs.iter().map(|run| self.bytes as f64 / 1e9 / run.seconds / run.pace).collect()
    }
}
