//! Explains why one method is slower than another: which of its costs make up the difference.
//!
//! The time of a pass consists of processor time, divided among its threads, and of waiting. The
//! difference between two methods is therefore the sum of the differences in threads, user time,
//! system time and waiting. Each is named with its share, the largest first. If no counter differs,
//! the sentence says so.

use super::figures::{count, duration};
use super::method::size;
use super::row::{ProcessorTime, Row};
use crate::cli::bench::AccessPattern;

/// The smallest share of the difference that is reported.
const MIN_SHARE: f64 = 0.1;

/// The ratio of bytes read from the device to bytes requested above which a method reads too much.
pub const AMPLIFIED: f64 = 1.5;

/// Explains why `loser` is slower than `winner`.
pub fn reason(winner: &Row, loser: &Row, pattern: AccessPattern) -> String {
    let mut parts = parts(winner, loser, pattern);
    // The loser may save time elsewhere, so its losses may exceed the difference.
    let losses: f64 = parts.iter().map(|part| part.seconds.max(0.0)).sum();
    let difference = losses.max(loser.seconds() - winner.seconds());
    parts.retain(|part| part.seconds >= MIN_SHARE * difference && part.seconds > 0.0);
    parts.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    if parts.is_empty() {
        return "Why: no counter explains it.".into();
    }
    let share = |part: &Share| part.seconds / difference * 100.0;
    // The first share says what it is a share of.
    let shown = |(index, part): (usize, &Share)| match (index, share(part).round() as u64) {
        (0, 100) => format!("{} (all of the difference)", part.text),
        (0, percent) => format!("{} ({percent}% of the difference)", part.text),
        (_, percent) => format!("{} ({percent}%)", part.text),
    };
    let mut listed: Vec<String> = parts.iter().enumerate().map(shown).collect();
    if parts.iter().map(share).sum::<f64>() < 50.0 {
        listed.push("no counter explains the rest".to_owned());
    }
    format!("Why: {}.", listed.join("; "))
}

/// Returns the bytes that a method fetches from the device, divided by the bytes requested.
///
/// Returns `None` if the excess is a few pages, because even a tiny file occupies a whole page.
pub fn amplification(row: &Row) -> Option<f64> {
    const MIN_EXCESS: f64 = 65_536.0;
    let (fetched, wanted) = (row.device_bytes()?, row.bytes as f64);
    (wanted > 0.0 && fetched - wanted > MIN_EXCESS).then_some(fetched / wanted)
}

/// A part of a difference.
struct Share {
    seconds: f64,
    text: String,
}

/// The cost of a pass.
struct Cost {
    threads: f64,
    time: ProcessorTime,
    wait: f64,
}

impl Cost {
    fn of(row: &Row) -> Cost {
        // Threads in excess of the processors only wait for each other.
        let processors = crate::os::processors();
        let threads = row.method.threads.min(processors) as f64;
        let time = row.processor_time();
        Cost { threads, time, wait: (row.seconds() - (time.user + time.system) / threads).max(0.0) }
    }

    fn busy(&self) -> f64 {
        self.time.user + self.time.system
    }
}

fn parts(winner: &Row, loser: &Row, pattern: AccessPattern) -> Vec<Share> {
    let (fast, slow) = (Cost::of(winner), Cost::of(loser));
    let plural = if winner.method.threads == 1 { "" } else { "s" };
    let text = format!("{} thread{plural} against {}", winner.method.threads, loser.method.threads);
    let mut parts = vec![Share { seconds: slow.busy() * (1.0 / slow.threads - 1.0 / fast.threads), text }];
    let [user, system] =
        [slow.time.user - fast.time.user, slow.time.system - fast.time.system].map(|seconds| seconds / fast.threads);
    let wait = slow.wait - fast.wait;
    let times = [loser, winner].map(|row| amplification(row).unwrap_or(1.0).max(1.0));
    if times[0] > AMPLIFIED && times[0] > AMPLIFIED * times[1] {
        // Fetching bytes that were not requested costs both waiting and system time.
        let name = loser.method.label(pattern);
        let text = format!("{name} reads {:.1} times the bytes requested from the device", times[0]);
        parts.push(Share { seconds: system.max(0.0) + wait.max(0.0), text });
        parts.push(Share { seconds: user, text: work_cost(winner, loser) });
        return parts;
    }
    let error = slow.time.error.hypot(fast.time.error) / fast.threads;
    if user.abs().max(system.abs()) < 2.0 * error {
        let times = format!("{} of processor time against {}", duration(slow.busy()), duration(fast.busy()));
        let text = format!("{times} (the runs are too short to tell user time from system time)");
        parts.push(Share { seconds: user + system, text });
    } else {
        parts.push(Share { seconds: user, text: work_cost(winner, loser) });
        let times = format!("{} of system time against {}", duration(slow.time.system), duration(fast.time.system));
        parts.push(Share { seconds: system, text: format!("{}: {times}", system_cost(loser, pattern)) });
    }
    let major = |row: &Row| row.median(|usage| usage.major_faults as f64);
    let name = loser.method.label(pattern);
    let mut text = format!("{name} waits {} against {}", duration(slow.wait), duration(fast.wait));
    if major(loser) > 2.0 * major(winner).max(1.0) {
        text.push_str(&format!(", at {} major faults", count(major(loser))));
    }
    parts.push(Share { seconds: wait, text });
    parts
}

/// Explains why the work on the same bytes takes longer: slower access to memory, or more work. The
/// time of the same work on bytes in the processor's cache distinguishes the two without hardware
/// counters, which few virtual machines have.
fn work_cost(winner: &Row, loser: &Row) -> String {
    let [fast, slow] = [winner, loser].map(|row| row.processor_time().user);
    let times = format!("the work itself is slower ({} against {})", duration(slow), duration(fast));
    let Some((fast_in_cache, slow_in_cache)) = winner.work_in_cache.zip(loser.work_in_cache) else {
        return times;
    };
    let in_cache = match [slow_in_cache, fast_in_cache].map(duration) {
        [slow, fast] if slow == fast => slow,
        [slow, fast] => format!("{slow} against {fast}"),
    };
    if 2.0 * (slow_in_cache - fast_in_cache) > slow - fast {
        format!("{times}, also on bytes in the processor's cache ({in_cache})")
    } else {
        format!("{times}, but takes {in_cache} on bytes in the processor's cache: more cache or TLB misses")
    }
}

/// Describes what the kernel does for a method.
fn system_cost(row: &Row, pattern: AccessPattern) -> String {
    let minor = row.median(|usage| usage.minor_faults as f64);
    if row.method.is_direct() {
        "each direct read is a request to the device".into()
    } else if row.method.is_read() {
        "a read copies every byte".into()
    } else if minor >= 16.0 {
        let each = duration(row.processor_time().system / minor);
        let bytes = size((row.bytes as f64 / minor) as u64);
        format!("{} takes {} minor faults, one per {bytes}, {each} each", row.method.label(pattern), count(minor))
    } else {
        "mapping and unmapping".into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::method::Method;
    use super::super::row::Sample;
    use super::super::state::CacheState;
    use super::*;
    use crate::cli::bench::Family;
    use crate::os::Usage;
    use std::time::Duration;

    fn row(family: Family, threads: usize, [wall, user, system]: [u64; 3], device: u64) -> Row {
        let usage = Usage {
            user: Duration::from_millis(user),
            system: Duration::from_millis(system),
            device_bytes: Some(device),
            ..Usage::default()
        };
        let sample = Sample { round: 1, passes: 1, seconds: wall as f64 / 1e3, pace: 1.0, usage, peak: None };
        let method = Method::of(family, None, threads);
        Row { samples: vec![sample], ..Row::new(method, CacheState::Cold, 1_000_000_000, None) }
    }

    fn why(winner: &Row, loser: &Row) -> String {
        reason(winner, loser, AccessPattern::Random)
    }

    /// Regression: a cold random map read 22 times the bytes requested, but copying was reported as
    /// the reason.
    #[test]
    fn reading_too_much_is_named_first() {
        let read = row(Family::Pread, 1, [100, 20, 60], 1_000_000_000);
        let map = row(Family::Map, 1, [1000, 20, 300], 22_000_000_000);
        assert_eq!(
            why(&read, &map),
            "Why: map reads 22.0 times the bytes requested from the device (all of the difference)."
        );
    }

    #[test]
    fn shares_add_up_to_the_difference() {
        let map = row(Family::Map, 1, [100, 90, 10], 0);
        let read = row(Family::Read, 1, [200, 110, 90], 0);
        assert_eq!(
            why(&map, &read),
            "Why: a read copies every byte: 90 ms of system time against 10 ms (80% of the difference); the work itself \
             is slower (110 ms against 90 ms) (20%)."
        );
        let two = row(Family::Map, 2, [50, 90, 10], 0);
        assert_eq!(why(&two, &map), "Why: 2 threads against 1 (all of the difference).");
        let waiting = row(Family::Map, 1, [300, 90, 10], 0);
        assert_eq!(why(&map, &waiting), "Why: map waits 200 ms against 0 (all of the difference).");
        let other = row(Family::Map, 1, [99, 98, 10], 0);
        assert_eq!(why(&other, &row(Family::Map, 1, [100, 98, 10], 0)), "Why: no counter explains it.");
        assert_eq!(
            why(&other, &row(Family::Map, 1, [100, 90, 8], 0)),
            "Why: map waits 2.0 ms against 0 (all of the difference)."
        );
    }
}
