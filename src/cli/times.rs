//! The options for times in logs, which `cat` and `grep` share.

use clap::Args;

/// Options that select log entries by time and set how times are parsed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Times in logs")]
pub struct Times {
    /// Print only log entries from TIME onward
    ///
    /// The time format is detected from the first lines of each file, and the file is searched
    /// rather than read through. A line without a time belongs to the entry before it. TIME can be
    /// written as in a log, or shorter: 2026, 2026-11, 2026-W47, 2026-11-21, '2026-11-21 14',
    /// '2026-11-21 14:30', 14:30, 3pm, 'Nov 21 14:30', yesterday, 'noon yesterday', 'friday 09:00',
    /// '2 days ago 14:00', now-1h, @1795225624, or an age such as 90m, 2h30m or '3 hours ago'. A
    /// year, month, week, day or hour means the whole period; a time given to the minute or the
    /// second is an exact instant. Ambiguous times are rejected.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "shard")]
    pub since: Option<String>,

    /// Print only log entries up to and including TIME
    ///
    /// With --since, TIME may be a duration, such as +10m, that counts from the start of the period.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "shard")]
    pub until: Option<String>,

    /// Print only log entries within 5 minutes of TIME, or as set in TIME+-SPAN: 14:30+-10m
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["shard", "since", "until"])]
    pub around: Option<String>,

    /// Allow entries out of order by up to SPAN
    #[arg(hide_short_help = true, long, value_name = "SPAN", default_value = SLACK)]
    pub slack: String,

    /// Read times without a zone as UTC
    #[arg(hide_short_help = true, long, overrides_with = "time_zone")]
    pub utc: bool,

    /// Read times without a zone as times in ZONE, such as Europe/Paris or +01:00 [default: the
    /// local zone]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, overrides_with = "utc")]
    pub time_zone: Option<String>,

    /// Set the year of the first entry in logs without years, or its date, YYYY-MM-DD, in logs
    /// without dates
    #[arg(hide_short_help = true, long, value_name = "YEAR")]
    pub year: Option<String>,

    /// Parse times with FORMAT, as strptime does
    ///
    /// Without it, the format is detected.
    #[arg(hide_short_help = true, long, value_name = "FORMAT", allow_hyphen_values = true)]
    pub time_format: Option<String>,

    /// Read the time from field KEY of JSON objects or key=value pairs
    #[arg(hide_short_help = true, long, value_name = "KEY")]
    pub time_key: Option<String>,
}

/// The default of `--slack`.
const SLACK: &str = "1m";

impl Times {
    /// Returns an option that describes the times of the logs, if one was given.
    #[must_use]
    pub fn log_option(&self) -> Option<&'static str> {
        let given = [
            (self.slack != SLACK, "--slack"),
            (self.year.is_some(), "--year"),
            (self.time_format.is_some(), "--time-format"),
            (self.time_key.is_some(), "--time-key"),
        ];
        given.into_iter().find_map(|(is_given, option)| is_given.then_some(option))
    }
}
