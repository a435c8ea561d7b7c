//! The options for times in logs, which `cat` and `grep` share.

use clap::Args;

/// Which entries of a log are wanted, and how its times are read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Times in logs")]
pub struct Times {
    /// Print only log entries from TIME on
    ///
    /// The form of the times is learnt from the first lines of each file, and a file is searched, not
    /// read through. A line without a time belongs to the entry before it. TIME is written as in a log
    /// or shorter: 2026, 2026-11, 2026-W47, 2026-11-21, '2026-11-21 14', '2026-11-21 14:30', 14:30, 3pm,
    /// 'Nov 21 14:30', yesterday, 'noon yesterday', 'friday 09:00', '2 days ago 14:00', now-1h, @1795225624,
    /// or an age such as 90m, 2h30m or '3 hours ago'. A year, a month, a week, a day or an hour stands for
    /// all of it; minutes and seconds are exact. A text with two meanings is refused.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "shard")]
    pub since: Option<String>,

    /// Print only log entries up to and including TIME
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "shard")]
    pub until: Option<String>,

    /// Print only log entries around TIME: 14:30, or with the distance as in 14:30+-10m; the default is 5m
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["shard", "since", "until"])]
    pub around: Option<String>,

    /// Allow entries to be out of order by up to SPAN and still find all of them
    #[arg(hide_short_help = true, long, value_name = "SPAN", default_value = "1m")]
    pub slack: String,

    /// Read times without a zone as UTC
    #[arg(hide_short_help = true, long, overrides_with = "time_zone")]
    pub utc: bool,

    /// Read times without a zone as of ZONE, such as Europe/Paris or +01:00; the default is the local zone
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, overrides_with = "utc")]
    pub time_zone: Option<String>,

    /// Take YEAR for the year of the first entry in logs without years; YYYY-MM-DD for its day in logs without dates
    #[arg(hide_short_help = true, long, value_name = "YEAR")]
    pub year: Option<String>,

    /// Read times by FORMAT, as strptime does, instead of learning their form
    #[arg(hide_short_help = true, long, value_name = "FORMAT", allow_hyphen_values = true)]
    pub time_format: Option<String>,

    /// Read the time from KEY of JSON objects or of key=value pairs
    #[arg(hide_short_help = true, long, value_name = "KEY")]
    pub time_key: Option<String>,
}
