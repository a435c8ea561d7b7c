//! Describes the machine on which the figures were measured.

use serde::Serialize;

/// The machine and the time of the measurement.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The start time of the run (RFC 3339).
    #[serde(skip)]
    pub time: String,
    /// The host's name.
    pub host: String,
    /// The processor's model.
    pub processor: Option<String>,
    /// The name of the system, such as "Linux".
    #[serde(skip)]
    pub system: String,
    /// The kernel's release.
    pub kernel: String,
    /// The number of processors that this program may use.
    pub processors: usize,
    /// The size of memory in bytes.
    pub memory: u64,
    /// The page size in bytes.
    pub page_size: u64,
}

impl Machine {
    /// Describes this machine at the current time.
    pub fn here() -> Machine {
        let (host, kernel) = crate::os::posix::host_and_release();
        Machine {
            time: jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string(),
            host,
            processor: processor(),
            system: crate::os::posix::system_name(),
            kernel,
            processors: crate::os::processors(),
            memory: crate::os::memory_size(),
            page_size: crate::os::page_size() as u64,
        }
    }
}

/// Returns the model of the first processor from `/proc/cpuinfo`, in its x86 format.
fn processor() -> Option<String> {
    let facts = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
